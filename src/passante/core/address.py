"""Where a live stream is: an address that may hold a password, and never shows it."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import quote, urlsplit, urlunsplit

from passante.core.errors import SettingsError

PASSWORD = "PASSANTE_STREAM_PASSWORD"  # noqa: S105 - the name of the variable
_TLS = {"rtsps": "rtsp", "https": "http"}
_SCHEMES = ("rtsp", "rtsps", "http", "https", "udp", "tcp")


@dataclass(frozen=True, slots=True)
class Address:
    """A live stream as the operator named it.

    Printed, it is scheme, host and port alone: users, passwords, and paths and queries that some
    cameras want a password in, are left out.
    """

    scheme: str
    shown: str
    """E.g. "rtsp://camera-3:554"; all that messages, logs and reports may say of it."""
    secret: str = field(repr=False)
    """All of it, for the library that connects and for nothing else."""

    @property
    def tls(self) -> bool:
        """Whether it is spoken to under TLS."""
        return self.scheme in _TLS

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """From "rtsp[s]://", "http[s]://", "udp://" or "tcp://"; None where it is no address.

        A password may stand in PASSANTE_STREAM_PASSWORD instead of in the address, where other
        users of the machine can read it.

        Raises:
            SettingsError: It is an address, but of no kind that is read, or without host or port.
        """
        scheme, mark, _ = text.partition("://")
        # A letter before a colon may be a drive, and whatever has other signs in it is a name.
        if not mark or not scheme.isalnum() or len(scheme) < 2:
            return None
        scheme = scheme.lower()
        if scheme not in _SCHEMES:
            raise SettingsError(
                f"{scheme}://... is an address of a kind that is not read",
                hint="live streams come by " + ", ".join(f"{one}://" for one in _SCHEMES),
            )
        parts, port = urlsplit(text), -1
        with contextlib.suppress(ValueError):
            port = parts.port or 0
        packets = scheme in ("udp", "tcp")
        if port < 0 or (packets and not port) or not (parts.hostname or packets):
            raise SettingsError(
                f"{scheme}://... lacks a host or a port",
                hint="e.g. rtsp://user@camera-3:554/stream1 or udp://239.0.0.1:5004",
            )
        host = parts.hostname or ""
        host = f"[{host}]" if ":" in host else host
        shown = f"{scheme}://{host}" + (f":{port}" if port else "")
        secret = text
        password = os.environ.get(PASSWORD)
        if parts.username and parts.password is None and password:
            place = f"{parts.username}:{quote(password, safe='')}@{host}"
            place += f":{port}" if port else ""
            secret = urlunsplit(parts._replace(netloc=place))
        return cls(scheme, shown, secret)

    def __str__(self) -> str:
        return self.shown
