"""SenML as RFC 8428 shows it."""

from __future__ import annotations

import json

import pytest

from passante.sources._senml import Record, records

NOW = 1_800_000_000.0


def read(*pack: object) -> list[Record | str]:
    told = records(json.dumps(list(pack)).encode(), now_s=NOW)
    return [one if isinstance(one, Record) else str(one) for one in told]


def test_base_fields_hold_for_all_that_follow() -> None:
    """The example of section 5.1.3, shortened."""
    found = read(
        {"bn": "urn:dev:ow:10e2073a01080063:", "bt": 1.276020076e9, "bu": "A", "bver": 5,
         "n": "voltage", "u": "V", "v": 120.1},
        {"n": "current", "t": -5, "v": 1.2},
        {"n": "current", "t": -4, "v": 1.3},
    )  # fmt: skip
    assert found == [
        Record("urn:dev:ow:10e2073a01080063:voltage", "V", 120.1, 1276020076.0),
        Record("urn:dev:ow:10e2073a01080063:current", "A", 1.2, 1276020071.0),
        Record("urn:dev:ow:10e2073a01080063:current", "A", 1.3, 1276020072.0),
    ]


def test_small_times_count_from_now() -> None:
    assert read({"n": "a", "v": 1}, {"n": "a", "t": -60, "v": 1}) == [
        Record("a", None, 1.0, NOW),
        Record("a", None, 1.0, NOW - 60),
    ]


def test_a_base_value_is_added() -> None:
    assert read({"bv": 20, "n": "a", "v": 1.5}) == [Record("a", None, 21.5, NOW)]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"n": "a", "v": "1"}, 'record\'s "v" is no number'),
        ({"n": "a", "v": True}, 'record\'s "v" is no number'),
        ({"n": "a", "vs": "text"}, "record has no number"),
        ({"n": "a", "v": 1, "vb": True}, "record has several values"),
        ({"v": 1}, "record has no name"),
        ({"n": 5, "v": 1}, 'record\'s "n" is no text'),
        ({"n": "a", "v": 1, "x_": 1}, "record has a field that must be understood and is not"),
        ({"bver": 11, "n": "a", "v": 1}, "record is of a newer version"),
        (5, "record is no object"),
    ],
)
def test_a_wrong_record_says_why_and_the_others_go_on(record: object, reason: str) -> None:
    assert read(record)[0] == reason
    if reason != "record is of a newer version":
        assert read(record, {"n": "b", "v": 2})[1] == Record("b", None, 2.0, NOW)


@pytest.mark.parametrize("pack", [b"", b"{}", b"[]", b"[1,", b"\xff"])
def test_what_is_no_pack_is_refused(pack: bytes) -> None:
    with pytest.raises(ValueError, match="pack"):
        list(records(pack, now_s=NOW))


def test_a_record_that_only_shares_is_none() -> None:
    assert read({"bn": "a/"}, {"n": "b", "v": 1}) == [Record("a/b", None, 1.0, NOW)]
