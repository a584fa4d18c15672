"""The page of the evaluation is made from reports alone."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from passante.evaluate.rates import Rate
from passante.evaluate.report import Report, to_json
from passante.evaluate.results import Finding, Section, Subject
from passante.evaluate.threat import Knows, ThreatModel, Wants

TOOLS = Path(__file__).resolve().parents[2] / "tools"
THREAT = ThreatModel(Wants.IDENTITY, Knows.METHOD, "photographs")


@pytest.fixture
def text(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """tools/evaluation_text.py, as `make evaluate` imports it."""
    monkeypatch.syspath_prepend(str(TOOLS))
    spec = importlib.util.find_spec("evaluation_text")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "evaluation_text", module)
    spec.loader.exec_module(module)
    return module


def named(subject: str, hits: int, attack: str = "faceres, parrot") -> Finding:
    return Finding(
        Section.FACES, attack, THREAT, Subject(subject, ours=subject.startswith("policy")),
        Rate.of(hits, 100), Rate.of(99, 100), Rate.of(60, 2000), "portraits",
    )  # fmt: skip


def reports(*findings: Finding) -> dict[str, Any]:
    made = Report(
        "passante 0.1.0", "passante evaluate faces", quick=False, seed=1, policies={}, models={},
        data={}, findings=findings, figures=(), left_out=(),
    )  # fmt: skip
    return {"faces": msgspec.json.decode(to_json(made))}


def test_the_first_table_says_yes_where_it_leaked_and_no_where_it_held(text: ModuleType) -> None:
    page = text.page(
        reports(named("policy street", 40), named("policy person", 3)),
        {"parts": {"faces": 120.0}},
    )
    row = next(line for line in page.splitlines() if line.startswith("| named by their face"))
    cells = [cell.strip() for cell in row.split("|")]
    assert cells[2].startswith("**yes**: 40")
    assert cells[3].startswith("no: 3")
    assert cells[4:6] == ["99", "3"]
    assert "{{" not in page


def test_one_leak_counts_more_than_a_higher_share_that_is_none(text: ModuleType) -> None:
    few = Finding(
        Section.FACES, "pixels, parrot", THREAT, Subject("policy street", ours=True),
        Rate.of(1, 2), Rate.of(0, 2), Rate.of(60, 2000), "portraits",
    )  # fmt: skip
    page = text.page(reports(few, named("policy street", 20)), {"parts": {}})
    row = next(line for line in page.splitlines() if line.startswith("| named by their face"))
    assert "**yes**: 20" in row


def test_a_part_that_was_not_run_is_said_to_be_missing(text: ModuleType) -> None:
    page = text.page(reports(named("policy street", 3)), {"parts": {}})
    row = next(line for line in page.splitlines() if line.startswith("| policy street"))
    assert "not run" in row
