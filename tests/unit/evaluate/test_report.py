from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization as how
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from passante.core.errors import EvaluationError
from passante.evaluate.report import sign, to_json
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


def test_a_signature_holds_for_this_report_and_for_no_other(tmp_path: Path) -> None:
    private = Ed25519PrivateKey.generate()
    key = tmp_path / "key.pem"
    key.write_bytes(
        private.private_bytes(how.Encoding.PEM, how.PrivateFormat.PKCS8, how.NoEncryption())
    )
    data = to_json(report())
    signature = sign(data, key)
    private.public_key().verify(signature, data)
    with pytest.raises(InvalidSignature):
        private.public_key().verify(signature, data.replace(b"LEAKED", b"RESISTED"))


def test_a_file_that_is_no_key_is_told_so(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("no key")
    with pytest.raises(EvaluationError, match=r"key\.pem") as caught:
        sign(b"", key)
    assert "openssl" in caught.value.hint
