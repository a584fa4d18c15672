"""What docs/evaluation.md says, from the reports of the parts: answers first, every attack after.

Nothing is worked out here that a report does not hold: cells are the highest rate of the attackers
of a column, and a word that stands for its verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Tree = Mapping[str, Any]
"""A finding, a figure or a report, as JSON has it."""
Reports = Mapping[str, Tree]
"""Name of a part -> its report."""

UNTOUCHED, GUESSING = "untouched", "guessing"
_AS_PERSON = "policy person"
_SAME = {_AS_PERSON: "policy person, silent"}
_HEADS = " over heads"
_MANY = 5000


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every method: one column."""

    words: str
    asks: str
    """The same as a question about somebody, for the first table."""
    parts: tuple[str, ...]
    attack: Callable[[str], bool]
    """Which attacks answer it, by name."""
    error: bool = False
    """Whether it is told as an equal error rate: 50 is guessing, 0 a certain attacker."""


def _begins(*words: str) -> Callable[[str], bool]:
    return lambda name: name.startswith(words)


def _names_faces(name: str) -> bool:
    return name.startswith(("pixels", "surroundings", "faceres", "mobileface"))


def _tells_voices(name: str) -> bool:
    kinds = ("ignorant", "lazy", "informed", "one recording", "many copies")
    return name.split(", ", 1)[-1].startswith(kinds)


PICTURES = (
    Question("portraits named", "named by their face", ("faces",), _names_faces),
    Question(
        "faces found", "found by a second detector of faces", ("faces",),
        _begins("libfacedetection"),
    ),
    Question(
        "people with a bare head", "seen with a bare head on any frame", ("persons",),
        _begins("head"),
    ),
    Question(
        "people with a bare face", "seen with a bare face on any frame", ("persons",),
        _begins("face"),
    ),
    Question(
        "known by clothes", "known again by their clothes", ("persons",), _begins("clothes")
    ),
    Question(
        "plates read", "found by a plate in a picture", ("plates",),
        lambda name: name == "ppocr-rec",
    ),
    Question(
        "plates read in passing", "found by a plate that passes, any frame", ("plates",),
        _begins("ppocr-rec over"),
    ),
    Question(
        "plates known again", "known again by what is left of a plate", ("plates",),
        _begins("plate told again"),
    ),
)  # fmt: skip
SOUND = (
    Question(
        "voice told, EER", "told by their voice (equal error rate: 50 is guessing)",
        ("voices-ours", "voices-others"), _tells_voices, error=True,
    ),
    Question(
        "man or woman", "told to be a man or a woman", ("voices-ours", "voices-others"),
        lambda name: name.endswith("man or woman"),
    ),
    Question(
        "language", "told by the language they speak", ("voices-ours", "voices-others"),
        lambda name: name.endswith("which language"),
    ),
    Question(
        "digit said", "understood: which digit, by who trains on the output",
        ("words-ours", "words-others"), _begins("digits, "),
    ),
    Question(
        "who says it", "told by one digit, of four people", ("words-ours", "words-others"),
        _begins("who says"),
    ),
    Question(
        "digit in speech", "understood: a digit hidden in other speech",
        ("words-ours", "words-others"), _begins("digit hidden"),
    ),
    Question(
        "words heard", "understood: words of sentences, by a recogniser",
        ("words-ours", "words-others"), _begins("Whisper", "pocketsphinx"),
    ),
    Question(
        "when they speak", "known to be speaking at all", ("sounds-ours", "sounds-others"),
        _begins("where somebody speaks"),
    ),
)  # fmt: skip
PICTURE_USE = {
    "people still found": "people found, of those on each frame, after",
    "HOTA, PETS": "HOTA of people followed afterwards, pets09_s2l1",
    "picture covered": "picture covered",
}
SOUND_USE = {
    "events named right": "events under speech named right, after",
    "false alarms": "false alarms where somebody speaks in a street, after",
}
"""Column -> figure: what is left to use."""


def canonical(name: str) -> str:
    """One name for one method, whichever part it was tried in."""
    return _SAME.get(name, name).removesuffix(_HEADS)


def best(reports: Reports, question: Question) -> dict[str, Tree]:
    """Name of a method -> the finding of whichever attacker gets most."""
    found: dict[str, Tree] = {}
    for part in question.parts:
        for one in reports.get(part, {"findings": ()})["findings"]:
            name = canonical(one["subject"]["name"])
            if question.attack(one["attack"]) and (
                name not in found or _worse(one) > _worse(found[name])
            ):
                found[name] = one
    return found


def _worse(one: Tree) -> tuple[bool, float]:
    return one["verdict"] == "LEAKED", float(one["rate"]["share"])


def cell(one: Tree, question: Question) -> str:
    """One rate with its interval; bold: leaked; with a question mark: too few to say."""
    rate = one["rate"]
    share, low, high = (100 * rate[key] for key in ("share", "low", "high"))
    if question.error:
        share, low, high = 100 - share, 100 - high, 100 - low
    text = f"{share:.0f} ({low:.0f}-{high:.0f})"
    match one["verdict"]:
        case "LEAKED":
            return f"**{text}**"
        case "INCONCLUSIVE":
            return f"{text} ?"
        case _:
            return text


def _alone(rate: Tree | None, question: Question) -> str:
    if rate is None:
        return "0"
    share = 100 * rate["share"]
    return f"{100 - share if question.error else share:.0f}"


