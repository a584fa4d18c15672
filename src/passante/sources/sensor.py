"""Values of other sensors: from CSV, JSON Lines and SenML files, and from an MQTT broker.

What cannot be understood is left out, counted by its reason and named by its line; the rest goes
on. A row is `time, quantity, value` and, if you like, `unit` and `sensor`. Times have a zone, or
count seconds since 1970. In SenML the last part of a name is the quantity, what stands before it
the sensor: "urn:dev:mac:0024befffe804ff1/temperature".
"""

from __future__ import annotations

import csv
import queue
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from passante.core.broker import Broker, paho_client
from passante.core.clock import Clock, SystemClock
from passante.core.errors import SourceLostError, SourceUnavailableError
from passante.core.names import Quantity, StreamId, word
from passante.inside.reading import Reading
from passante.sources._scales import SCALES
from passante.sources._senml import records

_COLUMNS = {"time", "quantity", "value", "unit", "sensor"}
_NEEDED = {"time", "quantity", "value"}
_NAMED = 10
"""So many bad lines are named; all are counted."""
_LONGEST = 1_000_000
"""Bytes of one line or message."""
_AHEAD_S = 600.0
_SERIES = 10_000

Row = Mapping[str, Any]  # Any: as a file has it, until it has been looked at


class Readings:
    """Readings of one source, in the order in which they come.

    Args:
        name: Of the file or broker, for messages.
        packs: (where it stands, what stands there or why nothing can).
        clock: What is more than ten minutes ahead of it is a clock that goes wrong.
    """

    def __init__(
        self,
        name: str,
        packs: Iterable[tuple[str, Row | ValueError]],
        *,
        clock: Clock | None = None,
    ) -> None:
        self.name = name
        self._packs, self._clock = packs, clock or SystemClock()
        self._last: dict[tuple[StreamId, Quantity], datetime] = {}
        self.read = 0
        """Readings that were understood."""
        self.bad: Counter[str] = Counter()
        """What was left out, by reason."""
        self.named: list[str] = []
        """The first of them, e.g. "line 7: value is no number"."""

    def __iter__(self) -> Iterator[Reading]:
        """Every reading that is one."""
        for where, row in self._packs:
            try:
                if isinstance(row, ValueError):
                    raise row
                reading = self._reading(row)
            except ValueError as error:
                self.bad[str(error)] += 1
                if len(self.named) < _NAMED:
                    self.named.append(f"{where}: {error}")
                continue
            self.read += 1
            yield reading

    def _reading(self, row: Row) -> Reading:
        missing = sorted(name for name in _NEEDED if row.get(name) is None or row[name] == "")
        if missing:
            raise ValueError(f"{missing[0]} is missing")
        if set(row) - _COLUMNS:
            raise ValueError("there is more than the columns have names for")
        if any(not isinstance(row.get(name) or "", str) for name in ("quantity", "unit", "sensor")):
            raise ValueError("quantity, unit or sensor is no text")
        try:
            quantity = Quantity(row["quantity"])
            scale = SCALES[quantity]
        except (ValueError, KeyError) as error:
            raise ValueError("quantity is none that sensors have") from error
        value = scale.convert(_number(row["value"]), row.get("unit") or None)
        try:
            stream = StreamId(word(str(row.get("sensor") or "sensor")))
        except ValueError as error:
            raise ValueError("sensor has a name that may not leave") from error
        at = _time(row["time"])
        if (at - self._clock.now()).total_seconds() > _AHEAD_S:
            raise ValueError("time has not come yet")
        self._in_order(stream, quantity, at)
        return Reading(quantity=quantity, unit=scale.unit, stream=stream, at=at, value=value)

    def _in_order(self, stream: StreamId, quantity: Quantity, at: datetime) -> None:
        series = stream, quantity
        last = self._last.get(series)
        if last is not None and at <= last:
            raise ValueError("time is not after the one before")
        if last is None and len(self._last) >= _SERIES:
            raise ValueError("there are too many sensors")
        self._last[series] = at


def open_readings(path: Path, *, clock: Clock | None = None) -> Readings:
    """Readings of a file: .csv, .jsonl or .ndjson, .senml or .json (a SenML pack).

    Raises:
        SourceUnavailableError: It cannot be read, or is none of these.
    """
    clock = clock or SystemClock()
    try:
        size = path.stat().st_size
    except OSError as error:
        raise SourceUnavailableError(f"{path.name}: {error.strerror}") from error
    match path.suffix.casefold():
        case ".csv":
            packs = _csv(path)
        case ".jsonl" | ".ndjson":
            packs = _json_lines(path)
        case ".senml" | ".json":
            if size > 64 * _LONGEST:
                raise SourceUnavailableError(f"{path.name}: too large for one SenML pack")
            packs = senml_rows(path.read_bytes(), "record", now_s=clock.now().timestamp())
        case _:
            raise SourceUnavailableError(
                f"{path.name}: no file of readings", hint="use .csv, .jsonl or .senml"
            )
    return Readings(path.name, packs, clock=clock)


