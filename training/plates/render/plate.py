"""One plate as a flat texture: ground, band, letters, seals, and what years do to it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.plates.render import american, glyphs, layouts, mount
from training.plates.render.dice import (
    Colour,
    Mask,
    Picture,
    between,
    chance,
    grey,
    near,
    pick,
    whole,
)
from training.plates.render.ink import clouds, lay, ramp, resized, stamped, write
from training.plates.render.layouts import Art, Band, Layout

NARROW_MM = 310


@dataclass(frozen=True, slots=True)
class Plate:
    """A texture with a plate on it.

    picture: uint8 (height, width, 3), RGB. alpha: uint8 (height, width), where there is something.
    corners: float32 (4, 2), the plate's outer edge in pixels: top left, top right, bottom right,
    bottom left. across_mm: the width of the plate alone.
    """

    picture: Picture
    alpha: Mask
    corners: np.ndarray
    across_mm: float
    region: str


def render(
    rng: np.random.Generator, *, width: int, region: str | None = None, narrow: bool = False
) -> Plate:
    """A plate about `width` pixels wide with its holder, new or worn; `narrow` for two wheels."""
    layout = layouts.draw(rng, region)
    for _ in range(6 if narrow else 0):
        if layout.size[0] <= NARROW_MM:
            break
        layout = layouts.draw(rng, region)
    across, high_mm = layout.size
    scale = width / across
    picture, raised = _face(rng, layout, width, max(8, round(high_mm * scale)))
    _emboss(rng, picture, raised)
    _screws(rng, picture)
    _wear(rng, picture)
    alpha = _outline(rng, picture.shape[0], picture.shape[1])
    framed = mount.frame(rng, picture, alpha, american=layout.art is Art.STATE)
    return Plate(framed.picture, framed.alpha, framed.corners, float(across), layout.region)


def _face(rng: np.random.Generator, layout: Layout, wide: int, high: int) -> tuple[Picture, Mask]:
    """The printed face and the mask of what is raised."""
    ground, ink = layouts.colours(rng, layout)
    ground, ink = near(rng, ground, 16), near(rng, ink, 14)
    picture = np.empty((high, wide, 3), np.uint8)
    picture[...] = np.asarray(ground, np.uint8)
    room = [0.02 * wide, 0.06 * high, 0.96 * wide, 0.88 * high]
    if layout.art is Art.FADE:
        picture[...] = ramp(high, wide, (240, 246, 240), ground)
    if layout.art is Art.STATE:
        american.decorate(rng, picture, ground, ink)
        room = [0.04 * wide, 0.2 * high, 0.92 * wide, 0.6 * high]
    _line_around(rng, picture, layout, ink)
    _band(rng, picture, layout, ink, room)
    rows = layouts.text(rng, pick(rng, layout.patterns)).split("|")
    cap = layout.cap if layout.art is not Art.STATE else 0.78
    return picture, _rows(rng, picture, rows, (*room,), (ink, cap))


def _rows(
    rng: np.random.Generator,
    picture: Picture,
    rows: list[str],
    room: tuple[float, ...],
    style: tuple[Colour, float],
) -> Mask:
    """Write the rows into the room (left, top, width, height); style: ink, and how high it is."""
    ink, cap = style
    face = whole(rng, 0, glyphs.count() - 1)
    tracking, fill = between(rng, 0.1, 0.3), cap * between(rng, 0.9, 1.12)
    raised = np.zeros(picture.shape[:2], np.uint8)
    shares = [1.0] if len(rows) == 1 else ([0.5, 0.5] if chance(rng, 0.5) else [0.36, 0.64])
    top = room[1]
    for text, share in zip(rows, shares, strict=True):
        high = room[3] * share
        box = (room[0] + 0.02 * room[2], top, room[2] * 0.96, high)
        # a seal is two spaces wide; it is laid over them afterwards
        line = text.replace("@", "  ").replace("_", " ")
        apart = tracking
        if chance(rng, 0.75):
            apart = _spaced(line, face, box, fill=fill, least=between(rng, 0.7, 0.97))
        mask, at = write(picture, line, face, box, ink, fill=fill, tracking=max(tracking, apart))
        stamped(raised, mask, at)
        if "@" in text:
            _seal(rng, picture, box, text.index("@") / max(len(text) - 1, 1))
        top += high
    return raised


def _spaced(
    text: str, face: int, box: tuple[float, float, float, float], *, fill: float, least: float
) -> float:
    """The tracking with which a line fills at least that share of its box, 0.5 at most."""
    bare = glyphs.line(text, face, tracking=0.0).shape[1] / glyphs.CAP
    wanted = least * box[2] / max(box[3] * fill, 1)
    gaps = max(len(text.replace(" ", "")) - 1, 1)
    return float(min(0.5, (wanted - bare) / gaps))


def _seal(rng: np.random.Generator, picture: Picture, box: tuple[float, ...], along: float) -> None:
    radius = box[3] * between(rng, 0.1, 0.22)
    span = 0.86 if chance(rng, 0.7) else 0.7
    x = box[0] + box[2] * (0.5 + (along - 0.5) * span)
    y = box[1] + box[3] * between(rng, 0.3, 0.7)
    colour = pick(
        rng, ((210, 60, 50), (70, 110, 190), (220, 190, 60), (90, 150, 90), (150, 150, 150))
    )
    spot = (round(x), round(y))
    cv2.circle(picture, spot, max(1, round(radius)), near(rng, colour, 40), -1, cv2.LINE_AA)
    if chance(rng, 0.5):
        low = (spot[0], round(y + 2 * radius))
        cv2.circle(picture, low, max(1, round(radius)), near(rng, colour, 60), -1, cv2.LINE_AA)


def _line_around(rng: np.random.Generator, picture: Picture, layout: Layout, ink: Colour) -> None:
    if not chance(rng, layout.border):
        return
    high, wide = picture.shape[:2]
    inset, thick = max(1, round(high * between(rng, 0.02, 0.05))), max(1, round(high * 0.025))
    cv2.rectangle(
        picture, (inset, inset), (wide - 1 - inset, high - 1 - inset), ink, thick, cv2.LINE_AA
    )


def _band(
    rng: np.random.Generator, picture: Picture, layout: Layout, ink: Colour, room: list[float]
) -> None:
    """Draw the strip along an edge, and take its place out of the room for letters."""
    high, wide = picture.shape[:2]
    code = pick(rng, layout.codes)
    blue = near(rng, (20, 60, 160), 30)
    match layout.band:
        case Band.NONE:
            return
        case Band.TOP_LINE | Band.TOP_BLUE:
            strip = round(high * between(rng, 0.2, 0.28))
            if layout.band is Band.TOP_BLUE:
                picture[:strip] = np.asarray(blue, np.uint8)
                ink = (240, 240, 240)
            words = (
                "BRASIL"
                if chance(rng, 0.5)
                else f"{code or 'SP'} - {pick(rng, american.STATES)[:9]}"
            )
            box = (0.2 * wide, 0.0, 0.6 * wide, float(strip))
            write(picture, words, whole(rng, 0, glyphs.count() - 1), box, ink, fill=0.55)
            room[1], room[3] = float(strip), high * 0.97 - strip
        case Band.EU | Band.EU_BOTH | Band.SIDE_RIGHT:
            strip = round(min(0.5 * high, between(rng, 0.07, 0.1) * max(wide, 2 * high)))
            if layout.band is Band.SIDE_RIGHT:
                cv2.line(
                    picture,
                    (wide - 2 * strip, 0),
                    (wide - 2 * strip, high),
                    ink,
                    max(1, high // 40),
                )
                _strip(picture, wide - 2 * strip, 2 * strip, ink, code)
                room[2] -= 2 * strip
                return
            left_colour = blue if chance(rng, 0.93) else near(rng, (200, 205, 210), 20)
            picture[:, :strip] = np.asarray(left_colour, np.uint8)
            _stars(rng, picture, strip)
            _strip(picture, 0, strip, (240, 240, 240), code)
            room[0] += strip
            room[2] -= strip
            if layout.band is Band.EU_BOTH:
                picture[:, wide - strip :] = np.asarray(blue, np.uint8)
                room[2] -= strip


def _strip(picture: Picture, left: int, wide: int, colour: Colour, code: str) -> None:
    high = picture.shape[0]
    if code:
        box = (left + 0.12 * wide, 0.62 * high, 0.76 * wide, 0.26 * high)
        write(picture, code, 8, box, colour, fill=0.8)


def _stars(rng: np.random.Generator, picture: Picture, strip: int) -> None:
    high = picture.shape[0]
    centre = np.asarray((strip / 2, high * 0.32))
    if chance(rng, 0.2):
        third = max(1, round(high * 0.07))
        flag = [
            near(rng, pick(rng, (layouts.RED, layouts.WHITE, layouts.GREEN, layouts.YELLOW)), 10)
        ]
        flag += [near(rng, pick(rng, (layouts.BLUE, layouts.WHITE, layouts.YELLOW)), 10)]
        for index, colour in enumerate(flag):
            y = round(high * 0.2) + index * third
            cv2.rectangle(picture, (strip // 5, y), (strip * 4 // 5, y + third - 1), colour, -1)
        return
    for angle in np.arange(12) * (np.pi / 6):
        spot = centre + 0.3 * strip * np.asarray((np.cos(angle), np.sin(angle)))
        cv2.circle(
            picture,
            (round(spot[0]), round(spot[1])),
            max(0, strip // 22),
            (230, 200, 40),
            -1,
            cv2.LINE_AA,
        )


def _emboss(rng: np.random.Generator, picture: Picture, raised: Mask) -> None:
    """Light from one side on the raised letters."""
    if not chance(rng, 0.7):
        return
    step = max(1, picture.shape[0] // 40)
    dx, dy = pick(rng, ((step, step), (-step, step), (0, step), (0, -step)))
    wide, high = raised.shape[1], raised.shape[0]
    move = np.asarray([[1, 0, dx], [0, 1, dy]], np.float32)
    moved = cv2.warpAffine(raised, move, (wide, high))
    slope = cv2.subtract(moved, raised), cv2.subtract(raised, moved)
    force = between(rng, 0.1, 0.45)
    lay(picture, np.asarray(slope[0], np.uint8), (0, 0), (0, 0, 0), share=force)
    lay(picture, np.asarray(slope[1], np.uint8), (0, 0), (255, 255, 255), share=force * 0.7)


def _screws(rng: np.random.Generator, picture: Picture) -> None:
    if not chance(rng, 0.5):
        return
    high, wide = picture.shape[:2]
    radius = max(1, round(high * between(rng, 0.025, 0.06)))
    colour = pick(
        rng, ((60, 60, 60), (200, 200, 200), (230, 230, 230), (230, 200, 60), (110, 80, 60))
    )
    x, y = between(rng, 0.1, 0.35), pick(rng, (0.07, 0.5, 0.09, 0.93))
    for spot in ((x, y), (1 - x, y)):
        place = (round(spot[0] * wide), round(spot[1] * high))
        cv2.circle(picture, place, radius, colour, -1, cv2.LINE_AA)
        cv2.circle(picture, (place[0] + 1, place[1] + 1), radius, (40, 40, 40), 1, cv2.LINE_AA)


def _wear(rng: np.random.Generator, picture: Picture) -> None:
    """Fading, dirt that runs from an edge, dents that shade, a gradient of light."""
    high, wide = picture.shape[:2]
    if chance(rng, 0.35):
        faded = grey(rng, 130, 225)
        share = between(rng, 0.05, 0.4)
        picture[...] = cv2.addWeighted(picture, 1 - share, np.full_like(picture, faded), share, 0)
    if chance(rng, 0.4):
        noise = clouds(rng, wide, high, cells=between(rng, 2, 14), octaves=3)
        level = between(rng, -0.2, 0.9)
        mask = np.clip((noise - level) * between(rng, 120, 500), 0, 255).astype(np.uint8)
        soil = pick(rng, ((92, 78, 60), (60, 56, 52), (130, 118, 100), (200, 200, 200)))
        lay(picture, mask, (0, 0), soil, share=between(rng, 0.3, 0.9))
    shade = 1 + between(rng, 0.02, 0.14) * clouds(rng, wide, high, cells=2)
    if chance(rng, 0.3):
        t = np.linspace(0, 1, high, dtype=np.float32)[:, None]
        edge, hard = between(rng, 0.05, 0.6), between(rng, 2, 30)
        shade = shade * (1 - between(rng, 0.2, 0.7) / (1 + np.exp((t - edge) * hard)))
    picture[...] = np.clip(picture * shade[:, :, None], 0, 255)


def _outline(rng: np.random.Generator, high: int, wide: int) -> Mask:
    """The plate's shape with its rounded corners."""
    small = np.zeros((high, wide), np.uint8)
    radius = round(high * between(rng, 0.0, 0.09))
    cv2.rectangle(small, (radius, 0), (wide - 1 - radius, high - 1), 255, -1)
    cv2.rectangle(small, (0, radius), (wide - 1, high - 1 - radius), 255, -1)
    for x in (radius, wide - 1 - radius):
        for y in (radius, high - 1 - radius):
            cv2.circle(small, (x, y), radius, 255, -1, cv2.LINE_AA)
    return resized(small, wide, high)
