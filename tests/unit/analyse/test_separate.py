from __future__ import annotations

import numpy as np
import pytest

from passante.analyse.separate import LAG, DtlnSeparator, SeparatorMemory
from passante.core.dsp import CELL
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession
from sounds import FakeNetwork, noise

STATE = np.ones((1, 2, 128, 2), np.float32)


def test_a_full_mask_gives_the_sound_back_in_its_place() -> None:
    mask = FakeNetwork((np.ones((1, 1, 257), np.float32), STATE))

    class Quarter(FakeNetwork):
        """Gives its input back, divided by how often windows overlap."""

        def run(self, *arrays: np.ndarray) -> tuple[np.ndarray, ...]:
            self.asked.append(arrays)
            return arrays[0] / 4, STATE

    refine = Quarter(())
    separator = DtlnSeparator(mask, refine)
    samples = noise(0.5)[0]
    memory, made = SeparatorMemory.blank(), []
    for at in range(0, samples.size - CELL + 1, CELL):
        part, memory = separator.step(samples[at : at + CELL], memory)
        made.append(part)
    voice = np.concatenate(made)
    np.testing.assert_allclose(voice[LAG:], samples[: voice.size - LAG], atol=1e-6)
    assert mask.asked[1][1].all()
    assert refine.asked[1][1].all()
    assert separator.models == ("fake@1", "fake@1")


@pytest.mark.models("mask.speech", "refine.speech")
def test_the_real_networks_take_little_voice_out_of_noise() -> None:
    separator = DtlnSeparator(
        OnnxSession(store.find(DEFAULTS["mask.speech"])),
        OnnxSession(store.find(DEFAULTS["refine.speech"])),
    )
    samples = noise(1.0, level=0.1)[0]
    memory, made = SeparatorMemory.blank(), []
    for at in range(0, samples.size, CELL):
        part, memory = separator.step(samples[at : at + CELL], memory)
        made.append(part)
    voice = np.concatenate(made)[8000:]
    assert np.isfinite(voice).all()
    assert voice.std() < 0.2 * samples.std()
