"""Vehicles: their facing ends as flat drawings, their sides and roofs as polygons."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np

from training.plates.render import ends
from training.plates.render.body import Body, Kind
from training.plates.render.canvas import Canvas
from training.plates.render.dice import Colour, between, chance, grey, near, pick, vivid
from training.plates.render.pose import View
from training.plates.render.sheet import Sheet

Place = tuple[float, float]


class End(enum.Enum):
    """Which end of a vehicle faces the camera."""

    FRONT = enum.auto()
    REAR = enum.auto()


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle to be drawn: kind, measures in metres, paint, and where its plate hangs."""

    kind: Kind
    end: End
    size: tuple[float, float, float]
    paint: Colour
    plate: Place
    """Middle of the plate on the facing end, metres from its foot."""
    lamps: tuple[Place, ...]
    """Middles of the two lamps, for their glow at night."""


KINDS = (
    Kind.CAR,
    Kind.CAR,
    Kind.CAR,
    Kind.CAR,
    Kind.SUV,
    Kind.SUV,
    Kind.VAN,
    Kind.TRUCK,
    Kind.BUS,
    Kind.BIKE,
)
LARGEST_PX = 90_000
"""Of the drawing of a facing end; a nearer vehicle is drawn coarser than it is seen."""
SIZES = {
    Kind.CAR: ((1.55, 1.85), (1.3, 1.55), (3.4, 4.8)),
    Kind.SUV: ((1.75, 2.05), (1.6, 1.95), (4.1, 5.3)),
    Kind.VAN: ((1.8, 2.1), (1.9, 2.6), (4.5, 6.5)),
    Kind.TRUCK: ((2.2, 2.55), (2.8, 3.9), (6.0, 10.0)),
    Kind.BUS: ((2.3, 2.55), (2.7, 3.3), (8.0, 12.0)),
    Kind.BIKE: ((0.6, 0.85), (1.0, 1.3), (1.8, 2.2)),
}


def paint(rng: np.random.Generator) -> Colour:
    """Paint as cars have it: mostly greys, some colours."""
    kind = rng.random()
    if kind < 0.22:
        return grey(rng, 12, 50)
    if kind < 0.42:
        return grey(rng, 205, 245)
    if kind < 0.65:
        return grey(rng, 70, 190)
    deep = (
        (120, 20, 28),
        (24, 40, 90),
        (20, 70, 60),
        (170, 30, 30),
        (70, 90, 120),
        (90, 70, 50),
        (190, 160, 110),
    )
    return near(rng, pick(rng, deep), 30) if kind < 0.88 else vivid(rng)


def invent(rng: np.random.Generator) -> Vehicle:
    """A vehicle by chance."""
    kind = pick(rng, KINDS)
    end = End.REAR if kind is Kind.BIKE or chance(rng, 0.6) else End.FRONT
    wide, high, long = (between(rng, *limits) for limits in SIZES[kind])
    y = {
        Kind.CAR: between(rng, 0.24, 0.62),
        Kind.SUV: between(rng, 0.28, 0.6),
        Kind.VAN: between(rng, 0.2, 0.48),
        Kind.TRUCK: between(rng, 0.14, 0.26),
        Kind.BUS: between(rng, 0.12, 0.3),
        Kind.BIKE: between(rng, 0.42, 0.62),
    }[kind]
    if end is End.FRONT:
        y = {Kind.TRUCK: 0.14, Kind.BUS: 0.14}.get(kind, between(rng, 0.2, 0.36))
    aside = between(rng, -0.35, 0.35) * wide if chance(rng, 0.12) and kind is not Kind.BIKE else 0.0
    lamp_y = (
        between(rng, 0.42, 0.62)
        if kind in {Kind.CAR, Kind.SUV, Kind.VAN}
        else between(rng, 0.22, 0.4)
    )
    lamp_x = 0.0 if kind is Kind.BIKE else wide * between(rng, 0.38, 0.43)
    lamps = ((-lamp_x, -lamp_y * high), (lamp_x, -lamp_y * high))
    return Vehicle(kind, end, (wide, high, long), paint(rng), (aside, -y * high), lamps)


def draw(
    rng: np.random.Generator, canvas: Canvas, view: View, vehicle: Vehicle, *, lit: bool
) -> None:
    """Paint a vehicle: shadow, sides, then its facing end."""
    wide, high, long = vehicle.size
    a = wide / 2
    ground = view.project(
        np.asarray([[-a, 0, -0.2], [a, 0, -0.2], [a, 0, long], [-a, 0, long]]) * (1.12, 1, 1)
    )
    across = float(np.linalg.norm(ground[1] - ground[0]))
    canvas.darken(ground, between(rng, 0.4, 0.85), min(40.0, across * 0.04))
    if vehicle.kind is not Kind.BIKE:
        for side in (-1.0, 1.0):
            if view.faces((side, 0, 0), (side * a, -high / 2, long / 2)):
                _side(rng, canvas, view, vehicle, side)
        if view.faces((0, -1, 0), (0, -high, long / 2)):
            _roof(canvas, view, vehicle)
    if _missed(canvas, view, vehicle):
        return
    finest = (LARGEST_PX / (wide * high)) ** 0.5
    scale = float(np.clip(across / wide, 40, finest))
    sheet = Sheet(wide * 1.1, high * 1.05, scale)
    body = Body(sheet, vehicle.kind, wide, high, vehicle.paint, vehicle.plate, vehicle.lamps, lit)
    ends.front(rng, body) if vehicle.end is End.FRONT else ends.rear(rng, body)
    canvas.paste(sheet.picture, sheet.alpha, sheet.corners(), view.project(sheet.corners_m()))


