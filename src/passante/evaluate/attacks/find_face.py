"""Looking for faces in our output with a detector that protection does not use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from passante.core.geometry import Box
from passante.evaluate.pictures import Picture
from passante.evaluate.rates import Rate
from passante.evaluate.results import Finding, Section
from passante.evaluate.subjects import Method
from passante.evaluate.threat import Knows, ThreatModel, Wants

_SAME = 0.3
"""A box found is a face where it overlaps its true place by more than this (IoU)."""


class Detector(Protocol):
    """Finds faces."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def find(self, pixels: Picture) -> list[Box]:
        """Every face, px."""
        ...


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
