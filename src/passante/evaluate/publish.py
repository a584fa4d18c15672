"""Published statistics: what they tell of one person at least, and what they are worth.

The attacker of `attacks.membership` is let loose on what is shipped, and on mechanisms that are
broken on purpose: an attack that does not catch those would prove nothing by failing on ours.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from passante.core.errors import SettingsError
from passante.core.names import Quantity
from passante.evaluate.attacks.membership import Bound, attack, days, publisher
from passante.evaluate.results import Figure, LeftOut, Result, Section, Subject
from passante.evaluate.settings import Settings, Tell
from passante.protect.publish_noise import Noise, Noisy, OpenDpNoise
from passante.protect.publish_rules import PublishRules

RULES = PublishRules()
OURS = Subject("statistics as shipped", ours=True)
PASSES = (2, 10, 30, 100, 300, 1000)
"""In an hour and one way."""
_DAYS, _QUICK_DAYS = 4000, 400
_DRAWS, _QUICK_DRAWS = 600, 60


class Divided:
    """Noise for an epsilon so many times as large: somebody got the bounds wrong."""

    def __init__(self, times: float) -> None:
        self._real, self._times = OpenDpNoise(), times

    def add(self, values: Sequence[int], *, sensitivity: int, epsilon: float) -> Noisy:
        """Too little noise."""
        return self._real.add(values, sensitivity=sensitivity, epsilon=epsilon * self._times)


class HiddenFirst:
    """The right noise, but small figures are taken out before it."""

    def __init__(self) -> None:
        self._real = OpenDpNoise()

    def add(self, values: Sequence[int], *, sensitivity: int, epsilon: float) -> Noisy:
        """Noise on what is not small."""
        real = self._real.add(values, sensitivity=sensitivity, epsilon=epsilon)
        kept = (a if b >= RULES.least else 0 for a, b in zip(real.values, values, strict=True))
        return Noisy(tuple(kept), real.scale)


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One way to publish a day."""

    subject: Subject
    rules: PublishRules
    noise: Noise
    others: int
    """So many other people pass in an hour and way."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What is told where so many have passed in an hour."""

    passes: float
    way: str
    """"in one way" or "in all"."""
    hidden: float
    """Share of the figures that are hidden."""
    draws: int
    bias: float | None = None
    """What told figures are off by on average; None where all are hidden."""
    off: float | None = None
    """Half of the told figures are off by less than this."""
    within: float | None = None
    """Share of the told figures whose interval holds the truth."""


def mechanisms() -> tuple[Mechanism, ...]:
    """Ours, and broken ones.

    Raises:
        SettingsError: OpenDP is not installed.
    """
    passes = replace(RULES, quantities=(Quantity.CROSSINGS,))

    def ours(name: str, rules: PublishRules, others: int) -> Mechanism:
        return Mechanism(Subject(f"ours, {name}", ours=True), rules, OpenDpNoise(), others)

    def broken(name: str, noise: Noise, others: int) -> Mechanism:
        return Mechanism(Subject(f"broken: {name}", ours=False), passes, noise, others)

    return (
        ours("as shipped, 60 others an hour and way", RULES, 60),
        ours("at the limit of what is hidden: 9 others", RULES, 9),
        ours("epsilon 0.5", replace(RULES, epsilon=0.5), 60),
        ours("passes alone", passes, 60),
        broken("noise for one pass and a half instead of two", Divided(4 / 3), 60),
        broken("half of the noise", Divided(2), 60),
        broken("small figures hidden before the noise", HiddenFirst(), 9),
    )


def attacked(one: Mechanism, *, quick: bool) -> Bound:
    """What the attacker shows of a mechanism."""
    pair = days(one.rules, others=one.others, buckets=2)
    trials = _QUICK_DAYS if quick else _DAYS
    return attack(publisher(one.rules, one.noise), pair, stated=one.rules.epsilon, trials=trials)


def worth(*, quick: bool) -> Iterator[Worth]:
    """What figures are worth, by how many have passed."""
    draws = _QUICK_DRAWS if quick else _DRAWS
    told = publisher(RULES, OpenDpNoise())
    for others in PASSES:
        day, _ = days(RULES, others=others, buckets=1)
        for way, truth in (("in one way", float(others)), ("in all", 2.0 * others)):
            found = [
                next(
                    cell
                    for cell in told(day)
                    if cell.quantity is Quantity.CROSSINGS
                    and (cell.direction is None) == (way == "in all")
                )
                for _ in range(draws)
            ]
            shown = [(one.value, one.uncertainty) for one in found if one.value is not None]
            made = Worth(truth, way, 1 - len(shown) / draws, draws)
            if shown:
                inside = [half is not None and abs(value - truth) <= half for value, half in shown]
                made = replace(
                    made,
                    bias=statistics.fmean(value for value, _ in shown) - truth,
                    off=statistics.median(abs(value - truth) for value, _ in shown),
                    within=sum(inside) / len(shown),
                )
            yield made


def run(settings: Settings, tell: Tell) -> Iterator[Result]:
    """What an attacker shows of each mechanism, then what ours is worth to a planner."""
    try:
        every = mechanisms()
    except SettingsError as error:
        yield LeftOut(Section.PUBLISH, "attacks on published statistics", error.hint)
        return
    for one in every:
        tell(f"publish: {one.subject.name}")
        bound = attacked(one, quick=settings.quick)
        what = f"epsilon shown at least, of {bound.stated:g} stated"
        yield Figure(Section.PUBLISH, one.subject, what, bound.shown, "", bound.days)
        caught = f"more told than stated (epsilon {bound.stated:g}): 1 if so"
        yield Figure(Section.PUBLISH, one.subject, caught, float(bound.broken), "", bound.days)
    tell("publish: what the figures are worth")
    for made in worth(quick=settings.quick):
        name = f"{made.passes:g} passes in an hour {made.way}"
        yield Figure(
            Section.PUBLISH, OURS, f"{name}: hidden", 100 * made.hidden, "%", made.draws
        )  # fmt: skip
        if made.off is not None:
            yield Figure(
                Section.PUBLISH, OURS, f"{name}: half are off by less than",
                100 * made.off / made.passes, "% of the figure", made.draws,
            )  # fmt: skip
