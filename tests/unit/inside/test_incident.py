"""Candidates for events keep what they know to themselves."""

import dataclasses
import pickle

import pytest

from passante.core.errors import BoundaryError
from passante.core.names import EventKind, Phase, StreamId, ZoneId
from passante.inside.incident import Incident, SoundIncident

SEEN = Incident(
    kind=EventKind.LOITERING,
    phase=Phase.BEGAN,
    stream=StreamId("video"),
    zone=ZoneId("gate"),
    start_ns=0,
    end_ns=1,
    score=0.7,
    tracks=(4711,),
)
HEARD = SoundIncident(
    kind=EventKind.BANG,
    phase=Phase.BEGAN,
    stream=StreamId("audio-0"),
    start_ns=0,
    end_ns=1,
    score=0.9,
    threshold=0.6,
    level_db=20.0,
    false_alarms_per_day=None,
    by=(),
)


def test_no_track_number_is_printed() -> None:
    assert "4711" not in f"{SEEN} {SEEN!r} {[SEEN]}"
    assert "loitering" in repr(SEEN)
    assert "bang" in repr(HEARD)


@pytest.mark.parametrize("one", [SEEN, HEARD])
def test_no_incident_is_pickled(one: object) -> None:
    with pytest.raises(BoundaryError):
        pickle.dumps(one)


@pytest.mark.parametrize("changed", [{"end_ns": -1}, {"score": 1.1}, {"threshold": -0.1}])
def test_a_sound_that_ends_before_it_begins_or_scores_beyond_1_is_refused(
    changed: dict[str, float],
) -> None:
    with pytest.raises(ValueError, match=r"nothing ends|a score"):
        dataclasses.replace(HEARD, **changed)
