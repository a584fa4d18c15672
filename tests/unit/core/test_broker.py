from __future__ import annotations

from pathlib import Path

import paho.mqtt.client as paho
import pytest

from passante.core.broker import PASSWORD, Broker
from passante.core.errors import SettingsError

VERSION2 = paho.CallbackAPIVersion.VERSION2


@pytest.mark.parametrize(
    "url",
    [
        "http://broker",
        "mqtt://",
        "mqtt://broker:x/",
        "mqtt://broker/a/#",
        "mqtt://broker/?x=1",
        "mqtt://user:secret@broker/",
    ],
)
def test_a_wrong_address_is_an_error_that_repeats_no_password(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Broker.parse(url)
    assert "secret" not in str(caught.value) + caught.value.hint


def test_an_address_says_everything_but_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, "secret")
    broker = Broker.parse("mqtts://edge@broker.example/city/piazza")
    assert (broker.host, broker.port, broker.topic) == ("broker.example", 8883, "city/piazza")
    assert (broker.user, broker.password) == ("edge", "secret")
    assert "secret" not in repr(broker)


def test_certificates_need_tls_and_each_other() -> None:
    with pytest.raises(SettingsError, match="mqtts"):
        Broker.parse("mqtt://broker", authority=Path("ca"))
    with pytest.raises(SettingsError, match="together"):
        Broker.parse("mqtts://broker", certificate=Path("crt"))
    with pytest.raises(SettingsError, match="cannot be used"):
        Broker.parse("mqtts://broker", authority=Path("nowhere")).admit(paho.Client(VERSION2))
