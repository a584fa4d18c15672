"""Which of the networks that passed is taken, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from passante.compress.budget import Budget
from passante.compress.gate import Passed
from passante.compress.result import Choice
from passante.compress.target import Device

_SAME = 1.05
"""Times that differ by less are the same: what is measured is no surer."""


def costs_of(passed: Passed, device: Device) -> dict[str, float]:
    """What a network costs, by the names of a budget."""
    timing = passed.cost.at(1)
    return {
        "latency_ms": timing.p50_ms,
        "cpu_ms": timing.cpu_ms,
        "size_mb": passed.candidate.size_mb,
        "ram_mb": passed.cost.grown_mb,
        "mmac": passed.candidate.mmac,
        "energy_mj": timing.cpu_ms * device.watt_per_core,
    }


def loss_of(passed: Passed) -> float:
    """The largest loss in any class, points; at least 0."""
    return max((share.loss for share in passed.quality.judged), default=0.0)


def pareto(points: Mapping[str, tuple[float, ...]]) -> frozenset[str]:
    """Names of the points that no other beats in everything. Smaller is better."""

    def beaten(name: str, point: tuple[float, ...]) -> bool:
        return any(
            other != name
            and all(a <= b for a, b in zip(rival, point, strict=True))
            and (rival != point or other < name)
            for other, rival in points.items()
        )

    return frozenset(name for name, point in points.items() if not beaten(name, point))


def choose(
    passed: Sequence[Passed], budget: Budget, device: Device
) -> tuple[Passed, Choice] | None:
    """The network to be taken; None where none passed.

    Within the budget the one that loses least; where there is no budget, the one that costs least,
    and of those that cost the same but for _SAME the one that loses least.
    Where none fits, the one that is nearest to it.
    """
    if not passed:
        return None
    excess = {one.candidate.name: budget.excess(costs_of(one, device)) for one in passed}
    fitting = [one for one in passed if not excess[one.candidate.name]]
    if not fitting:
        best = min(passed, key=lambda one: (max(excess[one.candidate.name].values()), *_cost(one)))
        return best, _choice(best, "none fits the budget; this one is nearest", excess)
    if budget.words():
        best = min(fitting, key=lambda one: (round(loss_of(one), 3), *_cost(one)))
        why = f"of {len(fitting)} that fit the budget it loses least"
    else:
        least = min(_cost(one)[0] for one in fitting)
        alike = [one for one in fitting if _cost(one)[0] <= least * _SAME]
        best = min(alike, key=lambda one: (round(loss_of(one), 3), *_cost(one)))
        why = f"of {len(fitting)} that passed it takes least processor time"
    return best, _choice(best, why, excess)


def _cost(one: Passed) -> tuple[float, float, str]:
    return one.cost.at(1).cpu_ms, one.candidate.size_mb, one.candidate.name


def _choice(best: Passed, why: str, excess: Mapping[str, Mapping[str, float]]) -> Choice:
    words = f"{why}: {best.cost.at(1).cpu_ms:.2f} ms of processor on {best.runtime}"
    return Choice(
        best.candidate.name,
        best.runtime,
        f"{words}, {loss_of(best):.2f} points lost at most",
        excess[best.candidate.name],
    )
