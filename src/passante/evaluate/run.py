"""A whole evaluation: the parts asked for, one after another, into one report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from passante import __version__
from passante.core.errors import EvaluationError
from passante.evaluate import (
    alarms,
    counts,
    events,
    faces,
    incidents,
    markdown,
    page,
    persons,
    plates,
    publish,
    voices,
    words,
)
from passante.evaluate.pictures import manifest_hashes
from passante.evaluate.report import Report, to_json
from passante.evaluate.results import Figure, Finding, LeftOut, Result, Section
from passante.evaluate.settings import Against, Settings, Tell
from passante.evaluate.signing import REPORT, signed
from passante.models import store
from passante.models.catalogue import DEFAULTS, card

Part = Callable[[Settings, Tell], Iterator[Result]]


def _events(settings: Settings, tell: Tell) -> Iterator[Result]:
    """What is heard, then what is seen."""
    yield from incidents.run(settings, tell)
    yield from alarms.run(settings, tell)


PARTS: Mapping[Section, Part] = MappingProxyType(
    {
        Section.FACES: faces.run,
        Section.PLATES: plates.run,
        Section.PERSONS: persons.run,
        Section.VOICES: voices.run,
        Section.WORDS: words.run,
        Section.SOUNDS: events.run,
        Section.COUNTS: counts.run,
        Section.EVENTS: _events,
        Section.PUBLISH: publish.run,
    }
)
"""What each section runs."""

ATTACKERS = ("campplus", "faceres", "ge2e", "mobileface", "ppocr-rec")
"""Networks of attackers, beside those that protect by default."""


def evaluate(sections: Sequence[Section], settings: Settings, tell: Tell) -> Report:
    """Run the parts asked for.

    Raises:
        EvaluationError: The recordings are not there.
        ModelError: A network of the product cannot be used.
    """
    if not settings.folder.is_dir():
        raise EvaluationError(
            "the folder of the recordings is not there",
            hint="--data, or PASSANTE_DATA, names it",
        )
    results = [one for section in sections for one in PARTS[section](settings, tell)]
    return Report(
        software=f"passante {__version__}",
        command=_command(sections, settings),
        quick=settings.quick,
        seed=settings.seed,
        policies={one.name: one.sha256 for one in settings.policies},
        models=_models(),
        data=manifest_hashes(settings.folder),
        findings=tuple(one for one in results if isinstance(one, Finding)),
        figures=tuple(one for one in results if isinstance(one, Figure)),
        left_out=tuple(one for one in results if isinstance(one, LeftOut)),
    )


def write(report: Report, folder: Path, *, key: Path | None = None) -> list[Path]:
    """The report as report.json, report.md and index.html; with a key, its signature too.

    Raises:
        EvaluationError: The folder cannot be written, or the key cannot be used.
    """
    data = to_json(report)
    files = {
        REPORT: data,
        "report.md": ("# Evaluation\n\n" + markdown.render(report)).encode(),
        "index.html": page.render(report).encode(),
    }
    if key is not None:
        files |= signed(data, key)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise EvaluationError(f"{folder.name}: cannot be written: {error.strerror}") from error
    return [folder / name for name in files]


def _command(sections: Sequence[Section], settings: Settings) -> str:
    words = ["passante evaluate", *(section.value for section in sections)]
    words += [f"--policy {one.name}" for one in settings.policies]
    if settings.against is not Against.ALL:
        words.append(f"--against {settings.against}")
    words += ["--quick"] * settings.quick + ["--deep"] * settings.deep
    return " ".join(words)


def _models() -> dict[str, str]:
    """Every network that may have played a part and is here."""
    known = [card(name) for name in (*DEFAULTS.values(), *ATTACKERS)]
    return {one.ref: one.sha256 for one in sorted(known, key=lambda c: c.ref) if store.is_here(one)}
