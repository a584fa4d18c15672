"""Sound: no cut of the input changes the output, and nothing that is marked passes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from passante.analyse.gate import GateSettings
from passante.analyse.speech import DEFAULT, LOW_DELAY, AnalyseSpeech, SpeechSettings
from passante.core.dsp import BANDS, cells_from
from passante.inside.audio import AnalysedAudio
from passante.protect.operators.soundscape import Scene
from passante.testing import drive
from sounds import LoudIsSpeech, PartSeparator, cut, heard, joined, masker, noise, sound_block, tone

RATES = st.sampled_from([8_000, 16_000, 22_050, 44_100, 48_000])
SIZES = st.lists(st.integers(0, 9_000), max_size=12)
SETTINGS = st.sampled_from(
    [DEFAULT, LOW_DELAY, SpeechSettings(GateSettings(threshold=0.5, before=1, after=1, group=3))]
)


def words(rate_hz: int, channels: int, seed: int) -> np.ndarray:
    """Half a second of quiet noise with loud stretches."""
    rng = np.random.default_rng(seed)
    samples = np.repeat(noise(0.5, rate_hz, seed=seed), channels, axis=0)
    samples *= rng.uniform(0.5, 1, (channels, 1)).astype(np.float32)
    at, length = (int(x * samples.shape[1]) for x in rng.uniform(0, 0.5, 2))
    samples[:, at : at + length] += tone(440, 0.5, rate_hz)[:, :length]
    return samples


@settings(deadline=None, max_examples=25)
@given(
    rate_hz=RATES, channels=st.integers(1, 3), sizes=SIZES, how=SETTINGS, seed=st.integers(0, 99)
)
def test_any_cut_into_blocks_gives_the_same_sound(
    rate_hz: int, channels: int, sizes: list[int], how: SpeechSettings, seed: int
) -> None:
    samples = words(rate_hz, channels, seed)
    made = []
    for blocks in ([], sizes):
        stage = AnalyseSpeech(LoudIsSpeech(), PartSeparator(0.3), how)
        items = drive(stage, cut(samples, blocks, rate_hz))
        made.append((joined(items), heard(drive(masker(), items))))
    assert np.array_equal(made[0][0], made[1][0])
    assert np.array_equal(made[0][1], made[1][1])


MARKS = st.lists(st.tuples(st.integers(0, 30_000), st.integers(1, 9_000)), min_size=1, max_size=3)


@settings(deadline=None, max_examples=20)
@given(
    marks=MARKS, cuts=st.lists(st.integers(0, 48_000), max_size=6), low_delay=st.booleans(),
    said=st.floats(-1, 1, width=32),
)  # fmt: skip
def test_a_place_goes_on_the_same_however_it_is_cut_and_whatever_was_said(
    marks: list[tuple[int, int]], cuts: list[int], low_delay: bool, said: float
) -> None:
    place = noise(3.0, level=0.05)
    speech = np.zeros(place.shape[1], np.float32)
    for start, length in marks:
        speech[start : start + length] = 1
    made = []
    for ends, word in ((sorted(cuts), said), ([], 0.3)):
        samples = np.where(speech > 0, np.float32(word), place)
        scene = Scene(16_000, 1, low_delay=low_delay, draw=lambda: np.random.default_rng(7))
        pieces = zip(np.split(samples, ends, axis=1), np.split(speech, ends), strict=True)
        parts = [scene.push(sound, marked, None, None) for sound, marked in pieces]
        made.append(np.concatenate([*parts, scene.flush()], axis=1))
    assert np.array_equal(made[0], made[1])


VALUES = st.one_of(
    st.floats(-1, 1, width=32),
    st.sampled_from([np.nan, np.inf, -np.inf, 1e-42, -1e-42, 3e38, -3e38, 0.0, -0.0]),
)


@settings(deadline=None, max_examples=50)
@given(
    values=st.lists(VALUES, min_size=1, max_size=40),
    marks=st.lists(st.sampled_from([0.0, 0.1, 1.0, np.nan, -1.0]), min_size=1, max_size=10),
    other=st.lists(VALUES, min_size=1, max_size=40),
)
def test_no_value_of_a_marked_sample_reaches_the_output(
    values: list[float], marks: list[float], other: list[float]
) -> None:
    count = 1200
    speech = np.repeat(np.resize(np.array(marks, np.float32), 6), count // 6)
    free = speech == 0
    base = noise(count / 16_000, level=0.1)
    made = []
    for content in (values, other):
        samples = np.where(free, base, np.resize(np.array(content, np.float32), count))
        item = AnalysedAudio(sound_block(samples), speech.copy(), begins=True)
        made.append(heard(drive(masker(), [item])))
    assert np.isfinite(made[0]).all()
    assert np.abs(made[0]).max() <= 1
    assert np.array_equal(made[0], made[1])


@settings(deadline=None, max_examples=50)
@given(values=st.lists(VALUES, min_size=1, max_size=60), keep=st.floats(0, 1), rate_hz=RATES)
def test_the_output_is_sound_whatever_the_input(
    values: list[float], keep: float, rate_hz: int
) -> None:
    samples = np.resize(np.array(values, np.float32), (2, 2000))
    kept = np.full((len(cells_from(0, 2000, rate_hz)), BANDS), keep, np.float32)
    items = drive(AnalyseSpeech(LoudIsSpeech(), PartSeparator(0.1)), cut(samples, [500], rate_hz))
    dressed = [
        AnalysedAudio(items[0].raw, items[0].speech, keep=None, begins=True),
        AnalysedAudio(items[1].raw, items[1].speech, keep=kept, begins=False),
    ]
    made = heard(drive(masker(), dressed))
    assert made.shape == samples.shape
    assert np.isfinite(made).all()
    assert np.abs(made).max() <= 1
