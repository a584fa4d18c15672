"""Events from pictures: told or not on drawn scenes, how late, and where nothing happens."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from passante.core.clock import NS_PER_S
from passante.core.names import EventKind, Phase
from passante.evaluate.drawn import TRIES, Try, play, trials, zones_of
from passante.evaluate.rates import Rate
from passante.evaluate.results import Figure, Section, Subject
from passante.evaluate.settings import Settings, Tell

DRAWN = Subject("rules, on drawn scenes", ours=True)
_TRIALS, _QUICK_TRIALS = 40, 8


def run(settings: Settings, tell: Tell) -> Iterator[Figure]:
    """Every rule that has drawn scenes."""
    count = _QUICK_TRIALS if settings.quick else _TRIALS
    for kind, one in TRIES.items():
        tell(f"events: {kind} on drawn scenes")
        yield from _tried(kind, one, count, settings.seed)


def _tried(kind: EventKind, one: Try, count: int, seed: int) -> Iterator[Figure]:
    zones = zones_of(one)
    delays: list[float] = []
    for name, act in one.acts.items():
        hits: list[list[bool]] = []
        for scene, chance in trials(act, count, seed):
            began = [
                told.end_ns / NS_PER_S
                for told in play(scene, zones, chance)
                if told.kind is kind and told.phase is Phase.BEGAN
            ]
            hits.append([bool(began)])
            delays += [began[0] - scene.act_s] if began else []
        yield _share(f"{kind}, {name}: told", hits, seed)
    for name, percent in (("p50", 50), ("p95", 95)):
        if delays:
            late = float(np.percentile(delays, percent))
            what = f"{kind}: alarm after the act, {name}"
            yield Figure(Section.EVENTS, DRAWN, what, late, "s", len(delays))
    for name, make in one.near_misses.items():
        false = [
            [any(told.kind is kind for told in play(scene, zones, chance))]
            for scene, chance in trials(make, count, seed)
        ]
        yield _share(f"{kind}, near miss {name}: told", false, seed)


def _share(what: str, each: list[list[bool]], seed: int) -> Figure:
    rate = Rate.over(each, seed=seed)
    return Figure(
        Section.EVENTS, DRAWN, what, 100 * rate.share, "%", rate.trials,
        100 * rate.low, 100 * rate.high,
    )  # fmt: skip
