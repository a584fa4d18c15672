from __future__ import annotations

from pathlib import Path

import pytest

from passante.core.errors import SettingsError
from passante.sinks.formats.site import Site, fact_id, span
from told_facts import NOON, event, statistic


def test_a_site_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text('latitude = 46.07\nlongitude = 11.12\nname = "Duomo"\n')
    assert Site.load(tmp_path / "site.toml").point == {
        "type": "Point",
        "coordinates": [11.12, 46.07],
    }


@pytest.mark.parametrize(
    "line",
    [
        "latitude = 46",
        "latitude = 99\nlongitude = 1",
        "radius_m = 0",
        'sender = "a b"',
        "x = 1",
        "=",
    ],
)
def test_a_wrong_site_is_an_error(tmp_path: Path, line: str) -> None:
    (tmp_path / "site.toml").write_text(line)
    with pytest.raises(SettingsError):
        Site.load(tmp_path / "site.toml")


def test_without_a_time_of_day_ids_have_the_stream_time() -> None:
    assert span(event(at=None)) is None
    assert fact_id(event(at=None)).endswith("/1500000000/began")
    assert fact_id(statistic()) == "piazza/video/crossings/gate/person/in/2026-05-01T12:00:00.000Z"


def test_a_span_ends_as_much_later_as_the_stream_does() -> None:
    found = span(event())
    assert found is not None
    assert found[0] == NOON
    assert (found[1] - found[0]).total_seconds() == 1.5
