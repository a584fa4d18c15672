from __future__ import annotations

from pathlib import Path

import pytest

from passante.evaluate.halves import Half, beds, halves, recordings


def test_a_group_stays_together_and_labels_are_shared_out() -> None:
    rows = [("dog", f"g{n}") for n in range(10) for _ in range(3)]
    rows += [("siren", f"s{n}") for n in range(10)]
    dealt = halves(rows)
    for label, each in (("g", 15), ("s", 5)):
        fix = sum(dealt[g] is Half.FIX for _, g in rows if g.startswith(label))
        assert abs(fix - each) <= 3


def test_the_same_recordings_always_fall_into_the_same_halves() -> None:
    rows = [("dog", f"g{n}") for n in range(9)]
    assert halves(rows) == halves(reversed(rows))


@pytest.mark.data
def test_no_origin_is_in_both_halves_and_both_have_every_common_kind(data_dir: Path) -> None:
    found = recordings(data_dir)
    groups = {half: {one.group for one in found if one.half is half} for half in Half}
    assert not groups[Half.FIX] & groups[Half.SCORE]
    kinds = {half: {one.kind for one in found if one.half is half} for half in Half}
    common = {one.kind for one in found if sum(o.kind is one.kind for o in found) > 10}
    assert common <= kinds[Half.FIX]
    assert common <= kinds[Half.SCORE]


@pytest.mark.data
def test_streets_are_cut_in_the_middle(data_dir: Path) -> None:
    first, second = (beds(data_dir, half) for half in Half)
    for one, other in zip(first, second, strict=True):
        assert abs(one.size - other.size) <= 1
        assert not (one[:1000] == other[:1000]).all()
