"""Writes the generated pages of docs/, or with --check says which are out of date."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from importlib import resources
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

import click
import msgspec

import zone_pages
from passante.cli.main import cli
from passante.core import errors, names
from passante.core.names import Sensitive
from passante.models.card import Card, DataSet, Figure
from passante.models.catalogue import DEFAULTS, cards
from passante.pipeline import report
from passante.protect import rules
from passante.protect.operators import OPERATORS, Operator
from passante.protect.policy import OTHERWISE, RULES, Shipped
from passante.sinks import levels

ROOT = Path(__file__).resolve().parent.parent
NOTE = "<!-- Written by `make docs` from the source. Change the source, not this page. -->"

ERRORS_OPENING = """\
Every error is one line on standard error and, where there is one, a hint of what to do. After an
error nothing stands under the name of the output."""

EXIT_CODES = """\
A run that ends well exits with 0, a wrong command line with 2, Ctrl-C with 130, SIGTERM with 143,
SIGHUP with 129. An error that nobody foresaw exits with 1 and names only its kind.
A run over several inputs goes on past a bad one and exits with the code of the first."""

SETTINGS_OPENING = """\
What may be shown is a policy: a TOML file with a `name`, a `version` and one table for each
sensitive kind. `--policy` takes the name of one that comes with the package, or a file ending in
`.toml`. A kind that the file leaves out takes its strongest operator, never none; an unknown key is
an error that names the nearest known one. To start from one that there is:
`passante policies show street > mine.toml`."""

SETTINGS_PRIOR = """\
`[head]` and `[plate]` also take `prior` (default `true`): cover the head of a person whose face was
not found, and the plate of a vehicle likewise. Without it, and where nothing else needs them,
people or vehicles are not looked for: no close look is taken at them, and more small faces and
plates are missed."""

MODELS_OPENING = """\
No weights of others are in this repository; a network of our own comes with the package.
`passante models pull` fetches the packages that are named here with your own pip, unpacks one
member of each, checks its sha256 before anything parses it, and converts it where a card says so.
The licences named here are those of the weights."""


REPORT_OPENING = """\
`--report` writes what was done, with what, and what was lost: counts, times, names of files and
references of models. It holds no picture, no sound, no feature of a person and no word.

One input gives an object with `"report_of": "file"`, several give one with `"report_of": "files"`.
`schema` is the version of this form: it grows when a field changes its meaning or goes away; new
fields may come without that. [report.schema.json](report.schema.json) is the JSON schema of both.

For every stream, read = written + dropped.unanalysed + dropped.unprotected + dropped.late. A run
whose books do not balance ends with an error and leaves no output."""


def commands(
    command: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """A command and everything below it, with the words that call it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from commands(inner, (*path, name))


def cli_page() -> str:
    """Every command with its help."""
    parts = ["# Commands", NOTE]
    for path, command in commands(cli, ("passante",)):
        name = " ".join(path)
        # a width of its own, so that the page does not depend on the terminal
        context = click.Context(command, info_name=name, terminal_width=88, max_content_width=88)
        context.help_option_names = ["-h", "--help"]
        parts += [f"## {name}", f"```text\n{command.get_help(context).rstrip()}\n```"]
    return "\n\n".join(parts) + "\n"


def _tree(kind: type[errors.PassanteError]) -> Iterator[type[errors.PassanteError]]:
    yield kind
    for inner in kind.__subclasses__():
        if inner.__module__ == errors.__name__:
            yield from _tree(inner)


def errors_page() -> str:
    """The tree of errors with exit codes."""
    lines = inspect.getdoc(errors) or ""
    tree = "\n".join(line[4:] for line in lines.splitlines() if line.startswith("    "))
    rows = [
        f"| `{kind.__name__}` | {kind.exit_code} | {(inspect.getdoc(kind) or '').splitlines()[0]} |"
        for kind in _tree(errors.PassanteError)
    ]
    return (
        "\n\n".join(
            [
                "# Errors and exit codes",
                NOTE,
                ERRORS_OPENING,
                f"```text\n{tree}\n```",
                "\n".join(["| error | exit code | when |", "| --- | --- | --- |", *rows]),
                EXIT_CODES,
            ]
        )
        + "\n"
    )


