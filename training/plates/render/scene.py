"""One training picture: a street or a crop around a vehicle, and where its plates are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from training.plates.render import (
    bystanders,
    camera,
    light,
    photos,
    plate,
    street,
    vehicle,
    writing,
)
from training.plates.render.body import Kind
from training.plates.render.canvas import Canvas
from training.plates.render.dice import (
    Floats,
    Picture,
    between,
    chance,
    grey,
    log_between,
    pick,
    whole,
)
from training.plates.render.labels import Label, sort_out
from training.plates.render.light import Glow, Light
from training.plates.render.pose import View, looking_at, turn

Look = Literal["frame", "vehicle"]
PLATE_M = 0.5
"""The width of a plate that distances are reckoned with."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture and its plates.

    picture: uint8 (height, width, 3), RGB. quads: float32 (n, 4, 2), corner points in pixels of
    each plate's outer edge: top left, top right, bottom right, bottom left as the plate itself
    is read, so clockwise; corners may lie outside the picture, at least half of the plate lies
    inside.
    ignore: float32 (m, 4, 2), plates too small or too destroyed to ask for.
    """

    picture: Picture
    quads: Floats
    ignore: Floats


@dataclass(slots=True)
class _Stage:
    """What is being put together."""

    rng: np.random.Generator
    canvas: Canvas
    light: Light
    labels: list[Label]
    glows: list[Glow]
    region: str | None


def render(
    rng: np.random.Generator,
    *,
    width: int,
    height: int,
    view: Look = "frame",
    region: str | None = None,
) -> Sample:
    """Draw one sample; the same state of the generator gives the same sample.

    `view` is a look at a street or at one vehicle; `region` draws plates of that region alone.
    """
    lit = light.draw(rng)
    horizon = between(rng, -0.6, 0.55) * height
    stage = _Stage(
        rng, Canvas(background(rng, width, height, horizon), lit.ambient), lit, [], [], region
    )
    street.furnish(rng, stage.canvas, whole(rng, 0, 5) if chance(rng, 0.6) else 0)
    if chance(rng, 0.14):
        for _ in range(whole(rng, 1, 4)):
            _loose(stage)
    elif view == "frame":
        _street_full(stage, horizon)
    else:
        _one_vehicle(stage)
    if chance(rng, 0.25 if view == "frame" else 0.08):
        bystanders.stand_about(rng, stage.canvas, whole(rng, 1, 7))
    if chance(rng, 0.1):
        _pole(stage)
    if not lit.dark and chance(rng, 0.35):
        light.shadows(rng, stage.canvas)
    picture = _photographed(stage)
    asked, ignored = sort_out(stage.labels, stage.canvas.owner, picture)
    return Sample(picture, asked, ignored)


def background(rng: np.random.Generator, width: int, height: int, horizon: float) -> Picture:
    """What stands behind everything: a photograph, a street or mere texture."""
    kind = rng.random()
    taken = [photos.draw(rng) for _ in range(whole(rng, 2, 6) if kind < 0.12 else 1)]
    found = [photo for photo in taken if photo is not None]
    if found and kind < 0.5:
        return street.collage(rng, found, width, height)
    if kind > 0.85:
        return street.texture(rng, width, height)
    return street.paint(rng, width, height, horizon)


def _photographed(stage: _Stage) -> Picture:
    rng, lit = stage.rng, stage.light
    wide, high = stage.canvas.size
    if lit.dark:
        for _ in range(whole(rng, 0, 8)):
            colour = pick(
                rng,
                (
                    (255.0, 220.0, 170.0),
                    (255.0, 60.0, 60.0),
                    (255.0, 255.0, 255.0),
                    (120.0, 255.0, 160.0),
                ),
            )
            stage.glows.append(
                (
                    rng.random() * wide,
                    rng.random() * 0.6 * high,
                    between(rng, 1, 0.02 * wide),
                    colour,
                )
            )
    seen = light.compose(stage.canvas, lit, stage.glows)
    seen = camera.exposed(rng, seen, dark=lit.dark)
    seen = camera.weather(rng, seen)
    seen = camera.lens(rng, seen)
    picture = camera.sensor(rng, seen, dark=lit.dark)
    if chance(rng, 0.08):
        writing.stamp(rng, picture)
    return camera.codec(rng, picture)


def _street_full(stage: _Stage, horizon: float) -> None:
    """Vehicles on one plane of ground, the far ones first."""
    rng, (wide, high) = stage.rng, stage.canvas.size
    above = log_between(rng, 1.0, 7.0)
    first = log_between(rng, 9, 0.22 * wide)
    foot = between(rng, 0.4, 1.05) * high
    horizon = min(horizon, foot - above * first / PLATE_M)
    focal = max(wide * log_between(rng, 0.8, 3.0), 0.5 * high - horizon)
    pitch, roll = float(np.arctan2(0.5 * high - horizon, focal)), float(rng.normal(0, 0.03))
    lane = rng.normal(0, 0.35)
    widths = [first]
    for _ in range(whole(rng, 0, 5)):
        seen = (between(rng, max(0.15 * high, horizon + 6), 1.1 * high) - horizon) * PLATE_M / above
        widths.append(float(np.clip(seen, 4, 0.24 * wide)))
    for across in sorted(widths):
        yaw = float(np.clip(lane + rng.normal(0, 0.2), -1.2, 1.2))
        distance = focal * PLATE_M / across
        aside = (between(rng, 0.05, 0.95) - 0.5) * wide * distance / focal
        place = turn(0, pitch, roll) @ np.asarray((aside, above, distance))
        view = View(focal, (wide / 2, high / 2), turn(yaw, pitch, roll), place)
        _vehicle(stage, view, vehicle.invent(rng))


def _one_vehicle(stage: _Stage) -> None:
    """One vehicle that fills the crop, or sticks out of it, perhaps one more behind."""
    rng, (wide, high) = stage.rng, stage.canvas.size
    for place in range(2 if chance(rng, 0.25) else 1):
        invented = vehicle.invent(rng)
        fitting = wide * PLATE_M / invented.size[0] * between(rng, 0.6, 0.95)
        across = (
            fitting * log_between(rng, 0.6, 1.5) if chance(rng, 0.7) else log_between(rng, 10, 300)
        )
        across = float(np.clip(across, 8, 0.9 * wide))
        focal = wide * log_between(rng, 0.8, 4.0)
        yaw = float(np.clip(rng.normal(0, 0.3 if chance(rng, 0.6) else 0.7), -1.22, 1.22))
        pitch = float(np.clip(rng.normal(0.14, 0.17), -0.2, 0.75))
        roll = float(rng.normal(0, 0.06)) if chance(rng, 0.9) else between(rng, -0.78, 0.78)
        pixel = (between(rng, 0.2, 0.8) * wide, between(rng, 0.35, 0.92) * high)
        if place == 1:
            pixel = (pick(rng, (0.02, 0.98)) * wide, pixel[1])
        view = looking_at(
            target=(*invented.plate, 0.0),
            pixel=pixel,
            depth_m=max(1.0, focal * PLATE_M / across),
            focal_px=focal,
            middle=(wide / 2, high / 2),
            rotation=turn(yaw, pitch, roll),
        )
        _vehicle(stage, view, invented)


def _vehicle(stage: _Stage, view: View, invented: vehicle.Vehicle) -> None:
    """A vehicle with its plate and what hangs before it."""
    rng, lit = stage.rng, stage.light
    on = chance(rng, 0.8 if lit.dark else 0.15)
    vehicle.draw(rng, stage.canvas, view, invented, lit=on)
    if on and chance(rng, 0.8 if lit.dark else 0.3):
        colour = (255.0, 250.0, 230.0) if invented.end is vehicle.End.FRONT else (255.0, 70.0, 60.0)
        size = 0.1 * view.focal_px / max(view.depth((*invented.lamps[0], 0.0)), 0.5)
        for x, y in view.project(np.asarray([(*lamp, -0.02) for lamp in invented.lamps])).tolist():
            stage.glows.append((x, y, size * between(rng, 0.4, 1.3), colour))
    if chance(rng, 0.86):
        _hang(stage, view, invented.plate, narrow=invented.kind is Kind.BIKE)
        if chance(rng, 0.14):
            _before(stage, view, invented.plate)


def _hang(stage: _Stage, view: View, place: tuple[float, float], *, narrow: bool) -> None:
    """Put a plate onto a plane, a little tilted, and note where it came to be."""
    rng = stage.rng
    expected = view.focal_px * PLATE_M / max(view.depth((*place, 0.0)), 0.3)
    texture = int(np.clip(1.3 * expected, 40, 340))
    drawn = plate.render(rng, width=texture, region=stage.region, narrow=narrow)
    metres = drawn.across_mm / 1000 / float(drawn.corners[1, 0] - drawn.corners[0, 0])
    tilt = turn(
        rng.normal(0, 0.03), rng.normal(0, 0.12), rng.normal(0, 0.02 if chance(rng, 0.94) else 0.15)
    )
    high, wide = drawn.alpha.shape
    middle = drawn.corners.mean(axis=0)

    def seen(points: Floats) -> Floats:
        flat = np.concatenate([(points - middle) * metres, np.zeros((4, 1))], axis=1)
        return view.project(flat @ tilt.T + (*place, -0.03))

    frame = np.asarray([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    number = len(stage.labels) + 1
    gain = light.on_plate(rng, stage.light)
    stage.canvas.paste(drawn.picture, drawn.alpha, frame, seen(frame), light=gain, owner=number)
    stage.labels.append(Label(number, seen(drawn.corners)))


def _loose(stage: _Stage) -> None:
    """A plate that hangs before anything at all, in any pose."""
    rng, (wide, high) = stage.rng, stage.canvas.size
    across = min(log_between(rng, 9, 260), 0.8 * wide)
    focal = wide * log_between(rng, 0.8, 3.0)
    roll = float(rng.normal(0, 0.1)) if chance(rng, 0.8) else between(rng, -0.78, 0.78)
    view = looking_at(
        target=(0, 0, 0),
        pixel=(between(rng, 0.1, 0.9) * wide, between(rng, 0.1, 0.9) * high),
        depth_m=focal * PLATE_M / across,
        focal_px=focal,
        middle=(wide / 2, high / 2),
        rotation=turn(
            float(np.clip(rng.normal(0, 0.5), -1.22, 1.22)), float(rng.normal(0, 0.25)), roll
        ),
    )
    if chance(rng, 0.8):
        a, b = between(rng, 0.3, 0.9), between(rng, 0.12, 0.6)
        colour = vehicle.paint(rng)
        stage.canvas.polygon(
            view.project(np.asarray([[-a, -b, 0], [a, -b, 0], [a, b, 0], [-a, b, 0]])), colour
        )
    _hang(stage, view, (0.0, 0.0), narrow=False)


def _before(stage: _Stage, view: View, place: tuple[float, float]) -> None:
    """Something that hides a part of the plate: tow ball, bars, a lump of snow or mud, a strap."""
    rng, (x, y) = stage.rng, place
    colour = grey(rng, 10, 90) if chance(rng, 0.7) else grey(rng, 160, 245)

    def bar(points: list[tuple[float, float]]) -> None:
        stage.canvas.polygon(
            view.project(np.asarray([(px, py, -0.08) for px, py in points])), colour
        )

    kind = whole(rng, 0, 3)
    if kind == 0:
        foot, wide = x + between(rng, -0.1, 0.1), between(rng, 0.02, 0.05)
        bar([(foot - wide, y), (foot + wide, y), (foot + wide, y + 0.3), (foot - wide, y + 0.3)])
    elif kind == 1:
        for step in range(whole(rng, 1, 3)):
            level = y - 0.06 + 0.06 * step + between(rng, -0.02, 0.02)
            bar(
                [
                    (x - 0.8, level),
                    (x + 0.8, level),
                    (x + 0.8, level + 0.012),
                    (x - 0.8, level + 0.012),
                ]
            )
    elif kind == 2:
        turns = np.linspace(0, 2 * np.pi, 12)[:-1]
        size = between(rng, 0.03, 0.12) * (0.6 + 0.6 * rng.random(len(turns)))
        spot = (x + between(rng, -0.25, 0.25), y + between(rng, -0.06, 0.06))
        bar(
            [
                (spot[0] + s * np.cos(t), spot[1] + 0.6 * s * np.sin(t))
                for s, t in zip(size, turns, strict=True)
            ]
        )
    else:
        foot, lean, wide = (
            x + between(rng, -0.25, 0.25),
            between(rng, -0.3, 0.3),
            between(rng, 0.01, 0.04),
        )
        bar(
            [
                (foot, y - 0.4),
                (foot + wide, y - 0.4),
                (foot + wide + lean, y + 0.4),
                (foot + lean, y + 0.4),
            ]
        )


def _pole(stage: _Stage) -> None:
    """A post, a bar or a twig between the camera and everything."""
    rng, (wide, high) = stage.rng, stage.canvas.size
    for _ in range(whole(rng, 1, 3)):
        x, lean, thick = (
            rng.random() * wide,
            rng.normal(0, 0.15) * wide,
            log_between(rng, 1, 0.05 * wide),
        )
        points = np.asarray(
            [[x, 0], [x + thick, 0], [x + thick + lean, high], [x + lean, high]], np.float32
        )
        if chance(rng, 0.25):
            points = points[:, ::-1] * np.asarray((wide / high, high / wide), np.float32)
        stage.canvas.polygon(np.ascontiguousarray(points), grey(rng, 10, 200))
