"""What protection left bare: told from pixels alone, counted by people and not by frames.

The figure that counts is how many people are bare on at least one frame: the first frame that was
missed is the leak, however many were covered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.evaluate.footage import Frame, Truth
from passante.evaluate.pictures import Picture
from passante.evaluate.rates import Rate

Mask = NDArray[np.bool_]

CHANGED = 8
"""Levels of 256 by which a pixel, smoothed over 3 by 3, must differ to count as covered."""
FLAT = 3
"""Levels within which a pixel and those around it are of one colour, and that of a fill."""
FILLS = ((98, 128, 128), (148, 128, 128))
"""Limited-range Y, U, V of the colours that our policies fill with: #5f5f5f and #9a9a9a."""
BARE = 0.5
"""A head or face is bare where less than this share of it is covered."""
_AROUND, _AROUND_BARE = (2.5, 1.5), 0.25
"""A head's place is a guess from its person's box. It is bare only where less than this share of so
many times its width and height is covered as well: else it is the guess that is beside the head."""
_EMPTY = 10
"""Levels by which brightness must differ from the empty street, else nobody is seen there: somebody
stands behind a sign, or wears what the wall wears."""
_SAMPLES = 25
"""Frames from which the empty street is made."""
_HEAD_HIGH, _HEAD_WIDE, _HEAD_TOP = 0.13, 0.09, 0.02
"""Head of somebody upright, in heights of the person's box: a person is 7 to 8 heads tall."""
_HIDDEN = 0.3
"""A head of which more than this share lies in the box of somebody nearer cannot be judged."""
_SMALLEST = 0.25
"""Share of a head that must lie in the picture to count."""


