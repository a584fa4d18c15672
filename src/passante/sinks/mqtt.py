"""Facts to an MQTT broker, at least once each: kept through the broker's restarts, and counted.

What the broker has not acknowledged waits here, up to a bound, and is sent again after every
reconnection under the same id. Beyond the bound the newest are dropped and counted. An
acknowledgement means that the broker has it, not that anybody read or stored it. The library runs
one thread of its own; nothing of it is seen here but the acknowledgements.
"""

from __future__ import annotations

import threading
from typing import Any

from passante.core.broker import Broker, paho_client
from passante.core.errors import SinkError
from passante.sinks.formats import Form, Publishable, message
from passante.sinks.formats.site import Site


class MqttFacts:
    """Sends facts that may be published; exact figures do not type-check.

    Args:
        broker: Where to.
        client: Our name at the broker; it knows us again by it, so no two may have the same.
        form: In which standard; facts that it has no word for are passed over.
        site: What that standard wants to know of the place.
        most: How many facts wait for the broker at most.
        patience_s: How long `close` waits for the broker to take what is left.

    Raises:
        SettingsError: The library is not installed, or a certificate cannot be read.
    """

    def __init__(
        self,
        broker: Broker,
        *,
        client: str,
        form: Form = Form.CLOUDEVENTS,
        site: Site | None = None,
        most: int = 10_000,
        patience_s: float = 10.0,
    ) -> None:
        paho = paho_client()
        self.name = f"{broker.host}:{broker.port}"
        self._broker, self._form, self._site = broker, form, site or Site()
        self._most, self._patience_s = most, patience_s
        self._settled = threading.Condition()
        self._waiting: set[int] = set()
        self._early: set[int] = set()
        self._closed = False
        self.sent = 0
        """Facts that the broker has acknowledged."""
        self.dropped = 0
        """Facts that were lost since too many waited, or the broker never came back."""
        self.refusal = ""
        """Why the broker did not let us in, the last time it did not; or ""."""
        self._client: Any = paho.Client(
            paho.CallbackAPIVersion.VERSION2,
            client_id=client,
            clean_session=False,
            protocol=paho.MQTTv311,
        )
        self._client.max_queued_messages_set(most)
        self._client.max_inflight_messages_set(20)
        self._client.reconnect_delay_set(1, 30)
        self._client.on_publish = self._acknowledged
        self._client.on_connect = self._connected
        broker.admit(self._client)
        self._client.connect_async(broker.host, broker.port, keepalive=30)
        self._client.loop_start()

    def write(self, item: Publishable, /) -> None:
        """Hand one fact over; comes back at once.

        Raises:
            SinkError: This is closed already.
        """
        if self._closed:
            raise SinkError(f"{self.name}: nothing is sent after the end")
        told = message(item, self._form, self._site)
        if told is None:
            return
        with self._settled:
            if len(self._waiting) >= self._most:
                self.dropped += 1
                return
        done = self._client.publish(f"{self._broker.topic}/{told.topic}", told.body, qos=1)
        with self._settled:
            if done.mid in self._early:
                self._early.discard(done.mid)
            elif done.rc in {0, 4}:  # sent, or kept until there is a connection
                self._waiting.add(done.mid)
            else:
                self.dropped += 1

    @property
    def waiting(self) -> int:
        """Facts that the broker has not acknowledged yet."""
        with self._settled:
            return len(self._waiting)

    def settle(self, seconds: float) -> bool:
        """Wait until the broker has everything; False where it has not within that time."""
        with self._settled:
            return self._settled.wait_for(lambda: not self._waiting, seconds)

    def close(self) -> None:
        """Wait for what is left, for a while; what then is left is counted. May be called twice.

        Raises:
            SinkError: Facts were lost.
        """
        if self._closed:
            return
        self.settle(self._patience_s)
        self._stop()
        if self.dropped:
            why = f" ({self.refusal})" if self.refusal else ""
            raise SinkError(
                f"{self.name}: {self.dropped} facts did not reach the broker{why}",
                hint="they stand in --store and in -o, if those were given",
            )

    def abort(self) -> None:
        """Give up what still waits."""
        self._stop()

    def _stop(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._client.disconnect()
        self._client.loop_stop()
        with self._settled:
            self.dropped += len(self._waiting)
            self._waiting.clear()

    # Any: the library's own arguments, of which none is looked into but these.
    def _acknowledged(self, client: Any, data: Any, number: int, reason: Any, extra: Any) -> None:
        del client, data, reason, extra
        with self._settled:
            self.sent += 1
            if number in self._waiting:
                self._waiting.discard(number)
            else:
                self._early.add(number)  # it was quicker than `publish` came back
            self._settled.notify_all()

    # Any: as above.
    def _connected(self, client: Any, data: Any, flags: Any, reason: Any, extra: Any) -> None:
        del client, data, flags, extra
        self.refusal = str(reason) if reason.is_failure else ""
