from __future__ import annotations

import numpy as np
import pytest

from passante.analyse.cells import HISTORY, CellBook, CellSettings
from passante.analyse.voice import CHUNK
from passante.core.dsp import BAND_EDGES_HZ, BANDS, CELL, RATE_HZ
from sounds import noise, tone

SECONDS = 1.0


def book(mixture: np.ndarray, voice: np.ndarray, rule: CellSettings | None = None) -> CellBook:
    """What a listener would have shown it by the end of a sound."""
    made = CellBook(rule or CellSettings())
    lag = CHUNK - CELL
    both = [np.pad(sound, (HISTORY + lag, 2 * CHUNK)) for sound in (mixture, voice)]
    for end in range(HISTORY + CHUNK, both[0].size + 1, CHUNK):
        made.look(both[0][end - HISTORY : end], both[1][end - HISTORY : end])
    return made


def band(hz: float) -> int:
    return int(np.searchsorted(BAND_EDGES_HZ, hz, side="right") - 1)


def test_without_any_voice_all_that_sounds_is_kept() -> None:
    sound = noise(SECONDS)[0]
    keep = book(sound, np.zeros_like(sound)).keep(10, 90)
    assert keep.shape == (80, BANDS)
    assert keep.all()


def test_where_all_is_voice_nothing_is_kept() -> None:
    sound = noise(SECONDS)[0]
    assert not book(sound, sound).keep(0, 90).any()


def test_silence_is_never_vouched_for() -> None:
    nothing = np.zeros(RATE_HZ, np.float32)
    assert not book(nothing, nothing).keep(0, 90).any()


def test_a_siren_beside_a_voice_is_kept_and_the_voice_is_not() -> None:
    voice, siren = tone(300, SECONDS)[0], tone(3300, SECONDS)[0]
    keep = book(voice + siren, voice).keep(20, 80)
    assert keep[:, band(3300)].all()
    assert not keep[:, band(300)].any()


def test_a_faint_rest_of_a_voice_is_not_kept() -> None:
    voice = tone(1000, SECONDS)[0]
    assert not book(voice, voice * np.float32(0.8)).keep(20, 80).any()


def test_a_voice_closes_the_cells_around_it_in_time() -> None:
    rule = CellSettings(far=0, near=6)
    hum = tone(1000, SECONDS)[0] * np.float32(0.1)
    word = tone(1000, SECONDS)[0].copy()
    word[:6400], word[9600:] = 0, 0  # speaks from 0.4 s to 0.6 s
    keep = book(hum + word, word, rule).keep(0, 110)[:, band(1000)]
    assert not keep[50 - 6 : 75 + 6].any()
    assert keep[:35].all()
    assert keep[90:].all()


def test_what_separation_could_not_tell_is_voice() -> None:
    sound = noise(SECONDS)[0]
    voice = np.zeros_like(sound)
    voice[8000:8200] = np.nan
    keep = book(sound, voice, CellSettings(far=0)).keep(0, 110)
    assert not keep[60:68].any()
    assert keep[20:40].all()


def test_cells_that_were_never_heard_are_not_kept() -> None:
    sound = noise(0.2)[0]
    keep = book(sound, np.zeros_like(sound)).keep(0, 500)
    assert not keep[60:].any()


def test_old_cells_are_forgotten_and_the_verdicts_stay_the_same() -> None:
    rng = np.random.default_rng(3)
    sound = noise(2.0)[0]
    voice = sound * np.repeat(rng.uniform(0, 1, 20), 1600).astype(np.float32)
    whole = book(sound, voice).keep(0, 240)
    stepwise = book(sound, voice)
    parts = [stepwise.keep(at, at + 24) for at in range(0, 240, 24)]
    assert np.array_equal(np.concatenate(parts), whole)
    assert stepwise.held <= 240 + 2 * CellSettings().far


@pytest.mark.parametrize("score", [0.0, -1.0, float("nan")])
def test_a_score_that_would_never_or_always_count_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="no such score"):
        CellSettings(rest_speaks=score)
