"""A real MQTT broker on this machine, for tests: mosquitto, started and stopped as they like."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import paho.mqtt.client as paho


def program() -> str | None:
    """Where mosquitto is; Debian keeps it where users do not look."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


class RealBroker:
    """One broker with its own folder; it remembers what it was told across restarts."""

    def __init__(self, folder: Path, *extra: str) -> None:
        self._folder, self._extra = folder, extra
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._process: subprocess.Popen[str] | None = None
        self._log: threading.Thread | None = None

    def start(self) -> None:
        """Comes back when it listens."""
        found = program()
        assert found is not None
        settings = self._folder / "mosquitto.conf"
        lines = [
            "per_listener_settings false",
            f"listener {self.port} 127.0.0.1",
            *(self._extra or ("allow_anonymous true",)),
            "persistence true",
            f"persistence_location {self._folder}/",
            "max_queued_messages 0",
            "user root",
        ]
        settings.write_text("\n".join(lines) + "\n")
        self._process = subprocess.Popen(
            [found, "-v", "-c", str(settings)], stderr=subprocess.PIPE, text=True
        )
        log = self._process.stderr
        assert log is not None
        told = ""
        for line in log:
            told += line
            if "running" in line:
                break
        else:
            raise AssertionError(f"the broker did not start: {told}")
        self._log = threading.Thread(target=log.read)  # so that it never waits for us
        self._log.start()

    def stop(self) -> None:
        """Comes back when it is gone; it has written down what it knows."""
        if self._process is None:
            return
        self._process.terminate()
        self._process.wait(20)
        assert self._log is not None
        self._log.join(20)
        assert self._process.stderr is not None
        self._process.stderr.close()
        self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Reader:
    """Subscribes to everything below a topic and keeps what comes, across restarts of the broker.

    Args:
        port: Of the broker.
        topic: What is read.
        secure: Does with the client what a connection needs.
    """

    def __init__(
        self, port: int, topic: str, secure: Callable[[paho.Client], object] | None = None
    ) -> None:
        self._changed = threading.Condition()
        self._ready = threading.Event()
        self.read: list[tuple[str, bytes]] = []
        self._client = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id="reader", clean_session=False
        )
        if secure is not None:
            secure(self._client)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe(topic, qos=1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._ready.wait(20)

    def wait_for(self, told: Callable[[list[tuple[str, bytes]]], bool], seconds: float) -> bool:
        """Until what was read satisfies `told`."""
        with self._changed:
            return self._changed.wait_for(lambda: told(self.read), seconds)

    def close(self) -> None:
        """Go away."""
        self._client.disconnect()
        self._client.loop_stop()

    # Any: the library's own arguments
    def _on_message(self, client: Any, data: Any, message: Any) -> None:
        del client, data
        with self._changed:
            self.read.append((message.topic, message.payload))
            self._changed.notify_all()
