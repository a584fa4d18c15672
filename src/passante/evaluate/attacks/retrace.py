"""Recognising the same person at another time by the colours of their clothes.

Four stripes of a person's box, each with a histogram of hue and saturation, are enough to tell
walkers of one street apart. The attacker is given where each person is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.evaluate.footage import Frame, Truth
from passante.evaluate.leakage import numbered
from passante.evaluate.pictures import Picture
from passante.evaluate.rates import Rate
from passante.evaluate.threat import Knows

Vector = NDArray[np.float32]

_STRIPES, _HUES, _TONES, _GREYS = 4, 12, 4, 8
_SHOTS = 12
"""Pictures of each person at each of the two times. With three, which moments they show decides:
on one recording of plain figures, draws of three gave 3 to 21 % where guessing gives 8."""
_APART = 0.5
"""Share of their time in the picture that lies at least between the two times."""
_SHORTEST = 12
"""Frames that somebody must be seen."""
_OVERLAPPED = 0.2
"""Someone whose box overlaps another's by more (IoU) shows two people's clothes."""
_GUESSES = 200


@dataclass(frozen=True, slots=True)
class Meeting:
    """When to look at whom: early, to know them by, and late, to recognise them."""

    early: Mapping[int, tuple[int, ...]]
    """Number of a person -> frames."""
    late: Mapping[int, tuple[int, ...]]

    @property
    def frames(self) -> set[int]:
        """Every frame that is needed."""
        return {n for when in (self.early, self.late) for of_one in when.values() for n in of_one}


def meeting(people: Truth) -> Meeting:
    """Times far apart at which each person is seen alone; people never alone play no part."""
    seen: dict[int, list[int]] = {}
    for frame in sorted(people):
        boxes = people[frame]
        for number, box in boxes.items():
            others = (other for who, other in boxes.items() if who != number)
            if all(box.iou(other) <= _OVERLAPPED for other in others):
                seen.setdefault(number, []).append(frame)
    early, late = {}, {}
    for number, of_one in seen.items():
        if len(of_one) < _SHORTEST:
            continue
        half = (1 - _APART) / 2 * (of_one[-1] - of_one[0])
        first = [frame for frame in of_one if frame <= of_one[0] + half]
        last = [frame for frame in of_one if frame >= of_one[-1] - half]
        early[number], late[number] = _spread(first), _spread(last)
    return Meeting(early, late)


def _spread(frames: list[int]) -> tuple[int, ...]:
    places = np.linspace(0, len(frames) - 1, min(_SHOTS, len(frames))).round().astype(int)
    return tuple(frames[place] for place in dict.fromkeys(places.tolist()))


def clothes(pixels: Picture) -> Vector:
    """What somebody wears: histograms of four stripes, one below another, of length 1."""
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
    # the middle: beside it is more street than person
    wide = hsv.shape[1]
    hsv = hsv[:, wide // 6 : max(wide // 6 + 1, wide - wide // 6)]
    parts = []
    for stripe in np.array_split(hsv, _STRIPES, axis=0):
        if not stripe.size:
            parts.append(np.zeros(_HUES * _TONES + _GREYS, np.float32))
            continue
        hue = cv2.calcHist([stripe], [0, 1], None, [_HUES, _TONES], [0, 180, 0, 256])
        grey = cv2.calcHist([stripe], [2], None, [_GREYS], [0, 256])
        joined = np.concatenate([hue.reshape(-1), grey.reshape(-1)])
        parts.append(np.sqrt(joined / max(1.0, float(joined.sum()))))
    vector = np.concatenate(parts)
    return np.asarray(vector / max(1e-9, float(np.linalg.norm(vector))), np.float32)


@dataclass(slots=True)
class Wardrobe:
    """What everybody of a recording wears at both times."""

    early: dict[int, list[Vector]] = field(default_factory=dict)
    late: dict[int, list[Vector]] = field(default_factory=dict)


def dressed(frames: Iterable[Frame], people: Truth, when: Meeting) -> Wardrobe:
    """Look at everybody at both of their times."""
    found = Wardrobe()
    for number, frame in numbered(frames, when.frames):
        pixels = frame.rgb
        for asked, into in ((when.early, found.early), (when.late, found.late)):
            for who, at in asked.items():
                if number in at:
                    into.setdefault(who, []).append(clothes(_cut(pixels, people[number][who])))
    return found


def nobody(empty: Picture, people: Truth, when: Meeting) -> Wardrobe:
    """What stands where people are, with none of them in it: what the place alone gives away.

    Args:
        empty: (height, width, 3), RGB: the street without people.
        people: Where each is.
        when: When to look at whom.
    """
    found = Wardrobe()
    for asked, into in ((when.early, found.early), (when.late, found.late)):
        for who, at in asked.items():
            into[who] = [clothes(_cut(empty, people[number][who])) for number in at]
    return found


def _cut(pixels: Picture, box: Box) -> Picture:
    high, wide = pixels.shape[:2]
    area = box.cover(wide, high)
    if area is None:
        return np.zeros((1, 1, 3), np.uint8)
    return pixels[area.top : area.bottom, area.left : area.right]


def recognised(known: Wardrobe, asked: Wardrobe) -> dict[int, list[bool]]:
    """For each person whether each late picture is nearest to an early one of their own."""
    names = [who for who, vectors in known.early.items() for _ in vectors]
    gallery = np.stack([vector for vectors in known.early.values() for vector in vectors])
    return {
        who: [names[int(np.argmax(gallery @ vector))] == who for vector in vectors]
        for who, vectors in asked.late.items()
    }


def attempt(knows: Knows, clear: Wardrobe, hidden: Wardrobe) -> dict[int, list[bool]]:
    """With clear pictures of the early time, or with what our output shows of it."""
    return recognised(clear if knows is Knows.NOTHING else hidden, hidden)


def guess(sizes: Iterable[tuple[int, int]], seed: int) -> Rate:
    """Naming at random, for recordings with so many people and so many late pictures."""
    rng = np.random.default_rng(seed)
    hits = trials = 0
    for people, pictures in sizes:
        hits += int((rng.integers(0, people, (_GUESSES, pictures)) == 0).sum())
        trials += _GUESSES * pictures
    return Rate.of(hits, trials)
