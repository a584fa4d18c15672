"""Recordings as every method leaves them: our policies, and others given the true place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.evaluate.footage import Clip, encode, frames, protected, written_again
from passante.evaluate.leakage import head
from passante.evaluate.results import Subject
from passante.evaluate.settings import Settings
from passante.evaluate.subjects import BASELINES

Made = Callable[[Clip], Path]
Yuv = NDArray[np.uint8]

_FILL = (98, 128, 128)
_PERSON = 1.1
"""A person's box is filled grown by this."""
_QUICK = ("fill over each person",)


@dataclass(frozen=True, slots=True)
class Version:
    """All recordings as one method leaves them."""

    subject: Subject
    make: Made


def versions(settings: Settings) -> list[Version]:
    """Our policies, then whatever stands beside them."""
    found = [
        Version(Subject(f"policy {one.name}", ours=True), _under(settings, index))
        for index, one in enumerate(settings.policies)
    ]
    return found + [
        Version(Subject(name, ours=False), _by(name, settings.scratch))
        for name in (_QUICK if settings.quick else OTHERS)
    ]


def untouched(settings: Settings) -> Version:
    """The control: decoded and encoded, with nothing hidden."""
    subject = Subject("written again, nothing hidden", ours=False)
    return Version(subject, lambda clip: written_again(clip, settings.scratch))


def _filled(yuv: Yuv, people: list[Box], faces: list[Box]) -> None:
    for box in (*people, *faces):
        area = box.scaled(_PERSON).cover(yuv.shape[1], yuv.shape[0])
        if area is not None:
            start, end = (area.left, area.top), (area.right - 1, area.bottom - 1)
            cv2.rectangle(yuv, start, end, _FILL, -1)


def _heads(name: str) -> Callable[[Yuv, list[Box], list[Box]], None]:
    """A method of others on every head and face: it works on planes as on colours."""

    def draw(yuv: Yuv, people: list[Box], faces: list[Box]) -> None:
        yuv[:] = BASELINES[name](yuv, [*map(head, people), *faces])

    return draw


def _bodies(name: str) -> Callable[[Yuv, list[Box], list[Box]], None]:
    """The same on whole people."""

    def draw(yuv: Yuv, people: list[Box], faces: list[Box]) -> None:
        yuv[:] = BASELINES[name](yuv, [*people, *faces])

    return draw


OTHERS: Mapping[str, Callable[[Yuv, list[Box], list[Box]], None]] = MappingProxyType(
    {
        "fill over each person": _filled,
        "mosaic 20 px over each person": _bodies("mosaic 20 px"),
        **{f"{name} over heads": _heads(name) for name in BASELINES},
    }
)
"""Methods of others, on the true place."""


def _under(settings: Settings, index: int) -> Made:
    return lambda clip: protected(clip, settings.policies[index], settings.scratch)


def _by(name: str, scratch: Path) -> Made:
    return lambda clip: drawn(clip, name, scratch)


def drawn(clip: Clip, name: str, scratch: Path) -> Path:
    """A recording by a method of others; made once and kept in `scratch`."""
    target = scratch / f"{name.replace(' ', '-').replace('%', '')}-{clip.name}.mp4"
    if target.exists():
        return target

    def pictures() -> Iterator[Yuv]:
        for number, frame in enumerate(frames(clip.path)):
            made = frame.yuv.copy()
            people, faces = (truth.get(number, {}) for truth in (clip.people, clip.faces))
            OTHERS[name](made, list(people.values()), list(faces.values()))
            yield made

    encode(target, pictures())
    return target
