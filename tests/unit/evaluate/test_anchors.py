from __future__ import annotations

import numpy as np

from passante.analyse.kinds import KINDS
from passante.evaluate.anchors import LogMelRegression, energy, features


def test_the_louder_the_surer_whatever_it_is() -> None:
    quiet, loud = energy(np.repeat([[5.0], [40.0]], 96, axis=1).astype(np.float32))
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
    learnt = LogMelRegression.fitted(features(np.stack(patches)), np.array(holds))
    for kind in (0, 1):
        patch = rng.normal(-4, 0.5, (96, 64)).astype(np.float32)
        patch[:, 10 + 30 * kind] += 4
        (scores,) = learnt.look(features(patch[None]))
        assert scores[:2].argmax() == kind
        assert scores[kind] > 0.7
