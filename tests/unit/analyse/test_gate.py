from __future__ import annotations

import numpy as np
import pytest

from passante.analyse.gate import Gate, GateSettings

RULE = GateSettings(threshold=0.5, before=2, after=3, group=2)


def decided(scores: list[float], rule: GateSettings = RULE) -> list[float]:
    gate = Gate(rule)
    parts = [gate.push(score) for score in scores]
    return np.concatenate([*parts, gate.flush()]).tolist()


def test_every_chunk_gets_one_decision() -> None:
    for count in range(12):
        assert len(decided([0.0] * count)) == count


def test_speech_counts_from_before_its_first_to_after_its_last_score() -> None:
    marks = decided([0.0] * 10 + [0.9] + [0.0] * 10)
    spoken = np.flatnonzero(marks)
    assert spoken.min() <= 10 - RULE.before
    assert spoken.max() >= 10 + RULE.after
    # and ends on the edges of groups, so that a length is told only coarsely
    assert spoken.min() % RULE.group == 0
    assert spoken.max() % RULE.group == RULE.group - 1


def test_a_mark_is_the_highest_score_nearby() -> None:
    marks = decided([0.0] * 6 + [0.6, 0.8] + [0.0] * 12)
    assert max(marks) == pytest.approx(0.8)
    assert marks[-1] == 0


def test_below_the_threshold_nothing_is_marked() -> None:
    assert not any(decided([0.49] * 20))


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), -1.0, 1.5])
def test_a_score_that_is_no_share_counts_as_speech(broken: float) -> None:
    assert decided([0.0] * 4 + [broken] + [0.0] * 4)[4] == 1.0


def test_decisions_come_after_the_look_ahead_and_no_later() -> None:
    gate = Gate(RULE)
    counts = [gate.push(0.0).size for _ in range(8)]
    assert counts == [0, 0, 0, 2, 0, 2, 0, 2]


@pytest.mark.parametrize("wrong", [{"threshold": 0.0}, {"before": -1}, {"group": 0}])
def test_a_gate_that_could_stay_shut_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="gate"):
        GateSettings(**wrong)  # type: ignore[arg-type]
