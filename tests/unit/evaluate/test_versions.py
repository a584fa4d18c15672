from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from passante.core.names import Sensitive
from passante.evaluate import versions
from passante.evaluate.footage import Clip, encode, frames
from passante.evaluate.leakage import heads_of, measure
from passante.evaluate.settings import Settings
from passante.protect.policy import Policy, Shipped
from unit.evaluate import streets


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    path = tmp_path_factory.mktemp("street") / "street.mp4"
    encode(path, (frame.yuv for frame in streets.frames()))
    return Clip("street", path, streets.people())


def test_policies_come_first_and_keep_their_names(tmp_path: Path) -> None:
    policies = tuple(Policy.find(name) for name in (Shipped.STREET, Shipped.SILENT))
    found = versions.versions(Settings(tmp_path, policies, tmp_path))
    assert [one.subject.name for one in found[:2]] == ["policy street", "policy silent"]
    assert [one.subject.name for one in found[2:]] == list(versions.OTHERS)
    assert [one.subject.ours for one in found] == [True, True] + [False] * len(versions.OTHERS)


@pytest.mark.parametrize("name", list(versions.OTHERS))
def test_what_is_named_is_changed_and_nothing_far_from_it(
    street: Clip, tmp_path: Path, name: str
) -> None:
    made = list(frames(versions.drawn(street, name, tmp_path)))
    before = list(frames(street.path))
    assert len(made) == len(before)
    person = street.people[3][1]
    # beyond every box: encoded once more, no more
    assert np.abs(made[3].yuv[:4].astype(int) - before[3].yuv[:4]).mean() < 8
    legs = slice(90, 105), slice(int(person.x0) + 4, int(person.x1) - 4)
    moved = np.abs(made[3].yuv[legs].astype(int) - before[3].yuv[legs]).mean()
    assert (moved < 8) if "heads" in name else (moved > 2)


def test_a_fill_over_people_leaves_no_head_bare_and_writing_again_all(
    street: Clip, tmp_path: Path
) -> None:
    settings = Settings(tmp_path, (), tmp_path)
    filled = versions.drawn(street, "fill over each person", tmp_path)
    again = versions.untouched(settings).make(street)
    targets = heads_of(street.people)
    for path, bare in ((filled, 0), (again, len(streets.COLOURS))):
        leaks = measure(frames(street.path), frames(path), targets)
        assert leaks.people().successes == bare


def test_silent_hides_in_pictures_what_person_hides_so_that_one_stands_for_both() -> None:
    person, silent = Policy.find(Shipped.PERSON), Policy.find(Shipped.SILENT)
    kinds = set(Sensitive) - {Sensitive.SPEECH}
    assert {kind: silent.rules[kind] for kind in kinds} == {
        kind: person.rules[kind] for kind in kinds
    }
    assert silent.priors == person.priors