def covered(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Mask:
    """Pixels of `after` that no longer show what `before` shows, both (height, width, 3) of YUV.

    Either they differ by more than compression does, or they are flat and of a fill's colour: a
    fill over something of its own colour hides it all the same.
    """
    gap = cv2.blur(after.astype(np.float32) - before.astype(np.float32), (3, 3))
    differs = (np.abs(gap) > CHANGED).any(axis=2)
    kernel = np.ones((3, 3), np.uint8)
    luma = after[:, :, 0]
    flat = cv2.dilate(luma, kernel).astype(np.int16) - cv2.erode(luma, kernel) <= FLAT
    for fill in FILLS:
        near = (np.abs(after.astype(np.int16) - np.array(fill, np.int16)) <= FLAT).all(axis=2)
        differs |= near & flat
    return np.asarray(differs, bool)


def head(person: Box) -> Box:
    """Where the head of somebody upright is, by the measures of bodies, not by our own finder."""
    x, _ = person.centre
    high = person.height
    top = person.y0 + _HEAD_TOP * high
    half = _HEAD_WIDE * high / 2
    return Box(x - half, top, x + half, top + _HEAD_HIGH * high)


def visible_heads(people: Mapping[int, Box]) -> dict[int, Box]:
    """Heads that nobody nearer stands in front of; who is nearer stands lower in the picture."""
    found = {}
    for number, person in people.items():
        own = head(person)
        before = [box for other, box in people.items() if other != number and box.y1 > person.y1]
        shared = (own.intersection(box) for box in before)
        if all(part is None or part.area <= _HIDDEN * own.area for part in shared):
            found[number] = own
    return found


@dataclass(slots=True)
class Leaks:
    """Who was bare when, in one recording."""

    bare: dict[int, list[bool]] = field(default_factory=dict)
    """Number of a person -> whether they were bare, for each frame that could be judged."""
    shares: list[float] = field(default_factory=list)
    """Of each frame: share of the picture that was covered."""
    vain: list[float] = field(default_factory=list)
    """Of each frame: share of the picture covered outside every marked person."""

    def people(self) -> Rate:
        """People bare on at least one frame."""
        return Rate.of(sum(any(frames) for frames in self.bare.values()), len(self.bare))

    def frames(self, *, seed: int) -> Rate:
        """Frames on which a person was bare, over people."""
        return Rate.over(self.bare.values(), seed=seed)


def measure(
    before: Iterable[Frame],
    after: Iterable[Frame],
    targets: Truth,
    people: Truth | None = None,
    *,
    empty: NDArray[np.uint8] | None = None,
) -> Leaks:
    """Compare a recording with what came out of it.

    Args:
        before: The recording.
        after: What came out: as many frames of the same size.
        targets: What must be covered.
        people: Everybody who is marked, for what is covered in vain; None: not measured.
        empty: (height, width): brightness of the street without people, where `targets` are
            guesses; None: they are exact.
    """
    leaks = Leaks()
    for number, (old, new) in enumerate(zip(before, after, strict=True)):
        wanted = targets.get(number, {})
        if not wanted and people is None:
            continue
        mask = covered(old.yuv, new.yuv)
        leaks.shares.append(float(mask.mean()))
        for person, box in wanted.items():
            if empty is not None and not _is_seen(old.yuv[:, :, 0], empty, box):
                continue
            share = _share(mask, box)
            if share is None:
                continue
            around = 0.0 if empty is None else _share(mask, box.scaled(*_AROUND)) or 0.0
            bare = share < BARE and around < _AROUND_BARE
            leaks.bare.setdefault(person, []).append(bare)
        if people is not None:
            leaks.vain.append(_vain(mask, people.get(number, {}).values()))
    return leaks


def _share(mask: Mask, box: Box) -> float | None:
    """Covered share of the part of a box that lies in the picture; None where that is little."""
    high, wide = mask.shape
    area = box.cover(wide, high)
    if area is None or area.width * area.height < _SMALLEST * box.area:
        return None
    return float(mask[area.top : area.bottom, area.left : area.right].mean())


def _is_seen(luma: NDArray[np.uint8], empty: NDArray[np.uint8], box: Box) -> bool:
    """Whether there is anything else than the empty street."""
    area = box.cover(luma.shape[1], luma.shape[0])
    if area is None:
        return False
    cut = (slice(area.top, area.bottom), slice(area.left, area.right))
    return float(np.abs(luma[cut].astype(np.int16) - empty[cut]).mean()) > _EMPTY


def empty_street(frames: Iterable[Frame], count: int) -> NDArray[np.uint8]:
    """(height, width): median brightness of frames spread over a recording of `count` frames."""
    return _median([frame.yuv[:, :, 0] for frame in _samples(frames, count)])


def empty_picture(frames: Iterable[Frame], count: int) -> Picture:
    """(height, width, 3), RGB: the same in colour."""
    return _median([frame.rgb for frame in _samples(frames, count)])


def _samples(frames: Iterable[Frame], count: int) -> Iterator[Frame]:
    wanted = np.linspace(0, count - 1, min(count, _SAMPLES)).round().astype(int).tolist()
    return (frame for _, frame in numbered(frames, wanted))


def _median(pictures: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return np.asarray(np.median(np.stack(pictures), axis=0), np.uint8)


def _vain(mask: Mask, people: Iterable[Box]) -> float:
    outside = mask.copy()
    high, wide = mask.shape
    for box in people:
        area = box.scaled(1.3).cover(wide, high)
        if area is not None:
            outside[area.top : area.bottom, area.left : area.right] = False
    return float(outside.mean())


def merged(leaks: Sequence[Leaks]) -> Leaks:
    """Several recordings as one; nobody is in two of them."""
    whole = Leaks()
    for place, one in enumerate(leaks):
        whole.bare.update({1_000_000 * place + who: bare for who, bare in one.bare.items()})
        whole.shares += one.shares
        whole.vain += one.vain
    return whole


def heads_of(people: Truth) -> Truth:
    """Heads that can be judged, of everybody on every frame."""
    return {frame: visible_heads(of_frame) for frame, of_frame in people.items()}


def numbered(frames: Iterable[Frame], wanted: Iterable[int]) -> Iterator[tuple[int, Frame]]:
    """Those frames of a recording whose numbers are wanted."""
    chosen = set(wanted)
    for number, frame in enumerate(frames):
        if number in chosen:
            yield number, frame
