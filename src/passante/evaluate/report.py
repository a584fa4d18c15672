"""One run as a file: everything that is needed to make it again, and to notice a change."""

from __future__ import annotations

import dataclasses
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from passante.core.errors import EvaluationError
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


def sign(data: bytes, key: Path) -> bytes:
    """Ed25519 signature of a report's bytes.

    Args:
        data: What is signed.
        key: Private key in PEM, as `openssl genpkey -algorithm ed25519` writes it, without
            password.

    Raises:
        EvaluationError: There is no such key, or nothing to sign with.
    """
    if importlib.util.find_spec("cryptography") is None:
        raise EvaluationError(
            "signing needs the package cryptography", hint="pip install 'passante[evaluate]'"
        )
    # Here: only who signs needs the package.
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PrivateKey,
    )
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        load_pem_private_key,
    )

    try:
        private = load_pem_private_key(key.read_bytes(), password=None)
    except OSError as error:
        raise EvaluationError(f"{key.name}: cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise EvaluationError(
            f"{key.name} is no private key that can be used",
            hint="make one: openssl genpkey -algorithm ed25519 -out KEY.pem",
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise EvaluationError(f"{key.name} is no Ed25519 key")
    return private.sign(data)


def _rate(rate: Rate) -> dict[str, float | int]:
    return {**dataclasses.asdict(rate), "share": round(rate.share, 6)}
