import xml.etree.ElementTree as ET

from passante.compress.chart import Point, bars, scatter


def test_every_point_stands_on_the_chart_under_its_name():
    points = [
        Point("a", 10, 1, "chosen"),
        Point("b<c", 20, 0, "refused"),
        Point("b2", 20, 0, "passed"),
    ]
    drawn = ET.fromstring(scatter(points, "ms", "points"))
    assert len(drawn.findall(".//circle")) == 3
    said = [text.text for text in drawn.findall(".//text")]
    assert {"a", "b<c", "ms", "points"} <= set(said)


def test_bars_are_as_long_as_their_numbers():
    drawn = ET.fromstring(bars([("one", 2.0), ("two", 1.0)], "dB"))
    wide = [float(rect.get("width")) for rect in drawn.findall(".//rect")]
    assert wide[0] == 2 * wide[1]


def test_nothing_is_drawn_of_nothing():
    assert scatter([], "x", "y") == ""
    assert bars([], "dB") == ""
