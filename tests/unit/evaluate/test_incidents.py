from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from passante.analyse.alarm import Limit
from passante.analyse.kinds import KINDS
from passante.analyse.tagger import CLASSES, EMBEDDING, Tags, Yamnet
from passante.core.names import EventKind
from passante.evaluate import incidents
from passante.evaluate.incidents import (
    Given,
    Tried,
    at_limits,
    compared,
    strict_thresholds,
    tagged,
)
from passante.evaluate.results import Figure, Subject
from passante.evaluate.settings import Settings
from passante.evaluate.trials import Scored, Trial
from passante.protect.policy import Policy, Shipped

US = Subject("us", ours=True)
LOOKS = 20
BANG, SIREN = (KINDS.index(kind) for kind in (EventKind.BANG, EventKind.SIREN))
LIMIT = Limit(EventKind.BANG, on=0.6, off=0.3, looks=1, standing_db=0)


def trial(kind: EventKind | None, group: str = "", snr_db: float = 10) -> Trial:
    """An event from 3 to 4 s in 6 s of street."""
    return Trial(np.zeros(96_000, np.float32), kind, str(kind), group, snr_db, 3.0, 4.0)


def scored(heard: dict[int, float], *, at: int = 10) -> Scored:
    """Looks of which those around `at` have these scores; look 10 ends at 3.36 s."""
    scores = np.full((LOOKS, len(KINDS)), 0.01, np.float32)
    for column, score in heard.items():
        scores[at : at + 3, column] = score
    standing = np.zeros((LOOKS, 96), np.float32)
    return Scored(tuple(24 * n for n in range(LOOKS)), standing, scores)


def values(figures: list[Figure]) -> dict[str, float]:
    return {one.what: one.value for one in figures}


def test_a_listener_that_hears_all_and_nothing_else_is_perfect() -> None:
    some = Tried(
        [trial(EventKind.BANG, "a"), trial(EventKind.BANG, "b"), trial(None), trial(None)],
        [scored({BANG: 0.9}), scored({BANG: 0.8}), scored({}), scored({})],
    )
    found = values(list(compared(US, some, strict_thresholds(some))))
    assert found["bang: average precision"] == 1
    assert found["bang: heard, equally strict"] == 1
    assert found["mean of kinds at 10 dB: average precision"] == 1
    told = values(list(at_limits(US, some, [LIMIT], seed=0)))
    assert told["bang: heard, at its threshold"] == 1
    assert told["bang: right, of those told"] == 1
    assert told["bang: false alarms among events"] == 0
    assert told["delay from the first of the recording, 19 of 20 within"] == pytest.approx(0.375)


def test_who_cannot_be_heard_yet_is_not_waited_for() -> None:
    some = Tried([replace(trial(EventKind.BANG), faint_s=0.2)], [scored({BANG: 0.9})])
    told = values(list(at_limits(US, some, [LIMIT], seed=0)))
    assert told["delay from the first of the recording, half within"] == pytest.approx(0.375)
    assert told["delay from when it is as loud as the street, half within"] == pytest.approx(0.175)


def test_what_is_told_of_something_else_is_a_false_alarm() -> None:
    some = Tried(
        [trial(EventKind.BANG), trial(EventKind.SIREN), trial(None)],
        [scored({BANG: 0.9}), scored({BANG: 0.9, SIREN: 0.9}), scored({})],
    )
    told = values(list(at_limits(US, some, [LIMIT], seed=0)))
    assert told["bang: right, of those told"] == 0.5
    assert told["bang: false alarms among events"] == pytest.approx(200)  # in 18 s


def test_what_is_told_long_before_the_act_does_not_count_as_heard() -> None:
    some = Tried([trial(EventKind.BANG)], [scored({BANG: 0.9}, at=0)])
    told = values(list(at_limits(US, some, [LIMIT], seed=0)))
    assert told["bang: heard, at its threshold"] == 0


def test_one_in_a_hundred_of_the_others_reaches_the_strict_threshold() -> None:
    some = Tried([trial(None)] * 300, [scored({BANG: float(n) / 300}) for n in range(1, 301)])
    threshold = strict_thresholds(some)[BANG]
    assert sum(float(one.scores[:, BANG].max()) >= threshold for one in some.scored) == 3


def test_trials_of_one_ratio_are_picked_with_what_was_said_of_them() -> None:
    one, other = scored({}), scored({})
    some = Tried([trial(None, snr_db=0), trial(None, snr_db=10)], [one, other])
    assert some.at(10).scored == [other]


def test_a_tagger_that_has_looked_is_not_asked_about_anything_else() -> None:
    tags = Tags(np.zeros((2, CLASSES), np.float32), np.zeros((2, EMBEDDING), np.float32))
    given = Given("tagger@1", tags)
    assert given.look(np.zeros((2, 96, 64), np.float32)) is tags
    with pytest.raises(ValueError, match="looked at"):
        given.look(np.zeros((3, 96, 64), np.float32))


@pytest.mark.data
@pytest.mark.models
def test_every_listener_is_tried_and_ours_on_protected_sound_as_well(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incidents, "_QUICK", 6)
    monkeypatch.setattr(incidents, "_QUICK_SNRS_DB", (10,))
    monkeypatch.setattr(incidents, "_QUICK_MINUTES", 0.2)
    settings = Settings(data_dir, (Policy.named(Shipped.STREET),), tmp_path, quick=True)
    found = list(incidents.run(settings, lambda _: None))
    subjects = {one.subject.name for one in found if isinstance(one, Figure)}
    assert {"YAMNet as packaged", "log-mel and logistic regression", "energy"} <= subjects
    assert any(name.startswith("our head on YAMNet, level soundscape") for name in subjects)
    delays = [one for one in found if isinstance(one, Figure) and "delay" in one.what]
    assert delays


def test_many_patches_are_tagged_some_at_a_time_in_their_order() -> None:
    sizes = []

    class Counting:
        ref = "counting@1"

        def run(self, *arrays: Any) -> tuple[Any, ...]:
            (patches,) = arrays
            sizes.append(len(patches))
            first = patches[:, 0, :1]
            return np.repeat(first, CLASSES, axis=1), np.repeat(first, EMBEDDING, axis=1)

    patches = np.zeros((150, 96, 64), np.float32)
    patches[:, 0, 0] = np.arange(150)
    tags = tagged(patches, Yamnet(Counting()))
    assert max(sizes) <= 64
    np.testing.assert_array_equal(tags.logits[:, 0], np.arange(150))
    np.testing.assert_array_equal(tags.embedding[:, -1], np.arange(150))
