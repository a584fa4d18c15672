"""The file of zones: strict, and named in its errors."""

from pathlib import Path

import pytest

from passante.analyse.zones import WHOLE_PICTURE, Sight, Zones
from passante.core.errors import SettingsError
from passante.core.names import Kind

FULL = """
place = "via-belenzani"
coordinates = "px"
picture = [1280, 720]
bucket_s = 300
vehicles = "network"

[ground]
image = [[100, 300], [1180, 300], [1180, 700], [100, 700]]
metres = [[0, 0], [12, 0], [12, 30], [0, 30]]

[camera]
watch = false

[[line]]
name = "north"
points = [[100, 400], [900, 400]]
forward = "in"
backward = "out"
of = ["person"]

[[zone]]
name = "square"
polygon = [[100, 300], [900, 300], [900, 700]]
queue = true
[zone.crowding]
density = 2.0
[zone.wrong_way]
towards = [[100, 400], [900, 400]]
"""


def test_a_whole_file_is_read() -> None:
    zones = Zones.parse(FULL, where="test")
    assert (zones.place, zones.bucket_s, zones.vehicles) == ("via-belenzani", 300, Sight.NETWORK)
    assert zones.line[0].of == (Kind.PERSON,)
    assert zones.zone[0].crowding is not None
    assert zones.zone[0].loitering is None


def test_an_empty_file_watches_the_camera_and_nothing_else() -> None:
    zones = Zones.parse("", where="test")
    assert zones.camera.watch
    assert zones.zone == zones.line == ()


def test_without_a_file_falls_and_running_are_watched_for_everywhere() -> None:
    (zone,) = WHOLE_PICTURE.zone
    assert zone.fall is not None
    assert zone.running is not None


LINE = '[[line]]\nname = "a"\npoints = [[0.1, 0.1], [0.9, 0.9]]\n'
ZONE = '[[zone]]\nname = "a"\n'


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('plase = "x"', "unknown key"),
        (ZONE + "[zone.loitering]\nafter = 3", "unknown key"),
        ('place = "a man in red"', "is no name"),
        (LINE + ZONE, "two zones or lines"),
        (ZONE + "polygon = [[0, 0], [1, 1]]", "three corners"),
        (ZONE + "polygon = [[0, 0], [2, 0], [1, 1]]", "outside the picture"),
        (LINE.replace("[0.9, 0.9]", "[0.1, 0.1]"), "two different points"),
        (LINE + 'forward = "x"\nbackward = "x"', "different names"),
        (LINE + 'of = ["face"]', '"person", "vehicle"'),
        (ZONE + 'of = ["person"]\nqueue = true', "a queue is of vehicles"),
        ('coordinates = "px"', "need picture"),
        ("[ground]\nimage = [[0, 0]]\nmetres = [[0, 0]]", "four or more"),
        (ZONE + "[zone.crowding]\ndensity = 2.0", "a density wants"),
        (ZONE + "[zone.loitering]\nafter_s = 0", "greater than 0"),
        (ZONE + "[zone.fall]\nlow = 2.0", "between 0 and 1"),
        ("bucket_s = -1", "a second to a day"),
        ("bucket_s = 1e-9", "a second to a day"),
        ("bucket_s = inf", "a second to a day"),
        ("bucket_s = nan", "a second to a day"),
        ('[[zone]]\nname = "a"\n[zone.loitering]\nafter_s = nan', "not endless"),
        ('[[zone]]\nname = "a"\n[zone.loitering]\nafter_s = inf', "not endless"),
        ("[[zone", "TOML|expected|Expected"),
        ('vehicles = "radar"', "radar"),
    ],
)
def test_what_is_wrong_is_refused_and_said(text: str, word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        Zones.parse(text, where="test")


def test_a_file_that_is_not_there_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file") as raised:
        Zones.load(tmp_path / "zones.toml")
    assert "passante zones" in str(raised.value.hint)
    with pytest.raises(SettingsError, match="cannot be read"):
        Zones.load(tmp_path)


def test_a_file_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "zones.toml"
    file.write_text(FULL, encoding="utf-8")
    assert Zones.load(file) == Zones.parse(FULL, where="test")
