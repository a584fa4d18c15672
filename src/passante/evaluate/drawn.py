"""Scenes drawn by chance: acts that a rule must tell, and near misses that it must not.

There is no recording of a fall or of a car the wrong way among the data, so the rules are tried on
trajectories: boxes that tremble by a few per cent of their size and that some looks miss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType

import numpy as np

from passante.analyse.lookout import LOOK_NS, Watching
from passante.analyse.overhear import Glance
from passante.analyse.zones import Zones
from passante.core.clock import NS_PER_S
from passante.core.geometry import Box
from passante.core.media import LAYOUTS, VideoFormat
from passante.core.names import EventKind, Kind, StreamId
from passante.inside.incident import Incident
from passante.inside.observation import Detections
from passante.inside.video import RawFrame

FORM = VideoFormat(width=1280, height=720, layout=LAYOUTS["gray"])
_TREMBLE = 0.025
"""Deviation of every edge, as a share of the box's own size."""
_MISSED = 0.08
"""Share of looks that do not show somebody."""

Path = Callable[[float], Box | None]
"""Second -> where somebody is, px; None while he is not there."""
Chance = np.random.Generator


@dataclass(frozen=True, slots=True)
class Drawn:
    """One scene."""

    actors: tuple[tuple[Kind, Path], ...]
    lasts_s: float
    act_s: float = 0.0
    """When there is something to tell."""


@dataclass(frozen=True, slots=True)
class Try:
    """A rule, what it must tell and what it must not."""

    zones: str
    acts: Mapping[str, Callable[[Chance], Drawn]]
    near_misses: Mapping[str, Callable[[Chance], Drawn]]


def play(scene: Drawn, zones: Zones, chance: Chance) -> list[Incident]:
    """Everything that is told of a scene."""
    watching = Watching(zones, FORM, StreamId("video"))
    blank = np.full((FORM.height, FORM.width), 120, np.uint8)
    frame = RawFrame(StreamId("video"), 0, 0, Fraction(1, NS_PER_S), FORM, (blank,))
    told: list[Incident] = []
    for number in range(round(scene.lasts_s * NS_PER_S / LOOK_NS)):
        now = number * LOOK_NS
        shown = replace(frame, seq=number, pts=now)
        seen = watching.take(shown, [_look(scene, now / NS_PER_S, chance)])
        told += [one for one in seen if isinstance(one, Incident)]
    return told


def _look(scene: Drawn, second: float, chance: Chance) -> Glance:
    boxes, kinds = [], []
    for kind, path in scene.actors:
        box = path(second)
        if box is None or chance.random() < _MISSED:
            continue
        size = (box.width + box.height) / 2
        edges = np.array([box.x0, box.y0, box.x1, box.y1])
        boxes.append(edges + chance.normal(0, _TREMBLE * size, 4))
        kinds.append(kind)
    found = Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        chance.uniform(0.55, 0.99, len(boxes)).astype(np.float32),
        tuple(kinds),
        "drawn@1",
    )
    return Glance(Box(0, 0, FORM.width, FORM.height), found)


def _box(x: float, y: float, high: float, wide: float) -> Box:
    return Box(x - wide / 2, y - high, x + wide / 2, y)


def _walker(chance: Chance, *, pace: tuple[float, float], y: float | None = None) -> Path:
    """Somebody who goes across, `pace` in own heights a second."""
    high = chance.uniform(70, 170)
    speed = high * chance.uniform(*pace)
    foot = chance.uniform(250, 700) if y is None else y
    back = chance.random() < 0.5
    start = 1230.0 if back else 50.0

    def at(second: float) -> Box | None:
        x = start + (-speed if back else speed) * second
        return _box(x, foot, high, 0.4 * high) if 0 < x < FORM.width else None

    return at


