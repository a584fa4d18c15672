"""From which score on each kind of sound is told: data, and which network it was fixed for."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from passante.analyse.alarm import Limit
from passante.core.errors import ModelContractError
from passante.core.settings import read


@dataclass(frozen=True, slots=True)
class Limits:
    """Thresholds, and how they were found."""

    model: str
    """Reference of the network whose scores they are about."""
    sha256: str
    """Of its file."""
    wanted_per_day: float
    """False alarms of each kind in a day that the thresholds aim at."""
    measured_on: str
    """What the thresholds were fixed on."""
    command: str
    """What fixes them again."""
    limits: tuple[Limit, ...]


@cache
def street() -> Limits:
    """Of the network that listens in streets."""
    text = resources.files(__package__).joinpath("limits.toml").read_text(encoding="utf-8")
    return read(tomllib.loads(text), Limits, where="limits.toml")


def limits_for(sha256: str) -> tuple[Limit, ...]:
    """The thresholds of a network, told by the hash of its file.

    Raises:
        ModelContractError: They were fixed for another network.
    """
    known = street()
    if known.sha256 != sha256:
        raise ModelContractError(
            f"the thresholds were fixed for another network than this one ({known.model})",
            hint=f"fix them anew: {known.command}",
        )
    return known.limits
