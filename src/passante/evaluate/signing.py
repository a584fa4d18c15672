"""Ed25519 signatures of reports: who has the public key can tell whether a figure was changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from passante.core.errors import EvaluationError

REPORT, SIGNATURE, PUBLIC = "report.json", "report.json.sig", "report.json.pub"
_HINT = "make one: openssl genpkey -algorithm ed25519 -out KEY.pem"


def private_key(path: Path) -> Ed25519PrivateKey:
    """The key in a PEM file without password; made, readable by its owner alone, where absent.

    Raises:
        EvaluationError: The file is no such key, or cannot be read or written.
    """
    try:
        if not path.exists():
            return _made(path)
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise EvaluationError(f"{path.name}: cannot be used: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise EvaluationError(
            f"{path.name} is no private key that can be used", hint=_HINT
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise EvaluationError(f"{path.name} is no Ed25519 key", hint=_HINT)
    return key


def _made(path: Path) -> Ed25519PrivateKey:
    key = Ed25519PrivateKey.generate()
    data = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(data)
    return key


def signed(data: bytes, key: Path) -> dict[str, bytes]:
    """The files that go beside a report: its signature, and the key to check it with.

    Raises:
        EvaluationError: The key cannot be used.
    """
    private = private_key(key)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {SIGNATURE: private.sign(data), PUBLIC: public}


def verify(folder: Path, public: Path | None = None) -> str:
    """Check a report against its signature.

    Args:
        folder: Where the report lies.
        public: Key of whom one trusts, PEM. None: the key beside the report, which shows that
            nothing changed since it was signed and not who signed it.

    Returns:
        sha256 of the key, hexadecimal, to compare with what the signer published.

    Raises:
        EvaluationError: The signature does not hold, or something is missing.
    """
    try:
        data = (folder / REPORT).read_bytes()
        signature = (folder / SIGNATURE).read_bytes()
        key = serialization.load_pem_public_key((public or folder / PUBLIC).read_bytes())
    except OSError as error:
        raise EvaluationError(
            f"{folder.name}: {Path(str(error.filename)).name} cannot be read",
            hint="passante evaluate --sign KEY.pem writes a signed report",
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise EvaluationError("that is no public key in PEM") from error
    if not isinstance(key, Ed25519PublicKey):
        raise EvaluationError("that is no Ed25519 key")
    try:
        key.verify(signature, data)
    except InvalidSignature as error:
        raise EvaluationError(
            f"{folder.name}: the signature does not hold: the report was changed, or signed by "
            "somebody else"
        ) from error
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()