def _posture(chance: Chance, shape: Callable[[float, float], tuple[float, float]]) -> Path:
    """Somebody in one place whose height and width, in heights when upright, change with time."""
    high, x, y = chance.uniform(80, 170), chance.uniform(200, 1000), chance.uniform(300, 690)
    slow = high * chance.uniform(0, 0.5)

    def at(second: float) -> Box:
        tall, wide = shape(second, high)
        return _box(x + slow * min(second, 4.0), y, tall * high, wide * high)

    return at


def _fall(
    chance: Chance,
    *,
    lows: tuple[float, float] = (0.28, 0.45),
    wides: tuple[float, float] = (0.8, 1.2),
) -> Drawn:
    """Somebody falls across the view; foreshortened, with other heights and widths, along it."""
    within, low, wide = (chance.uniform(*ends) for ends in ((0.4, 1.0), lows, wides))

    def shape(second: float, _: float) -> tuple[float, float]:
        share = min(1.0, max(0.0, (second - 4) / within))
        return 1 + share * (low - 1), 0.4 + share * (wide - 0.4)

    return Drawn(((Kind.PERSON, _posture(chance, shape)),), 10.0, 4.0 + within)


def _crouch(chance: Chance) -> Drawn:
    low, ends = chance.uniform(0.5, 0.65), chance.uniform(6, 10)

    def shape(second: float, _: float) -> tuple[float, float]:
        return (low, 0.45) if 4 < second < ends else (1.0, 0.4)

    return Drawn(((Kind.PERSON, _posture(chance, shape)),), 12.0)


def _sit(chance: Chance) -> Drawn:
    low, within = chance.uniform(0.6, 0.7), chance.uniform(0.8, 2.0)

    def shape(second: float, _: float) -> tuple[float, float]:
        share = min(1.0, max(0.0, (second - 4) / within))
        return 1 + share * (low - 1), 0.4 + 0.12 * share

    return Drawn(((Kind.PERSON, _posture(chance, shape)),), 12.0)


def _stumble(chance: Chance) -> Drawn:
    ends = 4 + chance.uniform(0.3, 0.8)

    def shape(second: float, _: float) -> tuple[float, float]:
        return (0.45, 0.8) if 4 < second < ends else (1.0, 0.4)

    return Drawn(((Kind.PERSON, _posture(chance, shape)),), 10.0)


def _people(chance: Chance, many: tuple[int, int], pace: tuple[float, float]) -> Drawn:
    count = int(chance.integers(many[0], many[1] + 1))
    rows = np.linspace(260, 700, count)
    actors = tuple((Kind.PERSON, _walker(chance, pace=pace, y=float(y))) for y in rows)
    return Drawn(actors, 5.0)


def _vehicle(chance: Chance, way: int, *, y: float | None = None) -> Drawn:
    wide = chance.uniform(70, 180)
    speed, foot = wide * chance.uniform(0.8, 2.5), chance.uniform(420, 700) if y is None else y
    start = 60.0 if way > 0 else 1220.0

    def at(second: float) -> Box | None:
        x = start + way * speed * second
        return _box(x, foot, 0.6 * wide, wide) if 0 < x < FORM.width else None

    return Drawn(((Kind.VEHICLE, at),), 6.0)


def _parked(chance: Chance) -> Drawn:
    wide, x = chance.uniform(70, 180), chance.uniform(200, 1000)
    box = _box(x, chance.uniform(420, 700), 0.6 * wide, wide)
    return Drawn(((Kind.VEHICLE, lambda _: box),), 8.0)


def _stops(chance: Chance, stands_s: float) -> Drawn:
    wide, foot = chance.uniform(70, 180), chance.uniform(420, 700)
    speed, stop = wide * chance.uniform(0.8, 2.0), chance.uniform(2, 3)

    def at(second: float) -> Box:
        gone = min(second, stop) + max(0.0, second - stop - stands_s)
        return _box(60 + speed * gone, foot, 0.6 * wide, wide)

    lasts_s = stop + min(stands_s, 14.0) + 2.0
    return Drawn(((Kind.VEHICLE, at),), lasts_s, min(lasts_s, stop + 10.0))


