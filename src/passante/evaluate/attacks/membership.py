"""Was one person there? Asked of a day's published figures by somebody who knows everybody else.

The attacker knows every pass and every second of all people but one, the rules, and when that one
would have come. Days with and without that person are published again and again; half of them
teach the attacker what to look for, the other half count. How much better than chance the guesses
are gives a lower bound of the epsilon that the figures really have (Jagielski, Ullman and Oprea
2020), by exact binomial limits (Clopper and Pearson 1934). A bound above the epsilon that is stated
shows that the mechanism is broken; one below it shows no more than that this attacker fails.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from passante.core.clock import NS_PER_S
from passante.core.names import DirectionId, Kind, PlaceId, Quantity, StreamId, Unit, ZoneId
from passante.inside.tally import Tally
from passante.outside.facts import Statistic
from passante.protect.facts import since
from passante.protect.publish import Publish
from passante.protect.publish_ledger import Ledger
from passante.protect.publish_noise import Noise
from passante.protect.publish_rules import PublishRules

_HOUR_NS = 3600 * NS_PER_S
_HALF_LEVEL = 0.0125
"""Each of the two limits fails this often for each of two directions of guessing: 5 % together."""
_EVENTS = 40

Day = tuple[Tally, ...]
Mechanism = Callable[[Day], list[Statistic]]
"""Publishes a day."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What an attacker has shown."""

    stated: float
    """Epsilon of the rules."""
    shown: float
    """Epsilon is at least this, at 95 %."""
    guess: float
    """Best ratio of rates as it came out, without limits; an estimate, not a bound."""
    days: int
    """Counted, with the person and without."""

    @property
    def broken(self) -> bool:
        """Whether more is told than stated."""
        return self.shown > self.stated


def days(rules: PublishRules, *, others: int, buckets: int = 4) -> tuple[Day, Day]:
    """A day without a person, and the same with one who does all that the rules allow for.

    Args:
        rules: Say what one person may do.
        others: So many others pass in every bucket and direction, each 60 s in the zone.
        buckets: Hours of the day. Those in which the person is not differ in nothing.
    """
    without = [_tally(hour, way, others) for hour in range(buckets) for way in (*_WAYS, None)]
    added = list(without)
    for turn in range(rules.passes):
        at = (turn % buckets) * 3 + turn % 2
        added[at] = replace(added[at], total=added[at].total + 1)
    stays = min(rules.stay_s, buckets * 3600.0)
    for hour in range(buckets):
        spent = min(stays, 3600.0)
        stays -= spent
        at = hour * 3 + 2
        added[at] = replace(added[at], total=added[at].total + spent)
    kept = [[one for one in day if one.quantity in rules.quantities] for day in (without, added)]
    return tuple(kept[0]), tuple(kept[1])


_WAYS = (DirectionId("in"), DirectionId("out"))


def _tally(hour: int, way: DirectionId | None, others: int) -> Tally:
    return Tally(
        quantity=Quantity.CROSSINGS if way else Quantity.OCCUPANCY,
        unit=Unit.COUNT,
        stream=StreamId("video"),
        zone=ZoneId("gate"),
        of=Kind.PERSON,
        direction=way,
        start_ns=hour * _HOUR_NS,
        end_ns=(hour + 1) * _HOUR_NS,
        total=others if way else others * 60.0,
        n=others,
        largest=1.0 if way else 60.0,
    )


def publisher(rules: PublishRules, noise: Noise) -> Mechanism:
    """Publishes days as the product does, each with a ledger of its own in memory."""

    def publish(day: Day) -> list[Statistic]:
        ledger = Ledger(Path(":memory:"))
        start = since(datetime(2026, 5, 1, tzinfo=UTC))
        stage = Publish(PlaceId("place"), rules, ledger, noise, start)
        told = [one for tally in day for one in stage.push(tally)]
        told += stage.flush()
        ledger.close()
        return told

    return publish


