"""The part about number plates: can hidden ones be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from passante.core.errors import ModelMissingError
from passante.core.names import Kind
from passante.evaluate.attacks import read_plate, read_track
from passante.evaluate.drives import Drive, drives, hidden
from passante.evaluate.footage import protected, written_again
from passante.evaluate.pictures import plates
from passante.evaluate.results import LeftOut, Result, Section, Subject
from passante.evaluate.settings import Settings, Tell
from passante.evaluate.subjects import BASELINES, Hide, baselines, operators, policy
from passante.models import store
from passante.pipeline.build import Equipment

_READER = "ppocr-rec"
_PASSING = 12
"""Vehicles of each region that drive by."""
_QUICK_BASELINES = ("solid box", "blur as deface")


def run(settings: Settings, tell: Tell) -> Iterator[Result]:
    """A reader of writing on every plate whose text is known: in pictures, and as they pass by."""
    try:
        reader = read_plate.NetworkReader(store.find(_READER))
    except ModelMissingError as error:
        yield LeftOut(Section.PLATES, f"reader {_READER}", error.hint)
        return
    shown = plates(settings.folder, most=8 if settings.quick else 40, seed=settings.seed)
    names = _QUICK_BASELINES if settings.quick else tuple(BASELINES)
    methods = [
        *(policy(Equipment(one)) for one in settings.policies),
        *operators(Kind.PLATE, quick=settings.quick),
        *baselines(names),
    ]
    for method in methods:
        tell(f"plates: {method.subject.name}")
        yield from read_plate.attack(shown, [method], reader)
    yield from _passing(settings, reader, tell)


def _passing(settings: Settings, reader: read_plate.NetworkReader, tell: Tell) -> Iterator[Result]:
    """Vehicles that drive by, seen on many frames."""
    shown = plates(settings.folder, most=2 if settings.quick else _PASSING, seed=settings.seed)
    passing = drives(shown, settings.scratch, seed=settings.seed)
    versions: list[tuple[Subject, Callable[[Drive], Path]]] = [
        (Subject("written again, nothing hidden", ours=False), _again(settings))
    ]
    versions += [
        (Subject(f"policy {one.name}", ours=True), _under(settings, index))
        for index, one in enumerate(settings.policies)
    ]
    for name in _QUICK_BASELINES if settings.quick else tuple(BASELINES):
        subject = Subject(name, ours=False)
        versions.append((subject, _by(subject, BASELINES[name], settings)))
    yield from read_track.attack(passing, versions, reader, tell)


def _again(settings: Settings) -> Callable[[Drive], Path]:
    return lambda drive: written_again(drive.clip, settings.scratch)


def _under(settings: Settings, index: int) -> Callable[[Drive], Path]:
    return lambda drive: protected(drive.clip, settings.policies[index], settings.scratch)


def _by(subject: Subject, hide: Hide, settings: Settings) -> Callable[[Drive], Path]:
    return lambda drive: hidden(drive, subject, hide, settings.scratch)
