from __future__ import annotations

import json
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers import RealBroker
from passante.core.broker import Broker
from passante.core.errors import SettingsError, SourceError, SourceLostError
from passante.core.names import Quantity, StreamId, Unit
from passante.inside.reading import Reading
from passante.sources.sensor import Readings, SensorBroker, open_readings, senml_rows
from passante.testing import ManualClock
from unit.sinks.test_mqtt import _broker_there, needs_broker

__all__ = ["_broker_there"]
CLOCK = ManualClock(datetime(2026, 5, 2, tzinfo=UTC))
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def opened(folder: Path, name: str, text: str) -> tuple[list[Reading], Readings]:
    (folder / name).write_text(text, encoding="utf-8")
    readings = open_readings(folder / name, clock=CLOCK)
    return list(readings), readings


def test_a_table_is_read_in_our_units(tmp_path: Path) -> None:
    found, _ = opened(
        tmp_path,
        "air.csv",
        "time,quantity,value,unit,sensor\n"
        "2026-05-01T12:00:00Z,temperature,293.15,K,roof\n"
        "2026-05-01T14:01:00+02:00,pm25,12,,\n"
        "1777637000,rain,0.2,mm,roof\n",
    )
    assert found[0] == Reading(
        quantity=Quantity.TEMPERATURE,
        unit=Unit.CELSIUS,
        stream=StreamId("roof"),
        at=NOON,
        value=20.0,
    )
    assert (found[1].stream, found[1].at.minute) == ("sensor", 1)
    assert found[2].at.year == 2026


def test_bad_rows_are_left_out_counted_and_named(tmp_path: Path) -> None:
    rows = (
        "2026-05-01T12:00:00Z,temperature,20,,",
        "2026-05-01T12:00:00Z,temperature,20,,",
        "2026-05-01T12:01:00,temperature,20,,",
        "yesterday,temperature,20,,",
        "2026-05-01T12:02:00Z,temperature,warm,,",
        "2026-05-01T12:02:00Z,temperature,nan,,",
        "2026-05-01T12:02:00Z,temperature,2000,,",
        "2026-05-01T12:02:00Z,temperature,20,inch,",
        "2026-05-01T12:02:00Z,people,20,,",
        "2026-05-01T12:02:00Z,crossings,20,,",
        "2026-05-01T12:02:00Z,temperature,20,,Maria Rossi",
        "2026-05-01T12:02:00Z,temperature,20,,roof,more",
        "2026-05-03T12:02:00Z,temperature,20,,",
        ",temperature,20,,",
        "2026-05-01T12:03:00Z,temperature,21,,",
    )
    found, readings = opened(
        tmp_path, "air.csv", "time,quantity,value,unit,sensor\n" + "\n".join(rows)
    )
    assert [one.value for one in found] == [20, 21]
    assert readings.read == 2
    assert sum(readings.bad.values()) == 13
    assert readings.bad["value is no number"] == 2
    assert readings.bad["quantity is none that sensors have"] == 2
    assert readings.named[0] == "line 3: time is not after the one before"
    assert len(readings.named) == 10
    assert "Rossi" not in str(readings.named) + str(readings.bad)


def test_json_lines_are_read(tmp_path: Path) -> None:
    lines = (
        {"time": "2026-05-01T12:00:00Z", "quantity": "rain", "value": 0.4, "unit": "mm"},
        {"time": 1777636700, "quantity": "rain", "value": "0.4"},
        [1],
        {"time": 1777637100, "quantity": "rain", "value": True},
    )
    text = "\n".join(json.dumps(line) for line in lines) + "\n\n{\n"
    found, readings = opened(tmp_path, "rain.jsonl", text)
    assert len(found) == 1
    assert readings.bad == {
        "line is no object": 1,
        "line is no JSON": 1,
        "value is no number": 1,
        "time is not after the one before": 1,
    }


