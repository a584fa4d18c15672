from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from passante.evaluate.attacks.networks import (
    AbsentError,
    torch_module,
    train_classifier,
    train_embedder,
)


def test_without_pytorch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(package: str) -> Any:
        raise ImportError(package)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(AbsentError, match=r"passante\[attackers\]"):
        torch_module()


@pytest.fixture
def trained() -> None:
    try:
        torch_module()
    except AbsentError:
        pytest.skip("PyTorch is not installed")


def voice(person: int, take: int, frames: int = 60) -> np.ndarray:
    """Each person has loud bands of his own."""
    shape = np.random.default_rng(person).normal(0, 1, 12)
    noise = np.random.default_rng((person, take)).normal(0, 1, (frames, 12))
    return (shape + noise).astype(np.float32)


@pytest.mark.usefixtures("trained")
def test_an_embedder_brings_one_person_together_and_others_apart() -> None:
    shown = [voice(person, take) for person in range(8) for take in range(4)]
    embed = train_embedder(
        shown, [n // 4 for n in range(32)], steps=40, seed=1, width=16, frames=30
    )
    made = embed([voice(person, 50 + take) for person in range(8) for take in range(2)])
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, atol=1e-4)
    near = made @ made.T
    same = np.mean([near[2 * n, 2 * n + 1] for n in range(8)])
    assert same > near[np.ix_(range(0, 16, 2), range(1, 16, 2))].mean() + 0.3


@pytest.mark.usefixtures("trained")
def test_a_classifier_names_what_it_has_learnt() -> None:
    rows = np.stack([voice(kind, take, 24) for kind in range(4) for take in range(20)])
    labels = np.repeat(np.arange(4), 20)
    name = train_classifier(rows, labels, epochs=60, seed=1, width=4)
    asked = np.stack([voice(kind, 100 + take, 24) for kind in range(4) for take in range(5)])
    assert (name(asked) == np.repeat(np.arange(4), 5)).mean() > 0.8
