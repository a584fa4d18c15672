"""`passante watch` without networks: a square that walks through a line and stays in a zone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import passante.cli.watch as command
from passante.core.names import Kind
from passante.pipeline.watch import WatchEquipment
from unit.analyse.street import SquareFinder

GATE = """
place = "square"
bucket_s = 60
[camera]
watch = false
[[line]]
name = "gate"
points = [[0.4, 1.0], [0.4, 0.0]]
"""

ZONES = f"""{GATE}[[zone]]
name = "all"
[zone.loitering]
after_s = 0.5
"""


def without_networks(monkeypatch: pytest.MonkeyPatch, zones: str = ZONES) -> None:
    """Write zones.toml into the working folder; squares are people, and no sound is heard."""
    Path("zones.toml").write_text(zones, encoding="utf-8")

    def fakes(rules: Any, *, sound: bool) -> WatchEquipment:
        del sound
        return WatchEquipment(rules, sound=False, finder=SquareFinder(Kind.PERSON))

    monkeypatch.setattr(command, "WatchEquipment", fakes)