def _figure(figure: Figure) -> str:
    value = f"{figure.value:g} {figure.unit}".strip()
    if figure.low is not None and figure.high is not None:
        value += f" ({figure.low:g} to {figure.high:g})"
    return f"{figure.what} on {figure.on}: {value}, n = {figure.n}" + (
        f" (`{figure.command}`)" if figure.command else ""
    )


def _data(data: DataSet) -> str:
    return f"{data.name} ({data.licence}; {data.use})"


def _maker(card: Card) -> str:
    if card.packaged:
        return "this repository, `make train-plates`; it comes with the package"
    return f"conversion `{card.convert}`" if card.convert else "used as it is"


def _card(card: Card, defaults: dict[str, str]) -> str:
    task = defaults.get(card.ref)
    standing = "never fetched unless asked for by name" if card.optional else "not used by default"
    rows = [
        ("task", f"{card.task}; " + (f"the default for {task}" if task else standing)),
        ("licence of the weights", card.licence),
        ("origin", card.origin),
        ("fetched from", "; ".join(
            f"`{part.member}` of {part.registry} package {part.package} {part.version}, "
            f"sha256 `{part.sha256}`" for part in card.parts
        )),
        ("made by", _maker(card)),
        ("made smaller from", card.parent),
        ("file", f"`{card.file}`, {card.size_bytes / 1e6:.1f} MB, sha256 `{card.sha256}`"),
        ("data", "; ".join(map(_data, card.data))),
        ("figures", "; ".join(map(_figure, card.figures))),
        ("limits", card.limits),
    ]  # fmt: skip
    table = "\n".join(f"| {key} | {' '.join(text.split())} |" for key, text in rows if text)
    return f"## {card.ref}\n\n{card.summary}\n\n| | |\n| --- | --- |\n{table}"


def models_page() -> str:
    """Every model card."""
    defaults = {str(ref): task for task, ref in DEFAULTS.items()}
    parts = [
        "# Models",
        NOTE,
        MODELS_OPENING,
        *(_card(card, defaults) for card in cards().values()),
    ]
    return "\n\n".join(parts) + "\n"


def field_docs(module: ModuleType) -> dict[tuple[str, str], str]:
    """(class, field) -> the string that stands under the field in the source."""
    found: dict[tuple[str, str], str] = {}
    for kind in ast.parse(inspect.getsource(module)).body:
        if not isinstance(kind, ast.ClassDef):
            continue
        for field, after in pairwise(kind.body):
            target: ast.expr | None = None
            match field:
                case ast.AnnAssign():
                    target = field.target
                case ast.Assign():
                    target = field.targets[0]
            text = after.value if isinstance(after, ast.Expr) else None
            if isinstance(target, ast.Name) and isinstance(text, ast.Constant):
                found[kind.name, target.id] = " ".join(str(text.value).split())
    return found


def _parameters(operator: Operator, docs: dict[tuple[str, str], str]) -> str:
    kind = RULES[operator.name]
    hints = get_type_hints(kind)
    rows = []
    for field in dataclasses.fields(kind):
        default = field.default
        shown = "required" if default is dataclasses.MISSING else f"`{tomlish(default)}`"
        meaning = docs.get((kind.__name__, field.name)) or _choices(hints[field.name])
        rows.append(f"| `{field.name}` | {shown} | {meaning} |")
    if not rows:
        return "No parameters."
    return "\n".join(["| key | default | meaning |", "| --- | --- | --- |", *rows])


def _choices(kind: type[StrEnum]) -> str:
    """The words of an enum with what stands under each in the source."""
    docs = field_docs(rules)
    words = [f'`"{word}"` ({docs[kind.__name__, word.name].rstrip(".").lower()})' for word in kind]
    return " or ".join(words)


