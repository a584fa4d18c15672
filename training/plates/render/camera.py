"""What weather, lens, sensor and codec do to a picture."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from training.plates.render.dice import Floats, Picture, between, chance, log_between, pick, whole
from training.plates.render.ink import clouds

TILE = 400


@cache
def _grain(side: int) -> Floats:
    """Even noise of spread 1 to cut pieces from: float32 (side, side, 3)."""
    return np.random.default_rng(7).standard_normal((side, side, 3), np.float32)


def weather(rng: np.random.Generator, seen: Floats) -> Floats:
    """Haze, rain or snow, sometimes."""
    if chance(rng, 0.12):
        share, level = between(rng, 0.1, 0.6), between(rng, 120, 235)
        seen = seen * (1 - share) + level * share
    if chance(rng, 0.1):
        high, wide = seen.shape[:2]
        drops = np.zeros((high, wide), np.float32)
        count, length = whole(rng, 20, 200), between(rng, 2, 22)
        lean = between(rng, -0.4, 0.4)
        for x, y, force in rng.random((count, 3)):
            start = (int(x * wide), int(y * high))
            end = (int(start[0] + lean * length), int(start[1] + length))
            cv2.line(drops, start, end, float(30 + 90 * force), 1, cv2.LINE_AA)
        seen = seen + cv2.blur(drops, (2, 2))[:, :, None]
    return seen


def lens(rng: np.random.Generator, seen: Floats) -> Floats:
    """Defocus, movement, a lower resolution on the way; float32 in, float32 out."""
    high, wide = seen.shape[:2]
    if chance(rng, 0.3):
        factor = log_between(rng, 0.4, 0.95)
        size = (max(16, int(wide * factor)), max(16, int(high * factor)))
        small = cv2.resize(seen, size, interpolation=pick(rng, (cv2.INTER_AREA, cv2.INTER_LINEAR)))
        back = pick(rng, (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST))
        seen = np.asarray(cv2.resize(small, (wide, high), interpolation=back), np.float32)
    kind = rng.random()
    if kind < 0.35:
        sigma = log_between(rng, 0.4, 1.8)
        seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), sigma), np.float32)
    elif kind < 0.5:
        seen = np.asarray(cv2.filter2D(seen, -1, _streak(rng)), np.float32)
    elif kind < 0.65:
        soft = cv2.GaussianBlur(seen, (0, 0), between(rng, 0.6, 1.6))
        seen = seen + (seen - soft) * np.float32(between(rng, 0.3, 1.8))
    return seen


def _streak(rng: np.random.Generator) -> Floats:
    """The kernel of a straight movement, 2 to 9 pixels long."""
    length = log_between(rng, 2, 9)
    side = int(length) | 1
    kernel = np.zeros((side, side), np.float32)
    angle = rng.normal(0, 0.5) if chance(rng, 0.6) else between(rng, 0, np.pi)
    reach = np.asarray((np.cos(angle), np.sin(angle))) * length / 2
    middle = np.asarray((side / 2 - 0.5, side / 2 - 0.5))
    ends = [tuple(int(v) for v in np.round((middle + s * reach) * 16)) for s in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, 4)
    kernel[side // 2, side // 2] += 0.1
    return np.asarray(kernel / kernel.sum(), np.float32)


def exposed(rng: np.random.Generator, seen: Floats, *, dark: bool) -> Floats:
    """The exposure a camera would choose, mostly: brings the mean near to a chosen level."""
    if chance(rng, 0.15):
        return seen
    mean = float(seen[::4, ::4].mean())
    aim = between(rng, 28, 100) if dark else between(rng, 70, 155)
    return seen * np.float32(np.clip(aim / max(mean, 1.0), 0.5, 5.0 if dark else 2.2))


def sensor(rng: np.random.Generator, seen: Floats, *, dark: bool) -> Picture:
    """Cast, noise, gamma and contrast: float32 in, uint8 out."""
    gain = np.asarray([between(rng, 0.88, 1.12) for _ in range(3)], np.float32)
    if chance(rng, 0.06):
        gain = gain * np.asarray((1.3, 0.75, between(rng, 0.9, 1.3)), np.float32)
    gain = gain * np.float32(log_between(rng, 0.6, 1.5))
    seen = np.asarray(cv2.transform(seen, np.diag(gain)), np.float32)
    if chance(rng, 0.75):
        noise = _noise(rng, seen.shape[0], seen.shape[1])
        force = log_between(rng, 0.5, 14 if dark else 6)
        seen = np.asarray(cv2.scaleAdd(noise, force, seen), np.float32)
    picture = eight_bits(seen)
    picture = np.asarray(cv2.LUT(picture, _curve(rng)), np.uint8)
    if chance(rng, 0.25):
        level = between(rng, 0, 1) if chance(rng, 0.5) else 0.0
        mix = np.eye(3) * level + (1 - level) * np.asarray([[0.3, 0.59, 0.11]] * 3)
        picture = np.asarray(cv2.transform(picture, mix.astype(np.float32)), np.uint8)
    return picture


def eight_bits(seen: Floats) -> Picture:
    """Rounded, and clipped to 0 to 255."""
    return np.asarray(cv2.addWeighted(seen, 1, seen, 0, 0, dtype=cv2.CV_8U), np.uint8)


def _noise(rng: np.random.Generator, high: int, wide: int) -> Floats:
    """Grain of spread 1, in colour or grey, fine or coarse: float32 (high, wide, 3)."""
    y, x = whole(rng, 0, TILE - 1), whole(rng, 0, TILE - 1)
    noise = _grain(2 * max(high, wide, TILE))[y : y + high, x : x + wide]
    if chance(rng, 0.5):
        plane = np.ascontiguousarray(noise[:, :, 0])
        noise = np.asarray(cv2.merge((plane, plane, plane)), np.float32)
    noise = np.ascontiguousarray(noise)
    if chance(rng, 0.3):
        noise = np.asarray(cv2.blur(noise, (3, 3)), np.float32) * np.float32(2)
    return noise


def _curve(rng: np.random.Generator) -> Picture:
    """What each level becomes: uint8 (256,)."""
    level = np.arange(256, dtype=np.float64)
    if chance(rng, 0.5):
        level = (level / 255) ** log_between(rng, 0.65, 1.5) * 255
    if chance(rng, 0.3):
        middle, slope = between(rng, 60, 190), between(rng, 0.4, 1.5)
        level = middle + (level - middle) * slope
    return np.asarray(np.clip(level + 0.5, 0, 255), np.uint8)


def codec(rng: np.random.Generator, picture: Picture) -> Picture:
    """JPEG, or something near to a video codec: coarse, smoothed, blocks left from before."""
    kind = rng.random()
    if kind < 0.45:
        picture = _jpeg(picture, whole(rng, 25, 95))
    elif kind < 0.7:
        picture = _video(rng, picture)
    if chance(rng, 0.03):
        picture = picture.copy()
        picture[1::2] = np.roll(picture[1::2], whole(rng, 1, 2), axis=1)
    return picture


def _jpeg(picture: Picture, quality: int) -> Picture:
    done, coded = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
    assert done
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def _video(rng: np.random.Generator, picture: Picture) -> Picture:
    """4x4 blocks by coding an enlarged picture, then smoothing as a deblocking filter would."""
    high, wide = picture.shape[:2]
    coarse = _jpeg(
        np.asarray(cv2.resize(picture, (wide * 3 // 2, high * 3 // 2)), np.uint8), whole(rng, 8, 45)
    )
    made = np.asarray(cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_AREA), np.uint8)
    if chance(rng, 0.3):
        made = np.asarray(cv2.medianBlur(made, 3), np.uint8)
    if chance(rng, 0.3):
        older = np.roll(made, (whole(rng, -2, 2), whole(rng, -3, 3)), (0, 1))
        stays = clouds(rng, max(2, wide // 16), max(2, high // 16), cells=8) > between(
            rng, 0.3, 0.9
        )
        mask = cv2.resize(stays.astype(np.uint8), (wide, high), interpolation=cv2.INTER_NEAREST)
        made[mask > 0] = older[mask > 0]
    return made
