"""Addresses of live streams: what is one, and what is never shown of it."""

from __future__ import annotations

import pytest

from passante.core.address import PASSWORD, Address
from passante.core.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("rtsp://camera/1", "rtsp://camera"),
        ("RTSP://camera:554/1", "rtsp://camera:554"),
        ("rtsps://anna:geheim@camera-3.example:322/geheim?geheim", "rtsps://camera-3.example:322"),
        ("https://geheim@[::1]:8443/geheim", "https://[::1]:8443"),
        ("udp://:5004", "udp://:5004"),
        ("udp://@239.0.0.1:5004?localaddr=geheim", "udp://239.0.0.1:5004"),
        ("tcp://0.0.0.0:9000?listen=1", "tcp://0.0.0.0:9000"),
    ],
)
def test_an_address_shows_where_and_nothing_else(text: str, shown: str) -> None:
    found = Address.parse(text)
    assert found is not None
    assert str(found) == found.shown == shown
    assert found.secret == text
    assert "geheim" not in repr(found)


@pytest.mark.parametrize("text", ["street.mp4", "a/b.mp4", "c://drive.mp4", "a b://c", "://"])
def test_the_name_of_a_file_is_no_address(text: str) -> None:
    assert Address.parse(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "ftp://anna:geheim@camera/1",
        "file://geheim",
        "rtsp://",
        "rtsp://geheim:geheim@/x",
        "rtsp://camera:geheim/1",
        "udp://camera",
        "concat://geheim",
    ],
)
def test_what_is_no_address_of_a_stream_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Address.parse(text)
    assert "geheim" not in f"{caught.value} {caught.value.hint}"


def test_a_password_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, "ge:heim@/")
    found = Address.parse("rtsp://anna@camera:554/1?x=1")
    assert found is not None
    assert found.secret == "rtsp://anna:ge%3Aheim%40%2F@camera:554/1?x=1"
    own = Address.parse("rtsp://anna:other@camera/1")
    nobody = Address.parse("rtsp://camera/1")
    assert own is not None
    assert nobody is not None
    assert "heim" not in own.secret + nobody.secret