def _steps_out(chance: Chance) -> Drawn:
    high = chance.uniform(70, 170)
    speed, x = high * chance.uniform(0.5, 1.0), chance.uniform(200, 1000)
    act = 100 / speed

    def at(second: float) -> Box | None:
        y = 300 + speed * second
        return _box(x, y, high, 0.4 * high) if y < 715 else None

    return Drawn(((Kind.PERSON, at),), act + 3.0, act)


def _rider(chance: Chance) -> Drawn:
    high = chance.uniform(80, 160)
    speed, foot = high * chance.uniform(1.0, 3.0), chance.uniform(450, 690)

    def rides(second: float) -> Box | None:
        x = 60 + speed * second
        return _box(x, foot - 0.1 * high, high, 0.45 * high) if x < FORM.width else None

    def bicycle(second: float) -> Box | None:
        x = 60 + speed * second
        return _box(x, foot, 0.6 * high, 0.95 * high) if x < FORM.width else None

    return Drawn(((Kind.PERSON, rides), (Kind.VEHICLE, bicycle)), 6.0)


_ROAD = "polygon = [[0.0, 0.5555], [1.0, 0.5555], [1.0, 1.0], [0.0, 1.0]]"

TRIES: Mapping[EventKind, Try] = MappingProxyType(
    {
        EventKind.FALL: Try(
            "[zone.fall]",
            {
                "across the view": _fall,
                "along the view": lambda chance: _fall(
                    chance, lows=(0.35, 0.55), wides=(0.45, 0.6)
                ),
            },
            {
                "crouch": _crouch,
                "sit down": _sit,
                "stumble": _stumble,
                "walk": lambda chance: _people(chance, (1, 3), (0.4, 1.0)),
            },
        ),
        EventKind.CROWD_RUNNING: Try(
            "[zone.running]",
            {"three to five": lambda chance: _people(chance, (3, 5), (1.8, 2.6))},
            {
                "walk fast": lambda chance: _people(chance, (3, 6), (0.6, 1.1)),
                "two joggers": lambda chance: _people(chance, (1, 2), (1.5, 2.2)),
            },
        ),
        EventKind.WRONG_WAY: Try(
            f"{_ROAD}\n[zone.wrong_way]\ntowards = [[0.1, 0.8], [0.9, 0.8]]",
            {"drive": lambda chance: _vehicle(chance, -1)},
            {
                "right way": lambda chance: _vehicle(chance, 1),
                "parked": _parked,
                "other road": lambda chance: _vehicle(chance, -1, y=300.0),
            },
        ),
        EventKind.PERSON_ON_CARRIAGEWAY: Try(
            f"{_ROAD}\n[zone.carriageway]",
            {"step out": _steps_out},
            {
                "ride": _rider,
                "pavement": lambda chance: Drawn(
                    ((Kind.PERSON, _walker(chance, pace=(0.4, 1.0), y=360.0)),), 8.0
                ),
            },
        ),
        EventKind.VEHICLE_STOPPED: Try(
            f"{_ROAD}\n[zone.stopped]\nafter_s = 10",
            {"stop": lambda chance: _stops(chance, 60.0)},
            {
                "red light": lambda chance: _stops(chance, chance.uniform(3, 8)),
                "drive": lambda chance: _vehicle(chance, 1),
            },
        ),
    }
)
"""What is tried, and by which scenes."""


def zones_of(one: Try) -> Zones:
    """The rule of a try, alone."""
    text = f'[camera]\nwatch = false\n[[zone]]\nname = "zone"\ncount = false\n{one.zones}\n'
    return Zones.parse(text, where="drawn")


def trials(
    make: Callable[[Chance], Drawn], count: int, seed: int
) -> Iterator[tuple[Drawn, Chance]]:
    """Scenes of one kind, the same in every run."""
    for number in range(count):
        chance = np.random.default_rng((seed, number))
        yield make(chance), chance