def senml_rows(pack: bytes, where: str, *, now_s: float) -> Iterator[tuple[str, Row | ValueError]]:
    """The records of a SenML pack as rows."""
    try:
        for number, one in enumerate(records(pack, now_s=now_s), 1):
            place = f"{where} {number}"
            if isinstance(one, ValueError):
                yield place, one
                continue
            sensor, _, quantity = re.sub("[:]", "/", one.name).rpartition("/")
            row = {"time": one.at_s, "quantity": quantity, "value": one.value, "unit": one.unit}
            # what a sensor is called outside is longer than what our facts may hold
            yield place, row | {"sensor": sensor.rpartition("/")[2].casefold() or "sensor"}
    except ValueError as error:
        yield where, error


def _csv(path: Path) -> Iterator[tuple[str, Row | ValueError]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(_short(lines), restkey="?", strict=True)
            head = set(reader.fieldnames or ())
            if not head >= _NEEDED or head - _COLUMNS:
                raise SourceUnavailableError(
                    f"{path.name}: no table of readings",
                    hint="its first line is: time,quantity,value,unit,sensor",
                )
            for row in reader:
                yield f"line {reader.line_num}", row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceLostError(f"{path.name}: cannot be read further: {error}") from error


def _json_lines(path: Path) -> Iterator[tuple[str, Row | ValueError]]:
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(_short(lines), 1):
                if line.strip():
                    yield f"line {number}", _object(line)
    except (OSError, UnicodeDecodeError) as error:
        raise SourceLostError(f"{path.name}: cannot be read further: {error}") from error


def _short(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if len(line) > _LONGEST:
            raise SourceLostError("a line is longer than any of readings is")
        yield line


def _object(text: str | bytes) -> Row | ValueError:
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return ValueError("line is no JSON")
    return found if isinstance(found, dict) else ValueError("line is no object")


# Any: what a file has in that column.
def _number(text: Any) -> float:
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise ValueError("value is no number")
    try:
        value = float(text)
    except (ValueError, OverflowError) as error:
        raise ValueError("value is no number") from error
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - NaN
        raise ValueError("value is no number")
    return value


# Any: as above.
def _time(text: Any) -> datetime:
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise ValueError("time is none")
    try:
        seconds = float(text)
    except (ValueError, OverflowError):
        try:
            at = datetime.fromisoformat(str(text))
        except ValueError as error:
            raise ValueError("time is none") from error
        if at.utcoffset() is None:
            raise ValueError("time has no zone") from None
        return at.astimezone(UTC)
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise ValueError("time is none") from error


class SensorBroker:
    """Readings that arrive at a broker, as SenML packs or one JSON object a message.

    Args:
        broker: What is read is below its topic.
        below: Added to the topic, e.g. "#".
        client: Our name there.
        most: So many messages wait here at most; beyond that they are dropped and counted.

    Raises:
        SettingsError: The library is not installed, or a certificate cannot be read.
    """

    def __init__(
        self, broker: Broker, *, below: str = "#", client: str = "passante-sensor", most: int = 1000
    ) -> None:
        paho = paho_client()
        self._waiting: queue.Queue[bytes | None] = queue.Queue(most + 1)
        self._most, self._closed = most, False
        self.dropped = 0
        """Messages that came faster than they were read."""
        self._topic = f"{broker.topic}/{below}"
        self._client: Any = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id=client, clean_session=False
        )
        self._client.reconnect_delay_set(1, 30)
        self._client.on_connect = lambda one, *_: one.subscribe(self._topic, qos=1)
        self._client.on_message = self._arrived
        broker.admit(self._client)
        self.readings = Readings(f"{broker.host}:{broker.port}", self._rows())
        self._client.connect_async(broker.host, broker.port, keepalive=30)
        self._client.loop_start()

    def __iter__(self) -> Iterator[Reading]:
        """Every reading, until `close`."""
        return iter(self.readings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End; what has arrived is still given. May be called twice, and from another thread."""
        if self._closed:
            return
        self._closed = True
        self._client.disconnect()
        self._client.loop_stop()
        self._waiting.put_nowait(None)

    def _rows(self) -> Iterator[tuple[str, Row | ValueError]]:
        clock = SystemClock()
        number = 0
        while (message := self._waiting.get()) is not None:
            number += 1
            where = f"message {number}"
            if len(message) > _LONGEST:
                yield where, ValueError("message is too long")
            elif message.lstrip()[:1] == b"[":
                yield from senml_rows(message, f"{where}, record", now_s=clock.now().timestamp())
            else:
                yield where, _object(message)

    # Any: the library's own arguments
    def _arrived(self, client: Any, data: Any, message: Any) -> None:
        del client, data
        if self._waiting.qsize() >= self._most:
            self.dropped += 1
            return
        self._waiting.put_nowait(message.payload)