def test_senml_packs_name_sensor_and_quantity(tmp_path: Path) -> None:
    pack = [
        {"bn": "urn:dev:mac:0024befffe804ff1/", "bt": 1777636800, "n": "temperature", "u": "Cel",
         "v": 20.5},
        {"n": "humidity", "u": "%RH", "v": 61},
        {"n": "door", "vb": True},
    ]  # fmt: skip
    found, readings = opened(tmp_path, "pack.senml", json.dumps(pack))
    assert [(one.stream, one.quantity, one.value) for one in found] == [
        ("0024befffe804ff1", "temperature", 20.5),
        ("0024befffe804ff1", "humidity", 61),
    ]
    assert readings.named == ["record 3: record has no number"]


def test_what_is_no_pack_is_named(tmp_path: Path) -> None:
    found, readings = opened(tmp_path, "pack.json", "{}")
    assert not found
    assert readings.named == ["record: pack is no list of records"]


def test_other_files_and_absent_ones_are_refused(tmp_path: Path) -> None:
    for name, text in (("a.xlsx", "x"), ("b.csv", "hour,count\n1,2\n"), ("c.csv", "")):
        with pytest.raises(SourceError):
            opened(tmp_path, name, text)
    with pytest.raises(SourceError):
        open_readings(tmp_path / "none.csv")


def test_what_is_no_text_ends_with_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"time,quantity,value\n\xff\xfe,\xff,\xff\n")
    with pytest.raises(SourceLostError, match=r"a\.csv"):
        list(open_readings(tmp_path / "a.csv"))


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
FIELDS = st.sampled_from(["bn", "bt", "bu", "bv", "n", "u", "v", "vs", "t", "s"])


@given(st.lists(st.dictionaries(FIELDS, JSON), max_size=4))
def test_no_pack_whatever_breaks_the_reader(pack: list[dict[str, object]]) -> None:
    body = json.dumps(pack).encode()
    readings = Readings("x", senml_rows(body, "record", now_s=1.8e9), clock=CLOCK)
    found = list(readings)
    assert len(found) == readings.read


@given(st.dictionaries(st.sampled_from(["time", "quantity", "value", "unit", "sensor"]), JSON))
def test_no_row_whatever_breaks_the_reader(row: dict[str, object]) -> None:
    readings = Readings("x", [("line 1", row)], clock=CLOCK)
    assert len(list(readings)) + sum(readings.bad.values()) == 1


@needs_broker
def test_readings_arrive_from_a_broker(tmp_path: Path) -> None:
    with RealBroker(tmp_path) as broker:
        where = Broker.parse(f"mqtt://127.0.0.1:{broker.port}/weather")
        sensors = SensorBroker(where)
        told: list[Reading] = []
        enough = threading.Event()

        def read() -> None:
            for reading in sensors:
                told.append(reading)
                if len(told) == 2:
                    enough.set()

        reader = threading.Thread(target=read)
        reader.start()
        sender = paho.Client(paho.CallbackAPIVersion.VERSION2)
        sender.connect("127.0.0.1", broker.port)
        sender.loop_start()
        one = {"time": "2026-05-01T12:00:00Z", "quantity": "rain", "value": 0.4}
        pack = [{"bn": "roof/", "n": "wind", "bt": 1777636800, "u": "m/s", "v": 3}]
        # kept by the broker, so that it does not matter who was there first
        for number, body in enumerate((json.dumps(one), json.dumps(pack), "nonsense")):
            sender.publish(f"weather/{number}", body, qos=1, retain=True).wait_for_publish(20)
        assert enough.wait(20)
        sender.disconnect()
        sender.loop_stop()
        sensors.close()
        sensors.close()
        reader.join(20)
    assert {one.quantity for one in told} == {Quantity.RAIN, Quantity.WIND}


def test_without_the_library_there_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    with pytest.raises(SettingsError) as caught:
        SensorBroker(Broker.parse("mqtt://127.0.0.1"))
    assert "passante[publish]" in caught.value.hint
