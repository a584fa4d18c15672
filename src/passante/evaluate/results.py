"""What an evaluation finds: attacks with their three rates, and figures of what is left to use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from passante.evaluate.rates import Rate, Verdict, judge
from passante.evaluate.threat import ThreatModel

PEOPLE_FOUND = "people found, of those on each frame, after"
"""Name of the figure that stands for use in the chart of privacy against use."""


class Section(StrEnum):
    """The parts of an evaluation, as the command line names them."""

    FACES = "faces"
    PLATES = "plates"
    PERSONS = "persons"
    VOICES = "voices"
    WORDS = "words"
    SOUNDS = "sounds"
    COUNTS = "counts"
    EVENTS = "events"
    PUBLISH = "publish"


@dataclass(frozen=True, slots=True)
class Subject:
    """What protected the data."""

    name: str
    """E.g. "policy street", "mosaic 20 px"."""
    ours: bool
    """Whether it is a policy or an operator of this package; else a baseline beside it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One attack on one subject."""

    section: Section
    attack: str
    """What the attacker does, e.g. "faceres, clear gallery"."""
    threat: ThreatModel
    subject: Subject
    rate: Rate
    """On protected data."""
    control: Rate
    """On the same data untouched."""
    baseline: Rate | None
    """Guessing; None where nothing can be guessed."""
    of: str
    """What was counted, e.g. "pictures of 36 people, interval over people"."""
    needs: float = 0.0
    """Share that the control must reach: below it the attacker is not alive, and his failure on
    protected data shows nothing. His success would."""

    @property
    def verdict(self) -> Verdict:
        """By the rule in `rates`."""
        return self._judged()[0]

    @property
    def why(self) -> str:
        """The reason for the verdict in a few words."""
        return self._judged()[1]

    def _judged(self) -> tuple[Verdict, str]:
        verdict, why = judge(self.rate, self.control, self.baseline)
        if verdict is Verdict.RESISTED and self.control.share < self.needs:
            return Verdict.INCONCLUSIVE, "the attacker is too weak on untouched data"
        return verdict, why


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number about what a protected recording is still good for."""

    section: Section
    subject: Subject
    what: str
    value: float
    unit: str
    n: int
    """How many things were measured."""
    low: float | None = None
    """Lower end of the 95 % interval, or None where n is the whole of what there is."""
    high: float | None = None
    timed: bool = False
    """Whether it is a time of this machine, which alone may differ from run to run."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was not tried; it never counts as resisted."""

    section: Section
    what: str
    why: str


Result = Finding | Figure | LeftOut
