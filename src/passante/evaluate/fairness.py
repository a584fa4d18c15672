"""Whom protection covers less well: by size, covering, light and tone of skin.

Marked faces are counted as covered where half of their box or more is changed or filled. The tone
of skin is an estimate from pixels of the untouched picture and no statement about anybody: the
individual typology angle (Chardon et al., 1991) of the middle of the face in CIE L*a*b*, in three
broad groups of its usual six. Light moves it as much as skin does, so light is told beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np

from passante.core.geometry import Box
from passante.evaluate.leakage import covered
from passante.evaluate.pictures import Picture
from passante.evaluate.rates import Rate
from passante.evaluate.results import Figure, Section, Subject

_COVERED = 0.5
FEW = 30
"""Faces of a group below which nothing is said about it."""
_SIZES = ((0, 12), (12, 16), (16, 24), (24, 48), (48, 10_000))
_DARK, _BRIGHT = 70, 170
_TONES = ((28.0, "lighter (ITA above 28)"), (-30.0, "middle (ITA -30 to 28)"))
_SMALLEST_TONE_PX = 16
"""Of smaller faces no tone is estimated."""
_COVERING = MappingProxyType(
    {
        "with_mask": "with a mask",
        "without_mask": "without a mask",
        "mask_weared_incorrect": "with a mask worn wrongly",
        "face": "unknown covering",
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """A picture with its marked faces."""

    file: str
    pixels: Picture
    faces: tuple[Box, ...]
    labels: tuple[str, ...]
    """As the makers of the set have them, one for each face."""


def groups(pixels: Picture, box: Box, label: str) -> dict[str, str]:
    """In what respects -> to which group a face belongs."""
    side = max(box.width, box.height)
    low, high = next(ends for ends in _SIZES if side < ends[1])
    size = f"{low} to {high} px" if high < _SIZES[-1][1] else f"{low} px and more"
    found = {"size": size, "covering": _COVERING.get(label, label)}
    cut = _middle(pixels, box)
    if cut is None:
        return found
    luma = float(cv2.cvtColor(cut, cv2.COLOR_RGB2GRAY).mean())
    found["light"] = "dark" if luma < _DARK else "bright" if luma > _BRIGHT else "even"
    if side >= _SMALLEST_TONE_PX and label == "without_mask":
        found["tone of skin, estimated"] = tone(cut)
    return found


def tone(skin: Picture) -> str:
    """The group of a piece of skin by its individual typology angle."""
    angle = typology(skin)
    return next((name for least, name in _TONES if angle > least), "darker (ITA below -30)")


def typology(skin: Picture) -> float:
    """Individual typology angle, degrees: atan((L* - 50) / b*) of the median colour."""
    lab = cv2.cvtColor(skin.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    light, _, yellow = (float(one) for one in np.median(lab.reshape(-1, 3), axis=0))
    return float(np.degrees(np.arctan2(light - 50, max(yellow, 1e-3))))


def _middle(pixels: Picture, box: Box) -> Picture | None:
    area = box.scaled(0.5).cover(pixels.shape[1], pixels.shape[0])
    if area is None:
        return None
    return np.ascontiguousarray(pixels[area.top : area.bottom, area.left : area.right])


def measure(
    marked: Sequence[Marked],
    subject: Subject,
    hide: Callable[[Picture, Sequence[Box]], Picture],
    *,
    seed: int,
) -> Iterator[Figure]:
    """Share of faces that are covered, of each group, over pictures."""
    trials: dict[tuple[str, str], dict[str, list[bool]]] = {}
    for one in marked:
        after = hide(one.pixels, one.faces)
        mask = covered(_yuv(one.pixels), _yuv(after))
        for box, label in zip(one.faces, one.labels, strict=True):
            area = box.cover(one.pixels.shape[1], one.pixels.shape[0])
            if area is None:
                continue
            share = mask[area.top : area.bottom, area.left : area.right].mean()
            for key in groups(one.pixels, box, label).items():
                hits = trials.setdefault(key, {}).setdefault(one.file, [])
                hits.append(bool(share >= _COVERED))
    yield from _figures(trials, subject, seed)


def _figures(
    trials: Mapping[tuple[str, str], Mapping[str, Sequence[bool]]], subject: Subject, seed: int
) -> Iterator[Figure]:
    for (respect, group), of_group in sorted(trials.items()):
        rate = Rate.over(of_group.values(), seed=seed)
        few = ", too few to say" if rate.trials < FEW else ""
        yield Figure(
            Section.FACES, subject, f"faces covered, {respect}: {group}{few}",
            100 * rate.share, "%", rate.trials, 100 * rate.low, 100 * rate.high,
        )  # fmt: skip


def _yuv(pixels: Picture) -> Picture:
    """Limited range, in which the colours of our fills are told."""
    full = cv2.cvtColor(pixels, cv2.COLOR_RGB2YUV).astype(np.float32)
    full[:, :, 0] = 16 + full[:, :, 0] * (219 / 255)
    return np.asarray(full.round(), np.uint8)
