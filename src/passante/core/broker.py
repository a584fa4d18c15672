"""Where an MQTT broker is, and how one gets in: shared by what reads from one and what sends."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from passante.core.errors import SettingsError

PASSWORD = "PASSANTE_MQTT_PASSWORD"  # noqa: S105 - the name of the variable
_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where a broker is and how it is spoken to."""

    host: str
    port: int
    topic: str = "passante"
    """Put before every topic."""
    tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authority: Path | None = None
    """Certificates that the broker's is checked with; None: those of the system."""
    certificate: Path | None = None
    """Our own, where the broker wants one."""
    key: Path | None = None
    """Of our own certificate."""

    @classmethod
    def parse(
        cls,
        url: str,
        *,
        authority: Path | None = None,
        certificate: Path | None = None,
        key: Path | None = None,
    ) -> Self:
        """From "mqtt[s]://[user@]host[:port][/topic]"; a password is taken from the environment.

        Raises:
            SettingsError: It is no such address, or holds a password: addresses get into logs.
        """
        parts = urlsplit(url)
        hint = "e.g. mqtts://edge-1@broker.example/city/piazza"
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in _PORTS or not parts.hostname or port == -1 or set(url) & set("?#"):
            raise SettingsError("that is no address of an MQTT broker", hint=hint)
        if parts.password is not None:
            raise SettingsError(
                "an address with a password in it gets into logs", hint=f"put it into {PASSWORD}"
            )
        topic = unquote(parts.path).strip("/") or "passante"
        if set(topic) & set("+#$\0"):
            raise SettingsError("a topic has none of +, # and $", hint=hint)
        tls = parts.scheme == "mqtts"
        if not tls and (authority or certificate or key):
            raise SettingsError("certificates are for mqtts://", hint=hint)
        if (certificate is None) != (key is None):
            raise SettingsError("a certificate and its key are given together")
        user = unquote(parts.username) if parts.username else None
        return cls(
            host=parts.hostname,
            port=port or _PORTS[parts.scheme],
            topic=topic,
            tls=tls,
            user=user,
            password=os.environ.get(PASSWORD) if user else None,
            authority=authority,
            certificate=certificate,
            key=key,
        )

    # Any: a client of paho-mqtt, which is there or not.
    def admit(self, client: Any) -> None:
        """Give a client what it needs to get in.

        Raises:
            SettingsError: A certificate cannot be read.
        """
        if self.user is not None:
            client.username_pw_set(self.user, self.password)
        if not self.tls:
            return
        paths = (self.authority, self.certificate, self.key)
        authority, certificate, key = (None if path is None else str(path) for path in paths)
        try:
            client.tls_set(ca_certs=authority, certfile=certificate, keyfile=key)
        except (OSError, ValueError) as error:
            raise SettingsError(
                f"{self.host}:{self.port}: a certificate cannot be used: {error}",
                hint="PEM files, and the key without a pass phrase?",
            ) from error


# Any: the library is there or not, and types follow it.
def paho_client() -> Any:
    """The module that speaks MQTT, `paho.mqtt.client`.

    Raises:
        SettingsError: It is not installed.
    """
    try:
        return import_module("paho.mqtt.client")
    except ImportError as error:
        raise SettingsError(
            "MQTT is spoken by paho-mqtt, which is not installed",
            hint="pip install 'passante[publish]'",
        ) from error
