"""Rates that carry their trials and their interval, and what may be concluded from three of them.

Every attack runs three times: on protected data (attack), on the same data untouched (control), and
guessing (baseline). The rule of the verdict:

1. INCONCLUSIVE unless the control beats guessing decisively: its interval lies above that of the
   baseline, and it gains at least half of what can be gained over guessing. An attacker who fails
   on untouched data has shown nothing about protection.
2. LEAKED where the attack's interval lies above that of the baseline. Where nothing can be guessed
   (no baseline), a single success is a leak.
3. RESISTED where the attack's interval ends below a fifth of what the control gains over
   guessing.
4. Else INCONCLUSIVE: too few trials to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np

from passante.core.intervals import wilson as wilson  # noqa: PLC0414  # part of this module

_DRAWS = 2000
DECISIVE = 0.5
"""Share of what can be gained over guessing that a control must gain."""
RESIDUE = 0.2
"""Share of the control's gain below which an attack counts as resisted."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something succeeded, with its 95 % interval."""

    successes: int
    trials: int
    low: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.successes <= self.trials:
            raise ValueError(f"{self.successes} successes in {self.trials} trials")
        if not 0 <= self.low <= self.high <= 1:
            raise ValueError(f"an interval from {self.low} to {self.high}")

    @classmethod
    def of(cls, successes: int, trials: int) -> Self:
        """Of trials that have nothing to do with each other: Wilson."""
        return cls(successes, trials, *wilson(successes, trials))

    @classmethod
    def over(cls, clusters: Iterable[Sequence[bool]], *, seed: int) -> Self:
        """Of trials that come in clusters, such as several pictures of each person.

        The interval is over clusters: the narrowest that holds both 95 % of bootstrap draws of
        whole clusters and Wilson's interval with as many trials as there are clusters. The latter
        counts where all clusters agree, of which a bootstrap knows nothing.
        """
        drawn = [(sum(cluster), len(cluster)) for cluster in clusters if len(cluster)]
        hits = np.array([hit for hit, _ in drawn], np.int64)
        sizes = np.array([size for _, size in drawn], np.int64)
        successes, trials = int(hits.sum()), int(sizes.sum())
        if not trials:
            return cls.of(0, 0)
        low, high = wilson(len(drawn) * successes / trials, len(drawn))
        if 0 < successes < trials:
            rng = np.random.default_rng(seed)
            chosen = rng.integers(0, len(drawn), (_DRAWS, len(drawn)))
            shares = hits[chosen].sum(axis=1) / sizes[chosen].sum(axis=1)
            first, last = np.quantile(shares, (0.025, 0.975))
            low, high = min(low, float(first)), max(high, float(last))
        return cls(successes, trials, low, high)

    @property
    def share(self) -> float:
        """Successes over trials; 0 without trials."""
        return self.successes / self.trials if self.trials else 0.0

    def words(self) -> str:
        """E.g. "12.5 % (3.5 to 36.0; 2 of 16)"."""
        if not self.trials:
            return "no trials"
        ends = f"{100 * self.low:.1f} to {100 * self.high:.1f}"
        return f"{100 * self.share:.1f} % ({ends}; {self.successes} of {self.trials})"


class Verdict(StrEnum):
    """What three rates allow to say."""

    RESISTED = "RESISTED"
    LEAKED = "LEAKED"
    INCONCLUSIVE = "INCONCLUSIVE"


def judge(attack: Rate, control: Rate, baseline: Rate | None) -> tuple[Verdict, str]:
    """The verdict by the rule of this module, and why in a few words.

    Args:
        attack: On protected data.
        control: The same attacker on untouched data.
        baseline: Guessing; None where nothing can be guessed.
    """
    guess = baseline.share if baseline else 0.0
    top = baseline.high if baseline else 0.0
    if not attack.trials or not control.trials or (baseline is not None and not baseline.trials):
        return Verdict.INCONCLUSIVE, "nothing was tried"
    gained = control.share - guess
    if control.low <= top or gained < DECISIVE * (1 - guess):
        return Verdict.INCONCLUSIVE, "the attacker fails on untouched data"
    if attack.low > top or (baseline is None and attack.successes):
        return Verdict.LEAKED, "better than guessing" if baseline else "seen at least once"
    if attack.high < guess + RESIDUE * gained:
        return Verdict.RESISTED, "not to be told from guessing"
    return Verdict.INCONCLUSIVE, "too few to say"
