from __future__ import annotations

import numpy as np
import pytest

from passante.analyse.separate import LAG, DtlnSeparator, SeparatorMemory
from passante.core.dsp import CELL
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession
from sounds import FakeNetwork, noise

STATE = np.ones((4, 1, 1, 128), np.float32)


class Full(FakeNetwork):
    """Says that all is voice."""

    def run(self, *arrays: np.ndarray) -> tuple[np.ndarray, ...]:
        self.asked.append(arrays)
        return np.ones_like(arrays[0]), STATE


class Quarter(FakeNetwork):
    """Gives its input back, divided by how often windows overlap."""

    def run(self, *arrays: np.ndarray) -> tuple[np.ndarray, ...]:
        self.asked.append(arrays)
        return arrays[0] / 4, STATE


@pytest.mark.parametrize("cells", [1, 4])
def test_a_full_mask_gives_the_sound_back_in_its_place(cells: int) -> None:
    mask, refine = Full(()), Quarter(())
    separator = DtlnSeparator(mask, refine)
    samples = noise(0.512)[0]
    memory, made = SeparatorMemory.blank(), []
    for at in range(0, samples.size, cells * CELL):
        part, memory = separator.step(samples[at : at + cells * CELL], memory)
        made.append(part)
    voice = np.concatenate(made)
    assert voice.size == samples.size
    np.testing.assert_allclose(voice[LAG:], samples[: voice.size - LAG], atol=1e-6)
    assert mask.asked[0][0].shape == (cells, 257)
    assert mask.asked[1][1].all()
    assert refine.asked[1][1].all()
    assert separator.models == ("fake@1", "fake@1")


def test_a_network_that_answers_too_little_is_an_error() -> None:
    separator = DtlnSeparator(Full(()), FakeNetwork((np.zeros((1, 512), np.float32), STATE)))
    with pytest.raises(ValueError, match="shorter"):
        separator.step(noise(0.032)[0], SeparatorMemory.blank())


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
