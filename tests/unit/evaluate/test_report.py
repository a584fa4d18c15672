from __future__ import annotations

import json

import pytest

from passante.evaluate.report import to_json
from unit.evaluate.reports import report


def test_the_file_says_all_that_is_needed_to_make_it_again() -> None:
    read = json.loads(to_json(report()))
    assert read["seed"] == 7
    assert read["models"] == {"net@1": "ab" * 32}
    assert read["data"] == {"faces/MANIFEST.csv": "cd" * 32}
    assert read["policies"] == {"street": "ef" * 32}
    (leak, held) = read["findings"]
    assert (leak["verdict"], held["verdict"]) == ("LEAKED", "RESISTED")
    assert leak["rate"] == {
        "successes": 30, "trials": 40, "low": pytest.approx(0.598, abs=1e-3),
        "high": pytest.approx(0.858, abs=1e-3), "share": 0.75,
    }  # fmt: skip
    assert held["baseline"] is None


def test_the_same_report_is_the_same_file() -> None:
    assert to_json(report()) == to_json(report())