def attack(mechanism: Mechanism, pair: tuple[Day, Day], *, stated: float, trials: int) -> Bound:
    """Publish both days `trials` times each and guess which is which.

    Args:
        mechanism: Publishes a day.
        pair: Days without and with the person.
        stated: The epsilon that the mechanism claims.
        trials: Half of them teach, half count.
    """
    told = [[mechanism(day) for _ in range(trials)] for day in pair]
    cells = sorted({_cell(one) for days_told in told for one in days_told[0]})
    seen = [np.array([_row(one, cells) for one in days_told]) for days_told in told]
    scale = np.array([_scales(told[0][0], cells)])
    truth = [_expected(day, cells) for day in pair]
    half = trials // 2
    taught = [one[:half] for one in seen]
    # how often a figure is hidden tells by itself, where the mechanism is broken
    hidden = [(np.isnan(one).sum(axis=0) + 1) / (len(one) + 2) for one in taught]

    def score(rows: NDArray[np.float64]) -> NDArray[np.float64]:
        near = (np.abs(rows - truth[0]) - np.abs(rows - truth[1])) / scale
        none = np.isnan(rows)
        by_hiding = np.where(
            none, np.log(hidden[1] / hidden[0]), np.log((1 - hidden[1]) / (1 - hidden[0]))
        )
        total: NDArray[np.float64] = (np.where(none, 0.0, near) + by_hiding).sum(axis=1)
        return total

    learnt = [score(one) for one in taught]
    cuts = np.unique(np.quantile(np.concatenate(learnt), np.linspace(0.01, 0.99, _EVENTS)))
    counted = [score(one[half:]) for one in seen]
    shown, guess = 0.0, 0.0
    for flip in (1, -1):  # "was there" and "was not there"
        first, second = (0, 1) if flip == 1 else (1, 0)
        cut = max(
            (flip * value for value in cuts),
            key=lambda at: _ratio(flip * learnt[second], flip * learnt[first], at)[0],
        )
        low, plain = _ratio(flip * counted[second], flip * counted[first], cut)
        shown, guess = max(shown, low), max(guess, plain)
    return Bound(stated, shown, guess, 2 * (trials - half))


def _ratio(
    hits: NDArray[np.float64], misses: NDArray[np.float64], cut: float
) -> tuple[float, float]:
    """Logarithms of the ratio of rates above `cut`: the lower limit, and as it came out."""
    true, false = int((hits >= cut).sum()), int((misses >= cut).sum())
    low = limits(true, len(hits))[0]
    high = limits(false, len(misses))[1]
    plain = math.log(max(true, 1) / len(hits)) - math.log(max(false, 1) / len(misses))
    return (math.log(low / high) if low > 0 else 0.0), plain


def limits(successes: int, trials: int) -> tuple[float, float]:
    """Exact binomial limits, each of which fails with a probability of 0.0125."""
    low = 0.0 if successes == 0 else _solve(successes, trials, upper=False)
    high = 1.0 if successes == trials else _solve(successes, trials, upper=True)
    return low, high


def _solve(successes: int, trials: int, *, upper: bool) -> float:
    counts = np.arange(successes + 1) if upper else np.arange(successes, trials + 1)
    below = np.cumsum([0.0, *np.log(np.arange(1, trials + 1))])
    ways = below[trials] - below[counts] - below[trials - counts]
    low, high = 1e-12, 1 - 1e-12
    for _ in range(60):
        middle = (low + high) / 2
        logs = ways + counts * math.log(middle) + (trials - counts) * math.log1p(-middle)
        tail = float(np.exp(logs).sum())
        # the tail falls with the rate for the upper limit, and grows with it for the lower one
        if (tail > _HALF_LEVEL) == upper:
            low = middle
        else:
            high = middle
    return (low + high) / 2


Cell = tuple[str, str, int]


def _cell(one: Statistic) -> Cell:
    return one.quantity, one.direction or "", one.start_ns


def _row(told: Sequence[Statistic], cells: Sequence[Cell]) -> list[float]:
    found = {_cell(one): one.value for one in told}
    values = (found.get(cell) for cell in cells)
    return [math.nan if value is None else value for value in values]


def _scales(told: Sequence[Statistic], cells: Sequence[Cell]) -> list[float]:
    found = {_cell(one): one.noise_scale for one in told}
    # what is worked out of others tells nothing more: it is not counted twice
    first = {Quantity.CROSSINGS, Quantity.OCCUPANCY}
    return [found[cell] if cell[0] in first and _first(cell) else math.inf for cell in cells]


def _first(cell: Cell) -> bool:
    return bool(cell[1]) or cell[0] != Quantity.CROSSINGS


def _expected(day: Day, cells: Sequence[Cell]) -> NDArray[np.float64]:
    found = {
        (one.quantity.value, one.direction or "", one.start_ns): one.value or 0.0 for one in day
    }
    return np.array([found.get((str(kind), way, at), 0.0) for kind, way, at in cells])
