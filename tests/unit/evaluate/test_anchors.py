from __future__ import annotations

import numpy as np

from passante.analyse.hearing import Look
from passante.analyse.kinds import KINDS
from passante.evaluate.anchors import LogMelRegression, energy


def look(patch: np.ndarray, standing: float = 0) -> Look:
    return Look(patch.astype(np.float32), np.full(96, standing, np.float32), 0)


def test_the_louder_the_surer_whatever_it_is() -> None:
    quiet, loud = (energy(look(np.zeros((96, 64)), level)) for level in (5, 40))
    assert (loud > 0.9).all()
    assert (quiet < 0.1).all()


def test_regression_learns_which_band_a_kind_is_in() -> None:
    rng = np.random.default_rng(0)
    patches, holds = [], []
    for number in range(60):
        patch = rng.normal(-4, 0.5, (96, 64)).astype(np.float32)
        kind = number % 3
        if kind < 2:
            patch[:, 10 + 30 * kind] += 4
        patches.append(patch)
        holds.append([column == kind for column in range(len(KINDS))])
    learnt = LogMelRegression.fitted(patches, np.array(holds))
    for kind in (0, 1):
        patch = rng.normal(-4, 0.5, (96, 64))
        patch[:, 10 + 30 * kind] += 4
        scores = learnt.look(look(patch))
        assert scores[:2].argmax() == kind
        assert scores[kind] > 0.7
