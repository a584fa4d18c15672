"""What an evaluation is asked to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from passante.protect.policy import Policy

SEED = 20_260
"""Every draw of an evaluation follows from this number."""


class Against(StrEnum):
    """Whose methods of hiding sound are attacked."""

    ALL = "all"
    OURS = "ours"
    OTHERS = "others"


Tell = Callable[[str], None]
"""Takes one line for the person who waits."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is attacked, on what, and how thoroughly."""

    folder: Path
    """The recordings with known answers."""
    policies: tuple[Policy, ...]
    scratch: Path
    """Where protected recordings lie between parts; thrown away afterwards."""
    quick: bool = False
    """Few pictures and few baselines: shows that the attackers work, and little else."""
    seed: int = SEED
    deep: bool = False
    """Networks are trained on the output as well: hours instead of minutes."""
    against: Against = Against.ALL
    """Of the parts about sound: whose methods. The methods of others need not be tried anew with
    every change of ours."""
