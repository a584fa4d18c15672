"""What the pages name exists, and what exists stands on a page."""

import dataclasses
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from passante.cli.main import cli
from passante.core import errors
from passante.models.catalogue import cards
from passante.protect.operators import OPERATORS
from passante.protect.policy import RULES

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if "generated" not in path.parts
)
WRITTEN_BY_HAND = [path for path in PAGES if path.name not in {"cli.md", "models.md"}]


def page_id(path: Path) -> str:
    return str(path.relative_to(ROOT))


def subcommands(command: click.Command) -> dict[str, click.Command]:
    if not isinstance(command, click.Group):
        return {}
    context = click.Context(command)
    found = {name: command.get_command(context, name) for name in command.list_commands(context)}
    return {name: inner for name, inner in found.items() if inner is not None}


def commands(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield words
    for name, inner in subcommands(command).items():
        yield from commands(inner, (*words, name))


def find_command(words: list[str]) -> tuple[click.Command, list[str]]:
    command: click.Command = cli
    while words and (inner := subcommands(command).get(words[0])):
        command, words = inner, words[1:]
    return command, words


def code_of(page: Path) -> list[str]:
    """Lines of shell and inline code of a page, without comments."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line.split(" #")[0].strip() for block in blocks for line in block.splitlines()]
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return lines + re.findall(r"`([^`\n]+)`", prose)


@pytest.mark.parametrize("page", WRITTEN_BY_HAND, ids=page_id)
def test_every_command_a_page_names_exists(page):
    for line in code_of(page):
        for part in line.split(" && "):
            found = re.match(r"(?:\.venv/bin/)?passante (?!=)(.+)", part)
            if not found:
                continue
            command, rest = find_command(shlex.split(found[1]))
            if isinstance(command, click.Group):
                asked = {word for word in rest if not word.startswith("-")}
                assert not asked, f"{page.name}: no such command: {part}"
            known = {opt for param in command.params for opt in param.opts + param.secondary_opts}
            named = {word.split("=")[0] for word in rest if word.startswith("-")}
            assert named <= known | {"-h", "--help", "--version"}, f"{page.name}: {part}"


@pytest.mark.parametrize("page", WRITTEN_BY_HAND, ids=page_id)
def test_every_make_target_a_page_names_exists(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for line in code_of(page):
        for part in line.split(" && "):
            if part.startswith("make "):
                words = [word for word in shlex.split(part)[1:] if "=" not in word]
                assert set(words) <= targets, f"{page.name}: {part}"


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_link_of_a_page_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("words", list(commands(cli)), ids=lambda words: " ".join(words) or "-")
def test_every_command_and_option_is_on_its_page(words):
    text = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    heading = "## " + " ".join(("passante", *words)) + "\n"
    assert heading in text
    section = text.split(heading)[1].split("\n## ")[0]
    command, _ = find_command(list(words))
    for param in command.params:
        if isinstance(param, click.Option) and not param.hidden:
            assert max(param.opts, key=len) in section


@pytest.mark.parametrize(
    "name",
    [name for name, kind in vars(errors).items() if isinstance(kind, type) and "Error" in name],
)
def test_every_error_is_on_its_page_with_its_exit_code(name):
    row = f"| `{name}` | {getattr(errors, name).exit_code} |"
    assert row in (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    assert name in (errors.__doc__ or "")


@pytest.mark.parametrize("card", cards().values(), ids=lambda card: card.ref)
def test_every_model_is_on_its_page_with_licence_and_hash(card):
    text = (ROOT / "docs/models.md").read_text(encoding="utf-8")
    section = text.split(f"## {card.ref}\n")[1].split("\n## ")[0]
    assert card.licence in section
    assert card.sha256 in section
    assert " ".join(card.limits.split()) in section


@pytest.mark.parametrize("kind", RULES.values(), ids=lambda kind: kind.operator)
def test_every_operator_is_on_its_page_with_every_key_and_what_it_leaks(kind):
    text = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    section = text.split(f"### {kind.operator}\n")[1].split("\n### ")[0]
    assert OPERATORS[kind.operator].leaks in section
    for field in dataclasses.fields(kind):
        assert f"| `{field.name}` |" in section


def test_the_generated_pages_are_current():
    run = subprocess.run(
        [sys.executable, "tools/pages.py", "--check"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr


def test_our_own_linters_are_content():
    run = subprocess.run(
        [sys.executable, "tools/lint.py"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
