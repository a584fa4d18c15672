"""Whom protection covers less well: by size, covering, light, angle and tone of skin.

Marked faces are counted as covered where half of their box or more is changed or filled, and as
found where a second detector, which sees them untouched, sees them afterwards as well. The tone of
skin is an estimate from pixels of the untouched picture and no statement about anybody: the
individual typology angle (Chardon et al., 1991) of the middle of the face in CIE L*a*b*, in three
broad groups of its usual six. Light moves it as much as skin does, so light is told beside it. The
angle is an estimate as well: how like a face is to itself in a mirror, since no recording says it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np

from passante.core.geometry import Box
from passante.evaluate.attacks.find_face import Detector
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
"""Of smaller faces neither tone nor angle is estimated."""
_COLOURLESS = 4.0
"""Mean chroma (a*, b*) below which a picture is grey, and tells no tone."""
_MIRROR_PX = 24
_ANGLES = ((0.4, "halves alike, facing"), (0.0, "half turned"))
_TURNED = "halves unlike, turned"
_BARE_SKIN = ("without_mask", "portrait")
_SAME = 0.3
"""A box found is a face where it overlaps its true place by more than this (IoU)."""
_COVERING = MappingProxyType(
    {
        "with_mask": "with a mask",
        "without_mask": "without a mask",
        "mask_weared_incorrect": "with a mask worn wrongly",
        "face": "unknown covering",
        "portrait": "portraits of celebrities and ORL",
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
    if side >= _SMALLEST_TONE_PX:
        found["angle, estimated"] = angle(pixels, box)
        if label in _BARE_SKIN and _coloured(cut):
            found["tone of skin, estimated"] = tone(cut)
    return found


def angle(pixels: Picture, box: Box) -> str:
    """How far somebody looks aside, by how like the halves of the face are."""
    area = box.cover(pixels.shape[1], pixels.shape[0])
    if area is None:
        return _TURNED
    cut = pixels[area.top : area.bottom, area.left : area.right]
    grey = cv2.cvtColor(np.ascontiguousarray(cut), cv2.COLOR_RGB2GRAY).astype(np.float64)
    small = cv2.resize(grey, (_MIRROR_PX, _MIRROR_PX), interpolation=cv2.INTER_AREA)
    away = small - small.mean()
    alike = float((away * away[:, ::-1]).sum() / max(1e-9, float((away**2).sum())))
    return next((name for least, name in _ANGLES if alike > least), _TURNED)


def _coloured(cut: Picture) -> bool:
    lab = cv2.cvtColor(cut.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2LAB)
    return float(np.hypot(lab[:, :, 1], lab[:, :, 2]).mean()) > _COLOURLESS


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
    detector: Detector | None = None,
) -> Iterator[Figure]:
    """Share of faces that are covered, and that are found afterwards, of each group, over pictures.

    Args:
        marked: Untouched pictures.
        subject: What protects them.
        hide: Protects one.
        seed: Of the intervals.
        detector: Looks for faces before and afterwards; None: nobody does.
    """
    hidden: Trials = {}
    seen: Trials = {}
    for one in marked:
        after = hide(one.pixels, one.faces)
        mask = covered(_yuv(one.pixels), _yuv(after))
        before, left = (detector.find(part) if detector else [] for part in (one.pixels, after))
        for box, label in zip(one.faces, one.labels, strict=True):
            area = box.cover(one.pixels.shape[1], one.pixels.shape[0])
            if area is None:
                continue
            share = mask[area.top : area.bottom, area.left : area.right].mean()
            for key in groups(one.pixels, box, label).items():
                _note(hidden, key, one.file, hit=bool(share >= _COVERED))
                if _among(box, before):
                    _note(seen, key, one.file, hit=_among(box, left))
    yield from _figures(hidden, "faces covered", subject, seed)
    yield from _figures(seen, "faces found afterwards", subject, seed)


Trials = dict[tuple[str, str], dict[str, list[bool]]]
"""Respect and group -> picture -> what came of each face."""


def _note(trials: Trials, key: tuple[str, str], file: str, *, hit: bool) -> None:
    trials.setdefault(key, {}).setdefault(file, []).append(hit)


def _among(face: Box, boxes: Sequence[Box]) -> bool:
    return any(face.iou(box) > _SAME for box in boxes)


def _figures(trials: Trials, what: str, subject: Subject, seed: int) -> Iterator[Figure]:
    for (respect, group), of_group in sorted(trials.items()):
        rate = Rate.over(of_group.values(), seed=seed)
        few = ", too few to say" if rate.trials < FEW else ""
        yield Figure(
            Section.FACES, subject, f"{what}, {respect}: {group}{few}",
            100 * rate.share, "%", rate.trials, 100 * rate.low, 100 * rate.high,
        )  # fmt: skip


def _yuv(pixels: Picture) -> Picture:
    """Limited range, in which the colours of our fills are told."""
    full = cv2.cvtColor(pixels, cv2.COLOR_RGB2YUV).astype(np.float32)
    full[:, :, 0] = 16 + full[:, :, 0] * (219 / 255)
    return np.asarray(full.round(), np.uint8)