def tomlish(value: object) -> str:
    """A value as it would stand in a TOML file."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _operator(operator: Operator, docs: dict[tuple[str, str], str]) -> str:
    kinds = [kind.value for kind in Sensitive if operator.name in rules.ALLOWED[kind]]
    same = "" if operator.non_interfering else " Its output depends on what stood there."
    return "\n\n".join(
        [
            f"### {operator.name}",
            f"{operator.does} For: {', '.join(kinds)}.",
            f"What it leaks: {operator.leaks}{same}",
            _parameters(operator, docs),
        ]
    )


def _shipped(name: Shipped) -> str:
    file = resources.files("passante.protect") / "policies" / f"{name}.toml"
    return f"### {name}\n\n```toml\n{file.read_text(encoding='utf-8').strip()}\n```"


def settings_page() -> str:
    """Every key of a policy, every operator, the policies that come with the package."""
    docs, words = field_docs(rules), field_docs(names)
    kinds = []
    for kind in Sensitive:
        operators = ", ".join(f"`{name}`" for name in sorted(rules.ALLOWED[kind]))
        meaning = words["Sensitive", kind.name].rstrip(".")
        kinds.append(f"| `[{kind}]` | {meaning} | {operators} | `{OTHERWISE[kind].operator}` |")
    head = ["| table | what | operators | left out |", "| --- | --- | --- | --- |"]
    parts = [
        "# Settings",
        NOTE,
        SETTINGS_OPENING,
        "\n".join([*head, *kinds]),
        SETTINGS_PRIOR,
        "## Operators",
        *(_operator(operator, docs) for operator in OPERATORS.values()),
        "## Policies that come with the package",
        *(_shipped(name) for name in Shipped),
        *zone_pages.sections(),
    ]
    return "\n\n".join(parts) + "\n"


def report_page() -> str:
    """Every field of a report."""
    docs = field_docs(report)
    parts = ["# The report", NOTE, REPORT_OPENING]
    kinds: list[type[msgspec.Struct]] = [report.Report, report.Batch, *_structs()]
    for kind in kinds:
        rows = [
            f"| `{name}` | {_type_words(str(told))} | {docs.get((kind.__name__, name), '')} |"
            for name, told in kind.__annotations__.items()
        ]
        opening = (inspect.getdoc(kind) or "").splitlines()[0]
        table = "\n".join(["| field | type | meaning |", "| --- | --- | --- |", *rows])
        parts.append(f"## {kind.__name__}\n\n{opening}\n\n{table}")
    return "\n\n".join(parts) + "\n"


def _structs() -> list[type[msgspec.Struct]]:
    """The parts of a report, in the order of the source."""
    found = [kind for kind in vars(report).values() if inspect.isclass(kind)]
    parts = [kind for kind in found if issubclass(kind, msgspec.Struct)]
    return [kind for kind in parts if kind not in (report.Report, report.Batch)]


def _type_words(annotation: str) -> str:
    """A type as a reader of JSON would say it; the names of tables stay."""
    words = {
        "Literal[1]": "1", "Count": "whole number", "Seconds": "number, s", "Hash": "sha256",
        "str": "text", "int": "whole number", "bool": "true or false", "None": "null",
    }  # fmt: skip
    if listed := re.fullmatch(r"tuple\[(.+), \.\.\.\]", annotation):
        return f"list of {_type_words(listed[1])}"
    if annotation.startswith("dict["):
        return "text by text"
    if choice := re.fullmatch(r"Literal\[(.+)\]", annotation):
        return words.get(
            annotation, " or ".join(f"`{word}`" for word in choice[1].replace("'", '"').split(", "))
        )
    return " or ".join(words.get(part, part) for part in annotation.split(" | "))


def report_schema() -> str:
    """The JSON schema of a report."""
    return json.dumps(report.schema(), indent=2) + "\n"


def levels_schema() -> str:
    """The JSON schema of a line of a file of levels."""
    return json.dumps(levels.schema(), indent=2) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "docs/cli.md": cli_page,
    "docs/errors.md": errors_page,
    "docs/levels.schema.json": levels_schema,
    "docs/models.md": models_page,
    "docs/report.md": report_page,
    "docs/report.schema.json": report_schema,
    "docs/settings.md": settings_page,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where stale")
    check = parser.parse_args().check
    stale = 0
    for name, make in PAGES.items():
        path, text = ROOT / name, re.sub(r"[ \t]+$", "", make(), flags=re.MULTILINE)
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        if check:
            print(f"{name} is out of date: run `make docs`", file=sys.stderr)
            stale += 1
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
