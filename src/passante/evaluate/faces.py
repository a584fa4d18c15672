"""The part about faces: can hidden people be named, can faces still be found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from passante.analyse.faces import decode
from passante.analyse.otherfaces import Libfacedetection
from passante.core.errors import EvaluationError, ModelMissingError
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.evaluate import fairness
from passante.evaluate.attacks import find_face, reidentify
from passante.evaluate.attacks.find_face import Crowd, Detector
from passante.evaluate.attacks.networks import AbsentError
from passante.evaluate.attacks.rebuild import Rebuilder
from passante.evaluate.attacks.reidentify import (
    Album,
    NetworkRecogniser,
    Pixels,
    Rebuilds,
    Recogniser,
)
from passante.evaluate.attacks.restore import Regression
from passante.evaluate.fairness import Marked
from passante.evaluate.pictures import Picture, Shown, chosen, people, read, table
from passante.evaluate.results import LeftOut, Result, Section
from passante.evaluate.settings import Settings, Tell
from passante.evaluate.subjects import BASELINES, Method, baselines, operators, policy, remembering
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession
from passante.pipeline.build import Equipment

_LOOK_PX = 320
"""Longer side of what is looked at for the place of a face."""
_RIM_PX = 32
_GREY = 114
_LOOSE = {"faceres": 1.0, "mobileface": 1.2}
"""How loosely each network wants faces cut out, found by trying on untouched pictures."""
_STEPS, _QUICK_STEPS = 300, 30
_QUICK_BASELINES = ("solid box", "blur as deface")


def run(settings: Settings, tell: Tell) -> Iterator[Result]:
    """Re-identification on portraits, then a detector on pictures of many faces."""
    recognisers, absent = _recognisers()
    yield from absent
    portraits = album(settings.folder, quick=settings.quick, seed=settings.seed)
    pictures = marked(settings.folder, most=16 if settings.quick else 80, seed=settings.seed)
    crowds = [Crowd(one.file, one.pixels, one.faces) for one in pictures[::2]]
    detectors, absent = _detectors()
    yield from absent
    rebuilders, absent = _rebuilders(settings)
    yield from absent
    methods = _methods(settings)
    yield from reidentify.attack(
        portraits,
        methods,
        recognisers,
        seed=settings.seed,
        rebuilders=rebuilders,
        tell=lambda name: tell(f"faces: {name}"),
    )
    tell("faces: those that a second detector finds")
    yield from find_face.attack(crowds, methods, detectors, seed=settings.seed)
    pictures += [Marked(one.file, one.pixels, (one.box,), ("portrait",)) for one in portraits.shown]
    for method in methods[: len(settings.policies)]:
        tell(f"faces: whom {method.subject.name} covers")
        yield from fairness.measure(
            pictures, method.subject, method.hide, seed=settings.seed,
            detector=detectors[0] if detectors else None,
        )  # fmt: skip


def _methods(settings: Settings) -> list[Method]:
    ours = [remembering(policy(Equipment(one))) for one in settings.policies]
    names = _QUICK_BASELINES if settings.quick else tuple(BASELINES)
    return [*ours, *operators(Kind.FACE, quick=settings.quick), *baselines(names)]


def _recognisers() -> tuple[list[Recogniser], list[LeftOut]]:
    found: list[Recogniser] = [Pixels(), Pixels(loose=2.0, name="surroundings")]
    absent = []
    for name, loose in _LOOSE.items():
        try:
            found.append(NetworkRecogniser(OnnxSession(store.find(name)), loose=loose))
        except ModelMissingError as error:
            absent.append(LeftOut(Section.FACES, f"recogniser {name}", error.hint))
    return found, absent


def _rebuilders(settings: Settings) -> tuple[list[Rebuilds], list[LeftOut]]:
    steps = _QUICK_STEPS if settings.quick else _STEPS
    try:
        return [Regression(), Rebuilder(steps=steps, seed=settings.seed)], []
    except AbsentError as error:
        absent = LeftOut(Section.FACES, "rebuilding faces by a network", str(error))
        return [Regression()], [absent]


def _detectors() -> tuple[list[Detector], list[LeftOut]]:
    try:
        return [Libfacedetection()], []
    except EvaluationError as error:
        why = f"{error}; {error.hint}"
        return [], [LeftOut(Section.FACES, "a second detector of faces", why)]


def album(folder: Path, *, quick: bool, seed: int) -> Album:
    """People of the recordings with the places of their faces, found on the untouched pictures.

    Args:
        folder: The recordings.
        quick: A third of the people.
        seed: Decides who and which pictures.
    """
    session = OnnxSession(store.find(DEFAULTS["find.face"]))
    shown = []
    for name, files in people(
        folder, most_people=12 if quick else 100, most_pictures=7 if quick else 10, seed=seed
    ):
        for file in files:
            pixels = read(folder / "identities" / file)
            box = largest_face(session, pixels)
            if box is not None:
                shown.append(Shown(file, pixels, box, name))
    return Album.of(shown)


def marked(folder: Path, *, most: int, seed: int) -> list[Marked]:
    """Pictures with marked faces, drawn by `seed`, and what their makers say about each face."""
    found: dict[str, list[tuple[Box, str]]] = {}
    for row in table(folder, "faces/boxes.csv"):
        left, top, wide, high = (
            float(row[key]) for key in ("left", "top", "box_width", "box_height")
        )
        face = Box(left, top, left + wide, top + high), row["label"]
        found.setdefault(row["image"], []).append(face)
    return [
        Marked(
            name,
            read(folder / "faces" / name),
            tuple(box for box, _ in found[name]),
            tuple(label for _, label in found[name]),
        )
        for name in sorted(chosen(sorted(found), most, seed))
    ]


def largest_face(session: OnnxSession, pixels: Picture) -> Box | None:
    """Where the largest face of a portrait is, px; None where none is found."""
    high, wide = pixels.shape[:2]
    step = max(1, -(-max(high, wide) // _LOOK_PX))
    small = pixels[::step, ::step]
    rows, columns = (-(-(size + 2 * _RIM_PX) // 32) * 32 for size in small.shape[:2])
    canvas = np.full((rows, columns, 3), _GREY, np.uint8)
    canvas[_RIM_PX : _RIM_PX + small.shape[0], _RIM_PX : _RIM_PX + small.shape[1]] = small
    (maps,) = session.run(canvas[None])
    boxes, scores = decode(maps, 0.2)
    if not len(boxes):
        return None
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) * scores
    left, top, right, bottom = (
        float(edge - _RIM_PX) * step for edge in boxes[int(np.argmax(areas))]
    )
    return Box(left, top, right, bottom)
