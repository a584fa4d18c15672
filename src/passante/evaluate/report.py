"""One run as a file: everything that is needed to make it again, and to notice a change."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import msgspec

from passante.evaluate.rates import Rate
from passante.evaluate.results import Figure, Finding, LeftOut


@dataclass(frozen=True, slots=True)
class Report:
    """What was attacked, with what, on what, and what came of it. Holds no time and no place."""

    software: str
    command: str
    """What makes the same figures again."""
    quick: bool
    seed: int
    policies: dict[str, str]
    """Name -> sha256 of its canonical text."""
    models: dict[str, str]
    """Reference -> sha256 of every network that protected or attacked."""
    data: dict[str, str]
    """List of files -> sha256: what was measured on."""
    findings: tuple[Finding, ...]
    figures: tuple[Figure, ...]
    left_out: tuple[LeftOut, ...]


# Any: a tree of JSON.
def tree(report: Report) -> dict[str, Any]:
    """The report as JSON has it, verdicts included."""
    made = dataclasses.asdict(report)
    made["findings"] = [
        {
            **dataclasses.asdict(finding),
            "rate": _rate(finding.rate),
            "control": _rate(finding.control),
            "baseline": _rate(finding.baseline) if finding.baseline else None,
            "verdict": finding.verdict,
            "why": finding.why,
        }
        for finding in report.findings
    ]
    return made


def to_json(report: Report) -> bytes:
    """The report as JSON text; the same report always gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(tree(report), order="sorted"), indent=1) + b"\n"


def _rate(rate: Rate) -> dict[str, float | int]:
    return {**dataclasses.asdict(rate), "share": round(rate.share, 6)}
