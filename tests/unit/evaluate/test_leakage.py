from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from passante.core.geometry import Box
from passante.evaluate import leakage
from passante.evaluate.footage import Frame
from passante.evaluate.leakage import covered, head, heads_of, measure, visible_heads
from unit.evaluate import streets


def test_nothing_hidden_leaves_everybody_bare_on_every_frame() -> None:
    leaks = measure(streets.frames(), streets.frames(), heads_of(streets.people()))
    assert leaks.people().successes == 4
    assert leaks.frames(seed=1).share == 1


def test_people_filled_on_every_frame_are_never_bare() -> None:
    hidden = streets.frames(bare=False)
    leaks = measure(streets.frames(), hidden, heads_of(streets.people()), streets.people())
    assert leaks.people().successes == 0
    assert np.mean(leaks.vain) < 0.05  # the smoothed edge of the fill


def test_one_frame_missed_is_everybody_leaked() -> None:
    only = set(range(streets.FRAMES)) - {11}
    hidden = streets.frames(bare=False, only=only)
    leaks = measure(streets.frames(), hidden, heads_of(streets.people()))
    assert leaks.people().successes == 4
    assert leaks.frames(seed=1).successes == 4


def test_a_frame_that_was_dropped_is_noticed() -> None:
    short = list(streets.frames())[:-1]
    with pytest.raises(ValueError, match="shorter"):
        measure(streets.frames(), short, heads_of(streets.people()))


def test_what_compression_does_is_not_covering() -> None:
    before = np.random.default_rng(1).integers(60, 200, (40, 40, 3)).astype(np.uint8)
    noise = np.random.default_rng(2).integers(-6, 7, before.shape)
    assert not covered(before, (before + noise).astype(np.uint8)).any()


def test_a_fill_over_its_own_colour_is_covering() -> None:
    grey = np.full((20, 20, 3), 99, np.uint8)
    grey[:, :, 1:] = 128
    filled = grey.copy()
    filled[:, :, 0] = 98
    assert covered(grey, filled).all()


def test_a_head_is_an_eighth_of_a_person_at_the_top() -> None:
    assert head(Box(0, 0, 40, 100)) == Box(15.5, 2, 24.5, 15)


def test_a_head_behind_somebody_nearer_cannot_be_judged() -> None:
    far, near, beside = Box(50, 20, 80, 100), Box(50, 10, 90, 130), Box(100, 20, 130, 100)
    assert set(visible_heads({1: far, 2: near, 3: beside})) == {2, 3}


def test_a_head_mostly_outside_the_picture_is_not_judged() -> None:
    out = {0: {1: Box(-4, 10, 1, 15)}}
    leaks = measure(list(streets.frames())[:1], list(streets.frames())[:1], out)
    assert not leaks.bare
    assert leakage.merged([leaks, leaks]).people().trials == 0


def test_a_head_behind_a_sign_is_not_judged() -> None:
    pictures = list(streets.frames())
    behind = pictures[0].yuv[:, :, 0].copy()
    heads = heads_of(streets.people())
    leaks = measure(pictures[:1], pictures[:1], heads, empty=behind)
    assert not leaks.bare
    assert len(measure(pictures[:1], pictures[:1], heads, empty=behind // 2).bare) == 4


def test_a_guess_beside_a_covered_head_is_no_leak() -> None:
    (old, *_) = streets.frames()
    new = old.yuv.copy()
    target = Box(60, 30, 68, 38)
    new[20:50, 44:61] = 98, 128, 128
    after = [Frame(old.pts_s, new)]
    elsewhere = np.zeros(new.shape[:2], np.uint8)
    assert measure([old], after, {0: {1: target}}).bare == {1: [True]}
    assert measure([old], after, {0: {1: target}}, empty=elsewhere).bare == {1: [False]}


def test_the_empty_street_is_what_is_there_most_of_the_time() -> None:
    still = np.full((6, 8, 3), 90, np.uint8)
    frames = []
    for number in range(30):
        yuv = still.copy()
        yuv[:, number % 8] = 200
        frames.append(Frame(Fraction(number), yuv))
    assert (leakage.empty_street(frames, 30) == 90).all()


def test_the_empty_picture_has_the_colours_of_what_is_there_most_of_the_time() -> None:
    yuv = np.full((20, 20, 3), (90, 140, 120), np.uint8)
    shown = [Frame(Fraction(n), yuv if n % 3 else yuv // 2) for n in range(30)]
    assert (leakage.empty_picture(shown, 30) == shown[1].rgb).all()
