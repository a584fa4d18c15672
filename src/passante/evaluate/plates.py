"""The part about number plates: can hidden ones be read."""

from __future__ import annotations

from collections.abc import Iterator

from passante.core.errors import ModelMissingError
from passante.core.names import Kind
from passante.evaluate.attacks import read_plate
from passante.evaluate.pictures import plates
from passante.evaluate.results import LeftOut, Result, Section
from passante.evaluate.settings import Settings, Tell
from passante.evaluate.subjects import BASELINES, baselines, operators, policy
from passante.models import store
from passante.pipeline.build import Equipment

_READER = "ppocr-rec"
_QUICK_BASELINES = ("solid box", "blur as deface")


def run(settings: Settings, tell: Tell) -> Iterator[Result]:
    """A reader of writing on every plate whose text is known."""
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
