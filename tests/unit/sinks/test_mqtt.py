"""Facts through a real broker."""

from __future__ import annotations

import gc
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from brokers import Reader, RealBroker, program
from passante.core.broker import Broker
from passante.core.errors import SettingsError, SinkError
from passante.sinks.formats import Form
from passante.sinks.mqtt import MqttFacts
from told_facts import NOON, event, statistic

needs_broker = pytest.mark.usefixtures("_broker_there")


@pytest.fixture
def _broker_there() -> None:
    if program() is None:
        word = "mosquitto is not installed: apt-get install mosquitto"
        if os.environ.get("CI"):
            pytest.fail(f"{word} (CI is set, so this may not be skipped)", pytrace=False)
        pytest.skip(word)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RealBroker]:
    with RealBroker(tmp_path) as running:
        yield running


def sink(port: int, **other: object) -> MqttFacts:
    where = Broker.parse(f"mqtt://127.0.0.1:{port}/city")
    return MqttFacts(where, client="edge-1", **other)  # type: ignore[arg-type]


def hour(number: int) -> timedelta:
    return timedelta(hours=number)


def ids(read: list[tuple[str, bytes]]) -> set[str]:
    return {json.loads(body)["id"] for _, body in read}


@needs_broker
def test_facts_arrive_under_topics_of_their_kind(broker: RealBroker) -> None:
    reader = Reader(broker.port, "city/#")
    facts = sink(broker.port)
    facts.write(event())
    facts.write(statistic())
    facts.close()
    facts.close()
    assert facts.sent == 2
    assert reader.wait_for(lambda read: len(read) == 2, 20)
    topics = {topic for topic, _ in reader.read}
    assert topics == {"city/piazza/event/panic", "city/piazza/statistic/crossings"}
    reader.close()


@needs_broker
def test_nothing_is_lost_while_the_broker_restarts(broker: RealBroker) -> None:
    reader = Reader(broker.port, "city/#")
    facts = sink(broker.port, patience_s=60)
    for number in range(150):
        if number == 50:
            assert facts.settle(30)
            broker.stop()
        if number == 100:
            assert facts.waiting == 50
            broker.start()
        facts.write(statistic(at=NOON + hour(number)))
    facts.close()
    assert (facts.sent, facts.dropped) == (150, 0)
    assert reader.wait_for(lambda read: len(ids(read)) == 150, 60)
    reader.close()


@needs_broker
def test_other_standards_take_their_own_topics(broker: RealBroker) -> None:
    reader = Reader(broker.port, "#")
    for form in (Form.ONVIF, Form.SENSORTHINGS, Form.NGSI_LD, Form.CAP):
        facts = sink(broker.port, form=form)
        facts.write(event())
        facts.write(statistic())
        facts.close()
    assert reader.wait_for(lambda read: len(read) == 6, 20)
    topics = {topic for topic, _ in reader.read}
    assert "city/onvif-ej/RuleEngine/CountAggregation/Counter/&video/gate.in" in topics
    assert "city/cap/piazza" in topics
    reader.close()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, and a certificate of the broker and one of the edge that it has signed."""
    folder = tmp_path_factory.mktemp("keys")

    def openssl(words: str) -> None:
        subprocess.run(["openssl", *words.split()], check=True, capture_output=True, cwd=folder)

    new = "req -newkey rsa:2048 -nodes -days 30"
    openssl(f"{new} -x509 -keyout ca.key -out ca.crt -subj /CN=ca")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    signed = "-CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile names"
    for name in ("broker", "edge"):
        openssl(f"{new} -keyout {name}.key -out {name}.csr -subj /CN={name}")
        openssl(f"x509 -req -in {name}.csr -out {name}.crt {signed}")
    return folder


def secure_settings(keys: Path) -> tuple[str, ...]:
    return (
        "allow_anonymous false",
        f"cafile {keys}/ca.crt",
        f"certfile {keys}/broker.crt",
        f"keyfile {keys}/broker.key",
        "require_certificate true",
        "use_identity_as_username true",
    )


@needs_broker
# the library leaves the socket of a handshake that failed to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_both_ends_show_certificates_and_strangers_are_refused(tmp_path: Path, keys: Path) -> None:
    def trusted(client: object) -> None:
        context = ssl.create_default_context(cafile=str(keys / "ca.crt"))
        context.load_cert_chain(keys / "edge.crt", keys / "edge.key")
        client.tls_set_context(context)  # type: ignore[attr-defined]

    with RealBroker(tmp_path, *secure_settings(keys)) as broker:
        reader = Reader(broker.port, "city/#", trusted)
        url = f"mqtts://127.0.0.1:{broker.port}/city"
        own = {"certificate": keys / "edge.crt", "key": keys / "edge.key"}
        facts = MqttFacts(
            Broker.parse(url, authority=keys / "ca.crt", **own), client="edge-1", patience_s=30
        )
        facts.write(event())
        facts.close()
        assert reader.wait_for(lambda read: len(read) == 1, 20)
        reader.close()
        # a broker that nobody vouches for is told nothing
        stranger = MqttFacts(Broker.parse(url, **own), client="edge-2", patience_s=2)
        stranger.write(event())
        with pytest.raises(SinkError, match="1 facts did not reach"):
            stranger.close()
        assert len(reader.read) == 1
        del stranger
        gc.collect()


@needs_broker
def test_why_a_broker_refuses_is_told(tmp_path: Path) -> None:
    with RealBroker(tmp_path, "allow_anonymous false") as broker:
        facts = sink(broker.port, patience_s=2)
        facts.write(event())
        with pytest.raises(SinkError, match=r"(?i)not authori[sz]ed"):
            facts.close()


def test_what_waits_is_bounded_and_what_is_dropped_is_counted() -> None:
    facts = sink(9, most=3, patience_s=0.0)  # nobody listens on that port
    for number in range(5):
        facts.write(statistic(at=NOON + hour(number)))
    assert (facts.waiting, facts.dropped) == (3, 2)
    with pytest.raises(SinkError, match="5 facts"):
        facts.close()
    with pytest.raises(SinkError, match="after the end"):
        facts.write(event())


def test_giving_up_waits_for_nobody() -> None:
    facts = sink(9)
    facts.write(event())
    facts.abort()
    assert facts.dropped == 1


def test_without_the_library_there_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    with pytest.raises(SettingsError) as caught:
        sink(9)
    assert "passante[publish]" in caught.value.hint
