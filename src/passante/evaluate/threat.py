"""Who attacks: what they want and what they know. How they try is an attack, and stands apart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Wants(StrEnum):
    """What an attacker is after."""

    IDENTITY = "to name the person"
    FACE = "to find a face that can be seen"
    PLATE = "to read the number plate"
    WORDS = "to tell what was said"
    LINK = "to recognise the same person at another time"
    TRAIT = "to tell something about whoever speaks"


class Knows(StrEnum):
    """What an attacker has beside our output and what the public has."""

    NOTHING = "nothing of the method"
    METHOD = "the method, and runs it on material of their own"
    SAMPLE = "a sample of our output with the right answers, to train on"


@dataclass(frozen=True, slots=True)
class ThreatModel:
    """One attacker in words, the same for every method that is attacked."""

    wants: Wants
    knows: Knows
    has: str
    """What they work with, e.g. "one clear photograph of each of 36 people"."""

    def words(self) -> str:
        """One sentence."""
        return f"Wants {self.wants}; knows {self.knows}; has {self.has}."
