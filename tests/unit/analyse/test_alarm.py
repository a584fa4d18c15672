from __future__ import annotations

import numpy as np
import pytest

from passante.analyse.alarm import Alarm, Heard, Limit, onset
from passante.analyse.hearing import STEP
from passante.analyse.logmel import FRAMES
from passante.core.names import EventKind, Phase

LIMIT = Limit(EventKind.BANG, on=0.6, off=0.3, looks=1, standing_db=6)


def look(number: int, *, loud_at: int | None = None) -> tuple[int, np.ndarray]:
    standing = np.zeros(FRAMES, np.float32)
    if loud_at is not None:
        place = loud_at - number * STEP
        if place < FRAMES:
            standing[max(0, place) :] = 20
    return number * STEP, standing


def told(limit: Limit, scores: list[float], *, loud_at: int | None = 130) -> list[Heard]:
    alarm = Alarm(limit)
    found = [alarm.push(score, *look(n, loud_at=loud_at)) for n, score in enumerate(scores)]
    return [one for one in [*found, alarm.flush()] if one is not None]


def test_it_is_told_when_it_begins_and_when_it_has_ended() -> None:
    began, ended = told(LIMIT, [0, 0, 0.9, 0.7, 0.4, 0.1, 0.1, 0.1, 0.1, 0.1])
    assert (began.phase, ended.phase) == (Phase.BEGAN, Phase.ENDED)
    assert began.start == ended.start == 130
    assert began.end == 2 * STEP + FRAMES
    assert ended.end == 4 * STEP + FRAMES // 2
    assert ended.score == 0.9


def test_a_dip_does_not_end_it_and_what_follows_later_is_another() -> None:
    quiet = [0.0] * 4
    found = told(LIMIT, [0.9, 0, 0, 0, 0.9, *quiet, 0.9, *quiet], loud_at=10)
    assert [one.phase for one in found] == [Phase.BEGAN, Phase.ENDED] * 2
    assert found[1].end > 4 * STEP


def test_what_does_not_stand_out_is_not_told() -> None:
    assert told(LIMIT, [0.9] * 5, loud_at=None) == []


def test_a_score_is_averaged_over_its_looks() -> None:
    slow = Limit(EventKind.SIREN, on=0.6, off=0.3, looks=3, standing_db=0)
    assert told(slow, [0.9, 0.8, 0, 0, 0, 0]) == []
    assert told(slow, [0.9, 0.8, 0.7, 0])[0].end == 2 * STEP + FRAMES


def test_what_still_goes_on_at_the_end_is_told_to_have_ended() -> None:
    assert [one.phase for one in told(LIMIT, [0.9], loud_at=20)] == [Phase.BEGAN, Phase.ENDED]


@pytest.mark.parametrize("at", [20, 50, 85])
def test_the_onset_is_where_the_level_rises(at: int) -> None:
    standing = np.random.default_rng(2).normal(2, 1, FRAMES).astype(np.float32)
    standing[at:] += 15
    assert abs(onset(standing) - at) <= 2


def test_without_a_rise_the_middle_stands_for_the_onset() -> None:
    assert onset(np.full(FRAMES, 9, np.float32)) == FRAMES // 2


@pytest.mark.parametrize(("on", "off", "looks"), [(0.3, 0.6, 1), (1.2, 0.1, 1), (0.5, 0.1, 0)])
def test_a_limit_that_makes_no_sense_is_refused(on: float, off: float, looks: int) -> None:
    with pytest.raises(ValueError, match="bang"):
        Limit(EventKind.BANG, on=on, off=off, looks=looks, standing_db=0)
