"""Streets drawn by hand: who stands where at which second, as looks at empty pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from passante.analyse.lookout import Watching
from passante.analyse.movers import Mover
from passante.analyse.overhear import Glance
from passante.analyse.zones import Zones
from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.names import EventKind, Kind, Phase, Sort, StreamId
from passante.inside.incident import Incident
from passante.inside.observation import Detections
from passante.inside.tally import Tally
from passante.inside.video import RawFrame
from passante.testing import raw_frame, video_format

WIDE, HIGH = 640, 480
LOOK_S = 0.2
FORM = video_format(WIDE, HIGH)
TICKS = Fraction(1, 1000)

Path = Callable[[float], Box | None]
"""Second -> where somebody is, px; None while he is not there."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, or a vehicle, with his way through the picture."""

    path: Path
    kind: Kind = Kind.PERSON
    sorts: tuple[Sort, ...] = ()
    """What looks take it for, in turn; () where they do not tell."""


def standing(x: float, y: float, *, high: float = 100, wide: float = 40) -> Box:
    """A box whose feet are at (x, y)."""
    return Box(x - wide / 2, y - high, x + wide / 2, y)


def walk(
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    begins: float = 0.0,
    lasts: float,
    high: float = 100,
    wide: float = 40,
    stays: bool = False,
) -> Path:
    """From one point to another within `lasts` seconds; before and after not there.

    `stays`: stands at either end instead.
    """

    def at(second: float) -> Box | None:
        share = (second - begins) / lasts
        if not 0 <= share <= 1 and not stays:
            return None
        share = min(1.0, max(0.0, share))
        x = start[0] + share * (end[0] - start[0])
        y = start[1] + share * (end[1] - start[1])
        return standing(x, y, high=high, wide=wide)

    return at


def stay(x: float, y: float, *, high: float = 100, wide: float = 40) -> Path:
    """Stands still for ever."""
    return lambda _: standing(x, y, high=high, wide=wide)


def car(path: Path) -> Actor:
    """A vehicle."""
    return Actor(path, Kind.VEHICLE)


def glance(second: float, actors: Iterable[Actor], *, jitter: float = 0.0) -> Glance:
    """A look that finds everybody; `jitter`: px by which boxes tremble (deviation)."""
    boxes, kinds, sorts = [], [], []
    random = np.random.default_rng(round(second * 1000))
    for actor in actors:
        box = actor.path(second)
        if box is not None:
            trembles = random.normal(0, jitter, 4) if jitter else np.zeros(4)
            boxes.append(np.array([box.x0, box.y0, box.x1, box.y1]) + trembles)
            kinds.append(actor.kind)
            look = round(second / LOOK_S)
            sorts.append(actor.sorts[look % len(actor.sorts)] if actor.sorts else None)
    found = Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(len(boxes), 0.9, np.float32),
        tuple(kinds),
        "scripted@1",
        tuple(sorts),
    )
    return Glance(Box(0, 0, WIDE, HIGH), found)


def frame_at(second: float, *, picture: RawFrame | None = None) -> RawFrame:
    """A grey picture, or another one, at a second."""
    shown = picture if picture is not None else raw_frame(form=FORM, seed=None)
    return replace(shown, pts=round(second * 1000), time_base=TICKS)


def seconds_of(lasts: float, step: float = LOOK_S) -> Iterator[float]:
    """0, 0.2, ... up to `lasts`."""
    return (number * step for number in range(round(lasts / step) + 1))


def play(
    zones: str, actors: Iterable[Actor], *, lasts: float, jitter: float = 0.0
) -> tuple[list[Incident], list[Tally]]:
    """Everything that rules and counts make of a scene; the camera is not watched."""
    actors = list(actors)
    text = zones if "[camera]" in zones else zones + "\n[camera]\nwatch = false\n"
    watching = Watching(Zones.parse(text, where="test"), FORM, StreamId("video"))
    seen: list[Incident | Tally] = []
    for second in seconds_of(lasts):
        seen += watching.take(frame_at(second), [glance(second, actors, jitter=jitter)])
    seen += watching.flush()
    return (
        [one for one in seen if isinstance(one, Incident)],
        [one for one in seen if isinstance(one, Tally)],
    )


def begun(incidents: Iterable[Incident], kind: EventKind) -> list[Incident]:
    """Those of a kind that began."""
    return [one for one in incidents if one.kind is kind and one.phase is Phase.BEGAN]


def mover(
    box: Box,
    *,
    number: int = 1,
    kind: Kind = Kind.PERSON,
    at_s: float = 0.0,
    velocity: tuple[float, float] = (0.0, 0.0),
) -> Mover:
    """Somebody at one moment."""
    now = round(at_s * NS_PER_S)
    return Mover(number, kind, box, now, 0, missing_ns=0, velocity=velocity, score=0.9)
