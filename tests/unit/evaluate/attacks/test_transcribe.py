from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from passante.evaluate.attacks import transcribe
from passante.evaluate.attacks.networks import AbsentError
from passante.evaluate.attacks.transcribe import RECOGNISERS, errors, in_order, words


def test_words_are_told_without_signs_and_capitals() -> None:
    assert words("Don't stop -- at 5 o'Clock!") == ["dont", "stop", "at", "oclock"]


@pytest.mark.parametrize(
    ("heard", "wrong", "right"),
    [
        ("the cat sat", 0, [True, True, True]),
        ("the mat sat", 1, [True, False, True]),
        ("cat", 2, [False, True, False]),
        ("", 3, [False, False, False]),
        ("sat the", 3, [False, False, True]),
        ("a the big cat has sat down", 4, [True, True, True]),
    ],
)
def test_errors_and_words_in_order_of_cases_counted_by_hand(
    heard: str, wrong: int, right: list[bool]
) -> None:
    said = ["the", "cat", "sat"]
    assert errors(said, heard.split()) == wrong
    found = in_order(said, heard.split())
    assert sum(found) == sum(right)
    if heard != "sat the":  # either of the two may count
        assert found == right


@pytest.mark.parametrize("name", RECOGNISERS)
def test_a_recogniser_whose_package_is_absent_says_so(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(package: str) -> Any:
        raise ImportError(package)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(AbsentError, match=r"passante\[attackers\]"):
        RECOGNISERS[name]()


@pytest.mark.parametrize("name", RECOGNISERS)
def test_a_recogniser_hears_nothing_in_silence(name: str) -> None:
    try:
        recogniser = RECOGNISERS[name]()
    except AbsentError:
        pytest.skip(f"{name} is not installed")
    assert len(words(recogniser.hear(np.zeros(16_000, np.float32)))) <= 1


def test_what_is_heard_is_brought_to_full_scale() -> None:
    faint = np.array([0.0, 1e-3, -2e-3], np.float32)
    assert np.abs(transcribe._loud(faint)).max() == pytest.approx(0.9)