def _missed(canvas: Canvas, view: View, vehicle: Vehicle) -> bool:
    """Whether the facing end lies beyond the picture."""
    a, high = vehicle.size[0] / 2, vehicle.size[1]
    seen = view.project(np.asarray([[-a, -high, 0], [a, -high, 0], [a, 0, 0], [-a, 0, 0]]))
    low, top = seen.min(axis=0), seen.max(axis=0)
    return bool((top < 0).any() or (low > np.asarray(canvas.size)).any())


def _tone(colour: Colour, factor: float) -> Colour:
    r, g, b = (min(255.0, part * factor) for part in colour)
    return r, g, b


def _side(
    rng: np.random.Generator, canvas: Canvas, view: View, vehicle: Vehicle, side: float
) -> None:
    """The flank that is seen: body, windows, doors, wheels."""
    wide, high, long = vehicle.size
    a = side * wide / 2
    boxy = vehicle.kind in {Kind.TRUCK, Kind.BUS, Kind.VAN}
    sill, belt = -0.16 * high, -(0.62 if not boxy else 1.0) * high

    def flat(points: list[tuple[float, float]], inward: float = 0.0) -> np.ndarray:
        return view.project(np.asarray([[a - side * inward, y, z] for z, y in points]))

    tone = between(rng, 0.5, 1.0)
    body = _tone(vehicle.paint, tone)
    canvas.polygon(flat([(0, sill), (0, belt), (long, belt), (long, sill)]), body)
    canvas.polygon(
        flat([(0, sill), (0, sill * 1.8), (long, sill * 1.8), (long, sill)]), _tone(body, 0.6)
    )
    glass = near(rng, (45, 52, 60), 20)
    if not boxy:
        top = [(0.12 * long, -0.97 * high), (0.62 * long, -0.97 * high)]
        cabin = [(0.0, belt), *top, (0.8 * long, belt)]
        canvas.polygon(flat(cabin, 0.06 * wide), body)
        inner = [
            (0.08 * long, belt * 1.03),
            (0.16 * long, -0.92 * high),
            (0.6 * long, -0.92 * high),
        ]
        canvas.polygon(flat([*inner, (0.74 * long, belt * 1.03)], 0.05 * wide), glass)
        for z in (0.3, 0.52):
            canvas.polygon(
                flat(
                    [
                        (z * long, belt),
                        (z * long, -0.96 * high),
                        ((z + 0.02) * long, -0.96 * high),
                        ((z + 0.02) * long, belt),
                    ],
                    0.05 * wide,
                ),
                _tone(body, 0.5),
            )
    elif vehicle.kind is Kind.BUS:
        for index in range(6):
            z = (0.05 + index * 0.15) * long
            canvas.polygon(
                flat(
                    [
                        (z, -0.5 * high),
                        (z, -0.85 * high),
                        (z + 0.13 * long, -0.85 * high),
                        (z + 0.13 * long, -0.5 * high),
                    ]
                ),
                glass,
            )
    if not boxy:
        grip = grey(rng, 20, 230)
        for z in (0.3, 0.52):
            near_z, far_z, y = (z - 0.07) * long, (z - 0.02) * long, belt * 0.92
            lower = y + 0.03
            handle = [(near_z, y), (far_z, y), (far_z, lower), (near_z, lower)]
            canvas.polygon(flat(handle, -0.02), grip)
    radius = 0.21 * high if not boxy else 0.48
    circle = np.linspace(0, 2 * np.pi, 17)[:-1]
    for z in (0.18 * long, 0.78 * long):
        for share, colour in (
            (1.0, (18.0, 18.0, 20.0)),
            (0.62, _tone((150, 150, 155), between(rng, 0.4, 1.2))),
        ):
            ring = [
                (z + share * radius * np.cos(t), -radius + share * radius * np.sin(t))
                for t in circle
            ]
            canvas.polygon(flat(ring, -0.01), colour)


def _roof(canvas: Canvas, view: View, vehicle: Vehicle) -> None:
    """The top, seen from above: of a car its roof, its panes and its bonnet or boot."""
    wide, high, long = vehicle.size
    a = wide / 2
    if vehicle.kind in {Kind.TRUCK, Kind.BUS, Kind.VAN}:
        lid = np.asarray([[-a, -high, 0], [a, -high, 0], [a, -high, long], [-a, -high, long]])
        canvas.polygon(view.project(lid), _tone(vehicle.paint, 1.1))
        return
    belt = -0.62 * high
    deck = np.asarray([[-a, belt, 0], [a, belt, 0], [a, belt, long], [-a, belt, long]])
    canvas.polygon(view.project(deck), _tone(vehicle.paint, 1.1))
    b, near_z, far_z = 0.74 * a, 0.12 * long, 0.62 * long
    for z0, z1 in ((0.8 * long, far_z), (0.0, near_z)):
        pane = [
            [-0.9 * a, belt, z0],
            [0.9 * a, belt, z0],
            [b, -0.97 * high, z1],
            [-b, -0.97 * high, z1],
        ]
        canvas.polygon(view.project(np.asarray(pane)), (52, 58, 66))
    top = [
        [-b, -0.97 * high, near_z],
        [b, -0.97 * high, near_z],
        [b, -0.97 * high, far_z],
        [-b, -0.97 * high, far_z],
    ]
    canvas.polygon(view.project(np.asarray(top)), _tone(vehicle.paint, 1.15))
