from __future__ import annotations

import math

import numpy as np
import pytest

from passante.analyse.cells import CellSettings
from passante.analyse.listen import FirstOpinion, SecondOpinion
from passante.analyse.voice import CHUNK, Memory
from sounds import LoudIsSpeech, PartSeparator, ScriptedDetector, noise, tone

QUIET = np.zeros(CHUNK, np.float32)
LOUD = tone(500, 0.032)[0]


def test_one_channel_is_one_feed() -> None:
    detector = LoudIsSpeech()
    assert FirstOpinion(detector).score(LOUD[None]) == 1
    assert detector.feeds == [1]


def test_channels_that_are_all_alike_are_heard_once() -> None:
    detector = LoudIsSpeech()
    opinion = FirstOpinion(detector)
    opinion.score(np.stack([LOUD, LOUD]))
    opinion.score(np.stack([LOUD, QUIET]))
    opinion.score(np.stack([LOUD, LOUD]))
    assert detector.feeds == [1, 3, 3]


def test_a_voice_whose_mean_cancels_is_heard() -> None:
    assert FirstOpinion(LoudIsSpeech()).score(np.stack([LOUD, -LOUD])) == 1


def test_a_voice_on_one_of_eight_channels_is_heard() -> None:
    assert FirstOpinion(LoudIsSpeech()).score(np.stack([QUIET] * 7 + [LOUD])) == 1


@pytest.mark.parametrize("answer", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_said_to_be_none(answer: float) -> None:
    assert math.isnan(FirstOpinion(ScriptedDetector(lambda _: answer)).score(LOUD[None]))


def test_a_detector_that_raises_gives_no_number_and_starts_afresh() -> None:
    class Dying:
        model = "dying@1"
        seen: list[bool] = []  # noqa: RUF012 - one fake, one test

        def look(self, chunks: np.ndarray, memory: Memory) -> tuple[np.ndarray, Memory]:
            self.seen.append(bool(memory.context.any()))
            if len(self.seen) == 2:
                raise RuntimeError("gone")
            return np.zeros(len(chunks), np.float32), Memory(memory.hidden, chunks[:, -64:])

    opinion = FirstOpinion(Dying())
    scores = [opinion.score(LOUD[None]) for _ in range(4)]
    assert [math.isnan(score) for score in scores] == [False, True, False, False]
    assert Dying.seen == [False, True, False, True]


def test_a_faint_voice_is_raised_before_it_is_judged() -> None:
    faint = LOUD * np.float32(0.01)
    opinion = SecondOpinion(LoudIsSpeech(), PartSeparator(1.0), CellSettings())
    assert max(opinion.score(faint) for _ in range(6)) == 1
    assert FirstOpinion(LoudIsSpeech()).score(faint[None]) == 0


def test_traces_far_below_the_mixture_are_not_raised_to_a_voice() -> None:
    opinion = SecondOpinion(LoudIsSpeech(0.5), PartSeparator(0.001), CellSettings())
    assert max(opinion.score(noise(0.032, level=0.2)[0]) for _ in range(10)) == 0


def test_one_short_flash_is_averaged_down() -> None:
    opinion = SecondOpinion(
        ScriptedDetector(lambda n: float(n == 5)), PartSeparator(), CellSettings()
    )
    assert max(opinion.score(LOUD) for _ in range(10)) == pytest.approx(1 / 3)


def test_a_separator_that_dies_gives_no_number_and_vouches_for_nothing() -> None:
    separator = PartSeparator(0.0, fails_at=10)
    opinion = SecondOpinion(LoudIsSpeech(2.0), separator, CellSettings(far=0, near=0))
    sound = noise(1.0)[0]
    scores = [opinion.score(sound[at : at + CHUNK]) for at in range(0, 31 * CHUNK, CHUNK)]
    assert [number for number, score in enumerate(scores) if math.isnan(score)] == [10]
    assert opinion.cells is not None
    keep = opinion.cells.keep(0, 100)
    assert not keep[38:48].any()
    assert keep[10:30].all()
    assert keep[70:100].all()


def test_where_nothing_is_kept_no_cells_are_noted_and_scores_stay() -> None:
    noting, plain = (
        SecondOpinion(LoudIsSpeech(), PartSeparator(1.0), cells) for cells in (CellSettings(), None)
    )
    scores = [(noting.score(LOUD), plain.score(LOUD)) for _ in range(6)]
    assert all(one == other for one, other in scores)
    assert scores[-1] == (1, 1)
    assert plain.cells is None
