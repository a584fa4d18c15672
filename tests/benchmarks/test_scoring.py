"""The measure itself is measured: a benchmark that flatters is worse than none."""

import sys

import numpy as np
import pytest

from measure import CommandFailedError, publish, run, table
from scoring import OUR_FILL, Ellipse, Score, Truth, changed, rate, score, wilson


def planes(height=64, width=64, *, seed=1):
    random = np.random.default_rng(seed)
    return tuple(random.integers(60, 200, (height, width)).astype(np.uint8) for _ in range(3))


def filled(before, mask, colour=OUR_FILL):
    after = tuple(plane.copy() for plane in before)
    for plane, level in zip(after, colour, strict=True):
        plane[mask] = level
    return after


FACE = Ellipse(32, 32, 10, 14)


def test_what_compression_does_is_no_cover():
    before = planes()
    noise = np.random.default_rng(2)
    after = tuple(
        np.clip(plane + noise.integers(-4, 5, plane.shape), 0, 255).astype(np.uint8)
        for plane in before
    )
    assert not changed(before, after, OUR_FILL).any()


def test_a_fill_over_its_own_colour_counts_as_cover():
    before = tuple(np.full((64, 64), level, np.uint8) for level in OUR_FILL)
    assert changed(before, before, OUR_FILL).all()


@pytest.mark.parametrize(
    ("covered", "bare"),
    [(1.3, [0, 0, 0]), (0.5, [1, 1, 1])],  # an ellipse of half the size takes a quarter
)
def test_a_face_is_bare_where_less_than_half_of_it_is_covered(covered, bare):
    before = planes()
    after = filled(before, FACE.mask(64, 64, grow=covered))
    one = score([before] * 3, [after] * 3, [{0: Truth(FACE)}] * 3, OUR_FILL)
    assert (one.frames, one.bare) == (3, sum(bare))


def test_what_stands_before_a_face_need_not_be_covered():
    before = planes()
    board = np.zeros((64, 64), bool)
    board[:32] = True
    after = filled(before, FACE.mask(64, 64) & ~board)
    one = score([before], [after], [{0: Truth(FACE, before=board)}], OUR_FILL)
    assert one.bare == 0


def test_cover_far_from_every_face_is_in_vain():
    before = planes()
    corner = np.zeros((64, 64), bool)
    corner[:8, :8] = True
    one = score([before], [filled(before, corner)], [{0: Truth(FACE)}], OUR_FILL)
    assert one.bare == 1
    assert one.vain[0] == pytest.approx(64 / 4096, rel=0.4)


@pytest.mark.parametrize(
    ("shares", "longest", "flips", "first"),
    [
        ([1, 1, 1, 1], 0, 0, 0),
        ([0, 0, 1, 1], 2, 0, 2),
        ([1, 0, 1, 0], 1, 3, 0),
        ([0, 0, 0, 0], 4, 0, 4),
    ],
)
def test_runs_flips_and_first_cover_of_a_track(shares, longest, flips, first):
    one = Score()
    one.add_track([float(share) for share in shares])
    assert (one.longest, one.flips, one.first) == (longest, flips, first)
    assert one.leaked == (0 in shares)


def test_the_interval_of_nothing_missed_is_not_nothing():
    low, high = wilson(100, 100)
    assert low == pytest.approx(0.963, abs=0.001)
    assert high == pytest.approx(1.0)
    assert rate(0, 0) == "-"


def test_a_command_that_fails_is_not_measured(tmp_path):
    with pytest.raises(CommandFailedError, match="exited with 3"):
        run([sys.executable, "-c", "raise SystemExit(3)"], log=tmp_path / "log")


def test_cpu_and_memory_of_a_command_are_those_it_used(tmp_path):
    code = "x = bytearray(80_000_000); sum(range(3_000_000))"
    cost = run([sys.executable, "-c", code], log=tmp_path / "log")
    assert cost.peak_mb > 76
    assert cost.cpu_s > 0.02


def test_figures_replace_those_between_their_markers(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("head\n<!-- begin speed -->\nold\n<!-- end speed -->\ntail\n")
    publish("speed", table(["a"], [["1"]]), page)
    assert page.read_text() == (
        "head\n<!-- begin speed -->\n\n| a |\n| --- |\n| 1 |\n\n<!-- end speed -->\ntail\n"
    )
    with pytest.raises(SystemExit, match="no markers"):
        publish("leak", "x", page)
    capsys.readouterr()