def overview(
    reports: Reports, questions: Sequence[Question], use: Mapping[str, str], rows: Sequence[str]
) -> str:
    """A row for each method, a column for each question and each use."""
    columns = [best(reports, question) for question in questions]
    kept = _figures(reports)
    head = ["%", *(one.words for one in questions), *use]
    lines = [head, ["---"] * len(head)]
    for row in rows:
        cells = []
        for question, found in zip(questions, columns, strict=True):
            any_one = next(iter(found.values()), None)
            if any_one is None:
                cells.append("not run")
            elif row == UNTOUCHED:
                cells.append(_alone(_strongest(found.values())["control"], question))
            elif row == GUESSING:
                cells.append(_alone(any_one["baseline"], question))
            else:
                cells.append(cell(found[row], question) if row in found else "not tried")
        cells += [_left(kept, row, what) for what in use.values()]
        lines.append([row, *cells])
    return table(lines)


def _strongest(found: Iterable[Tree]) -> Tree:
    return max(found, key=lambda one: float(one["control"]["share"]))


def _left(kept: Mapping[tuple[str, str], float], row: str, what: str) -> str:
    if row == GUESSING:
        return ""
    before = what.replace(", after", ", before")
    name = "written again, nothing hidden"
    if row == UNTOUCHED:
        values = [value for (_, one), value in kept.items() if one == before != what]
        value = values[0] if values else kept.get((name, what))
    else:
        value = kept.get((row, what))
    return "not run" if value is None else f"{value:.0f}"


def _figures(reports: Reports) -> dict[tuple[str, str], float]:
    return {
        (canonical(one["subject"]["name"]), one["what"]): one["value"]
        for report in reports.values()
        for one in report["figures"]
    }


def answers(
    reports: Reports, questions: Sequence[Question], columns: Mapping[str, str]
) -> list[list[str]]:
    """A row for each question: what attackers get out of some methods, in plain words.

    Args:
        reports: Of all parts.
        questions: Rows.
        columns: Name of a method as reports have it -> what the reader knows it by.
    """
    lines = []
    for question in questions:
        found = best(reports, question)
        if not found:
            continue
        cells = []
        for name in columns:
            one = found.get(name)
            word = {"RESISTED": "no", "LEAKED": "**yes**", "INCONCLUSIVE": "too few to say"}
            cells.append(f"{word[one['verdict']]}: {_short(one, question)}" if one else "not tried")
        clear = _alone(_strongest(found.values())["control"], question)
        guess = _alone(next(iter(found.values()))["baseline"], question)
        lines.append([question.asks, *cells, clear, guess])
    return lines


def _short(one: Tree, question: Question) -> str:
    text = cell(one, question).replace("**", "").replace(" ?", "")
    # trials of pairs, or of an area, are no number that a reader knows
    few = one["rate"]["trials"] < _MANY and not question.error
    return f"{text[:-1]}; n {one['rate']['trials']})" if few else text


def subjects(reports: Reports, parts: Sequence[str]) -> list[str]:
    """Every method of some parts, ours first, in the order of the reports."""
    found: dict[str, bool] = {}
    for part in parts:
        for one in reports.get(part, {"findings": ()})["findings"]:
            found.setdefault(canonical(one["subject"]["name"]), bool(one["subject"]["ours"]))
    return sorted(found, key=lambda name: not found[name])


def every_attack(report: Tree) -> str:
    """A row for each attack, a column for each method: the share, bold where it leaked."""
    names = list(dict.fromkeys(canonical(one["subject"]["name"]) for one in report["findings"]))
    attacks = list(dict.fromkeys(one["attack"] for one in report["findings"]))
    cells: dict[tuple[str, str], Tree] = {
        (one["attack"], canonical(one["subject"]["name"])): one for one in report["findings"]
    }
    lines = [["%", *names, UNTOUCHED, GUESSING], ["---"] * (len(names) + 3)]
    for attack in attacks:
        some = next(one for (name, _), one in cells.items() if name == attack)
        row = [_share(cells.get((attack, name))) for name in names]
        guess = f"{100 * some['baseline']['share']:.0f}" if some["baseline"] else "-"
        lines.append([attack, *row, f"{100 * some['control']['share']:.0f}", guess])
    return table(lines)


def _share(one: Tree | None) -> str:
    if one is None:
        return ""
    text = f"{100 * one['rate']['share']:.0f}"
    return {"LEAKED": f"**{text}**", "INCONCLUSIVE": f"{text} ?"}.get(one["verdict"], text)


def figures(report: Tree, wanted: Callable[[str], bool] = lambda _: True) -> str:
    """A row for each figure, a column for each method; "" where there is none."""
    found = [one for one in report["figures"] if wanted(one["what"])]
    if not found:
        return ""
    names = list(dict.fromkeys(canonical(one["subject"]["name"]) for one in found))
    rows: dict[str, dict[str, str]] = {}
    counts: dict[str, int] = {}
    for one in found:
        ends = "" if one["low"] is None else f" ({one['low']:.3g} to {one['high']:.3g})"
        key = f"{one['what']}, {one['unit']}" if one["unit"] else one["what"]
        rows.setdefault(key, {})[canonical(one["subject"]["name"])] = f"{one['value']:.3g}{ends}"
        counts[key] = one["n"]
    lines = [["", *names, "n"], ["---"] * (len(names) + 2)]
    lines += [
        [key, *(row.get(name, "") for name in names), str(counts[key])] for key, row in rows.items()
    ]
    return table(lines)


def table(lines: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
