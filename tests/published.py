"""What others publish, out of packages that carry it: `scripts/published` brings them."""

from __future__ import annotations

import gzip
import json
import os
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

FOLDER = Path(__file__).resolve().parent.parent / ".published"


def package(name: str) -> ZipFile:
    """The wheel of a package; the test is skipped where it is absent, or fails in CI."""
    found = sorted(FOLDER.glob(f"{name}-*.whl"))
    if not found:
        word = f"the package {name} is not here (run scripts/published)"
        if os.environ.get("CI"):
            pytest.fail(f"{word} (CI is set, so this may not be skipped)", pytrace=False)
        pytest.skip(word)
    return ZipFile(found[-1])


def unpacked(name: str, folder: Path) -> Path:
    """The folder in which a package lies open."""
    with package(name) as wheel:
        wheel.extractall(folder)
    return folder


@cache
# Any: a row is whatever JSON there is.
def smart_data_models() -> dict[str, list[dict[str, Any]]]:
    """Rows of the Smart Data Models that we write, by model: one a term, nested ones too."""
    wanted = {"CrowdFlowObserved", "TrafficFlowObserved", "NoiseLevelObserved", "Alert"}
    with package("pysmartdatamodels") as wheel:
        data = wheel.read("pysmartdatamodels/model-assets/smartdatamodels.json.gz")
    rows = json.loads(gzip.decompress(data))
    return {model: [row for row in rows if row.get("dataModel") == model] for model in wanted}


@cache
def smart_data_model_metadata() -> dict[str, dict[str, Any]]:
    """What is required in each, and where its context is."""
    with package("pysmartdatamodels") as wheel:
        text = wheel.read("pysmartdatamodels/model-assets/datamodels_metadata.json")
    told = json.loads(text)
    rows = told if isinstance(told, list) else list(told.values())
    return {row["dataModel"]: row for row in rows if row.get("dataModel") in smart_data_models()}
