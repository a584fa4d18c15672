"""The gate: a network that does less than its parent does not pass, and only what passed ships.

`judge` gives `Passed` or `Refused`. A `Passed` cannot be made anywhere else, and what writes a
network or its card takes nothing but a `Passed`: shipping a refused network does not type-check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from passante.compress.candidate import Candidate
from passante.compress.measure import Cost
from passante.compress.tasks.outcome import Quality, What
from passante.core.errors import BoundaryError, SettingsError
from passante.core.settings import nearest

_ROUNDING = 1e-9
DEFAULT_LOSS = 1.0
"""Points of 100 that may be lost unless told otherwise; of tracks none."""
DEFAULT_EXTRA = 0.5
_EXTRA = "extra"


class Reason(StrEnum):
    """Why a network is refused."""

    LOSES = "it does less than its parent"
    VAIN = "it finds what is not there"
    SLOWER = "it is no faster than its parent on its target"
    UNMEASURED = "it was not measured on its target"
    UNJUDGED = "there was nothing to judge it by"


@dataclass(frozen=True, slots=True)
class Limits:
    """Points of 100 that may be lost."""

    points: Mapping[What, float] = field(default_factory=dict)
    extra: float = DEFAULT_EXTRA
    """Things in an item, on average, that may be found in vain beyond the parent's."""

    @classmethod
    def parse(cls, text: str) -> Limits:
        """From words such as "recall=0.5". A limit on recall holds for what is kept as well.

        Raises:
            SettingsError: A word is unknown or stands there twice, or is no number.
        """
        points: dict[What, float] = {}
        extra = DEFAULT_EXTRA
        said: set[str] = set()
        for word in filter(None, (part.strip() for part in text.split(","))):
            name, _, number = (part.strip() for part in word.partition("="))
            known = [*What, _EXTRA]
            if name not in known:
                raise SettingsError(
                    f'max-loss: nothing is called "{name}"', hint=nearest(name, known)
                )
            if name in said:
                raise SettingsError(f"max-loss: {name} stands there twice", hint="say it once")
            said.add(name)
            try:
                value = float(number)
            except ValueError as error:
                raise SettingsError(f"max-loss: {name} needs a number of points") from error
            if not 0 <= value <= 100:
                raise SettingsError(f"max-loss: {name} is a number of points from 0 to 100")
            if name == _EXTRA:
                extra = value
            else:
                points[What(name)] = value
        if What.RECALL in points:
            points.setdefault(What.KEPT, points[What.RECALL])
        return cls(points, extra)

    def of(self, what: What) -> float:
        """Points that may be lost of this."""
        return self.points.get(what, 0.0 if what is What.TRACKS else DEFAULT_LOSS)


class _Key:
    """The right to make a `Passed`."""


_KEY = _Key()


@dataclass(frozen=True, slots=True, eq=False)
class Passed:
    """A network that may be shipped."""

    candidate: Candidate
    quality: Quality
    cost: Cost
    """On its target, on the runtime it is best on."""
    runtime: str
    key: _Key = field(repr=False)

    def __post_init__(self) -> None:
        if self.key is not _KEY:
            raise BoundaryError("only the gate says that a network passed")


@dataclass(frozen=True, slots=True)
class Refused:
    """A network that may not, and why."""

    candidate: Candidate
    reason: Reason
    words: str
    """For people."""


def judge(
    candidate: Candidate,
    quality: Quality,
    costs: Mapping[str, Cost],
    parent: Mapping[str, Cost],
    *,
    limits: Limits,
    protective: bool,
) -> Passed | Refused:
    """Whether a network may take its parent's place.

    A protective network is held to its limit in every class of sizes, any other one on the whole.

    Args:
        candidate: The network.
        quality: What it still does.
        costs: Runtime -> what it costs on its target; empty where that is not known.
        parent: The same of its parent.
        limits: What may be lost.
        protective: Whether somebody is seen or heard where it misses something.
    """
    short = falls_short(candidate, quality, limits=limits, protective=protective)
    if short is not None:
        return short
    if not costs:
        return Refused(candidate, Reason.UNMEASURED, "run the bundle there, then give --measured")
    runtime = min(costs, key=lambda name: costs[name].at(1).cpu_ms)
    fastest = min(cost.at(1).cpu_ms for cost in parent.values())
    if not candidate.is_parent and costs[runtime].at(1).cpu_ms >= fastest:
        words = f"{costs[runtime].at(1).cpu_ms:.2f} ms on {runtime}, its parent {fastest:.2f} ms"
        return Refused(candidate, Reason.SLOWER, words)
    return Passed(candidate, quality, costs[runtime], runtime, _KEY)


def falls_short(
    candidate: Candidate, quality: Quality, *, limits: Limits, protective: bool
) -> Refused | None:
    """The refusal of a network that does too little, whatever it costs; None where it does enough.

    Arguments as of `judge`.
    """
    if not any(share.before.trials for share in quality.shares):
        return Refused(candidate, Reason.UNJUDGED, "nothing was found by its parent, or marked")
    for share in quality.judged:
        if share.group != "all" and not protective:
            continue
        limit = limits.of(share.what)
        if share.loss > limit + _ROUNDING:
            words = (
                f"{share.what} {share.group}: {share.rate.words()}, "
                f"{share.loss:.2f} points less than its parent; {limit:g} may go"
            )
            return Refused(candidate, Reason.LOSES, words)
    if quality.extra > limits.extra:
        words = f"{quality.extra:.2f} things an item in vain; {limits.extra:g} may be"
        return Refused(candidate, Reason.VAIN, words)
    return None
