from __future__ import annotations

from pathlib import Path

import pytest

from passante.core.errors import SettingsError
from passante.core.names import Kind, Quantity
from passante.protect.publish_rules import NOISED, PublishRules, about_nobody


def test_rules_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "publish.toml"
    path.write_text(
        'epsilon = 0.5\nquantities = ["entries"]\n'
        '[[counter]]\nquantity = "entries"\nof = "person"\nerror = 0.2\nbias = 0.0\n'
    )
    rules = PublishRules.load(path)
    assert rules.epsilon == 0.5
    assert rules.quantities == (Quantity.ENTRIES,)
    counter = rules.counts(Quantity.ENTRIES, Kind.PERSON)
    assert counter is not None
    assert counter.error == 0.2
    assert rules.counts(Quantity.ENTRIES, Kind.VEHICLE) is None


@pytest.mark.parametrize(
    "line",
    [
        "epsilon = 0",
        "epsilon = 20",
        "bucket_s = 5",
        "least = 0",
        'quantities = ["dwell"]',
        "quantities = []",
        "noise = 1",
        "epsilon = ",
    ],
)
def test_a_wrong_rule_is_an_error(tmp_path: Path, line: str) -> None:
    (tmp_path / "publish.toml").write_text(line)
    with pytest.raises(SettingsError):
        PublishRules.load(tmp_path / "publish.toml")


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        PublishRules.load(tmp_path / "none.toml")


def test_nothing_is_both_about_people_and_about_nobody() -> None:
    assert not any(about_nobody(quantity) for quantity in NOISED)
    assert about_nobody(Quantity.TEMPERATURE)


def test_whoever_is_in_for_long_can_change_many_buckets() -> None:
    rules = PublishRules(stay_s=7200, bucket_s=3600, passes=2)
    assert rules.sensitivity(Quantity.CROSSINGS) == 2
    assert rules.sensitivity(Quantity.OCCUPANCY_MOST) == 2 + 4
    assert rules.sensitivity(Quantity.OCCUPANCY) == 7200 + 6
