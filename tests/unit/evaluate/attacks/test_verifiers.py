from __future__ import annotations

import numpy as np
import pytest

from passante.evaluate.attacks.verifiers import (
    CamPlus,
    Ge2e,
    Verifier,
    kaldi_energies,
    mel_energies,
)
from passante.evaluate.sounds import RATE_HZ
from passante.models import store
from passante.models.session import OnnxSession
from unit.evaluate.talk import word


def tone(hz: float) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)


def test_a_tone_is_loudest_in_the_band_it_lies_in() -> None:
    mels = mel_energies(tone(1000))
    # 1 kHz is mel 15 of 0 to 45.2 in 41 steps: the centre of band 12 or 13
    assert mels.shape == (101, 40)
    assert mels[50].argmax() in (12, 13)


def test_a_tone_is_loudest_in_the_kaldi_band_it_lies_in() -> None:
    bands = kaldi_energies(tone(1000))
    # 1 kHz is mel 1000 of 32 to 2840 in 81 steps of 34.7
    assert bands.shape == (98, 80)
    assert bands[50].argmax() in (26, 27, 28)


def test_sound_shorter_than_a_window_still_gives_a_frame() -> None:
    assert kaldi_energies(np.zeros(10, np.float32)).shape == (1, 80)


@pytest.mark.models
@pytest.mark.parametrize(("name", "make"), [("ge2e", Ge2e), ("campplus", CamPlus)])
def test_one_voice_is_nearer_to_itself_than_to_another(name: str, make: type) -> None:
    verifier: Verifier = make(OnnxSession(store.find(name)))

    def said(pitch_hz: float, first: int) -> np.ndarray:
        words = [word(first + number, 0, pitch_hz=pitch_hz) for number in range(4)]
        return verifier.embed(np.concatenate(words))

    low, again, high = said(95, 0), said(95, 0), said(230, 0)
    assert verifier.name == name
    assert np.linalg.norm(low) == pytest.approx(1, abs=1e-4)
    assert low @ again > low @ high
