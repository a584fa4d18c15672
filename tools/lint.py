"""Linters of our own: what ruff and mypy cannot know about this repository."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_MODULE = 400

# Spelled in pieces so that this file passes its own check.
MACHINE_PATH = re.compile("(?<![\\w.~-])/(?:home|root|Users|" + "work)/[\\w.-]+|/" + "tmp/[\\w.-]+")
HOST = re.compile(
    "[a-z0-9.-]*(?:pypi|pythonhosted|npmjs|registry|artifactory)[a-z0-9-]*"
    "[.](?:com|dev|internal|io|local|net|org)\\b"
)
WEIGHTS = {".onnx", ".pb", ".tflite", ".pt", ".npz", ".bin", ".caffemodel", ".mp4", ".avi", ".wav"}
BINARY = {".png", ".jpg", ".webp", ".npy"}

Complaint = tuple[Path, int, str]


def tracked() -> list[Path]:
    """Every file that git keeps and that is still there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def nothing_of_this_machine(files: list[Path]) -> Iterator[Complaint]:
    """No path of somebody's machine and no registry's host: neither is true elsewhere."""
    for path in files:
        if path.suffix in BINARY | WEIGHTS:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if found := MACHINE_PATH.search(line):
                yield path, number, f"path of a machine: {found[0]}"
            if found := HOST.search(line):
                yield path, number, f"host of a registry: {found[0]}"


def no_weights_no_recordings(files: list[Path]) -> Iterator[Complaint]:
    """Networks are fetched, recordings are made: neither is kept here, but networks of our own."""
    own = ROOT / "src/passante/models/weights"
    for path in files:
        if path.suffix in WEIGHTS and "golden" not in path.parts and path.parent != own:
            yield path, 1, f"a {path.suffix} file does not belong in the repository"


def one_story_a_module(files: list[Path]) -> Iterator[Complaint]:
    """No module longer than one story."""
    for path in files:
        if path.suffix == ".py" and "tests" not in path.parts:
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > LONGEST_MODULE:
                yield path, lines, f"{lines} lines; {LONGEST_MODULE} at most: this is two stories"


def every_module_says_what_it_is(files: list[Path]) -> Iterator[Complaint]:
    """Every module of the package opens with a docstring."""
    for path in files:
        if path.suffix == ".py" and (ROOT / "src") in path.parents:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            if not (ast.get_docstring(tree) or "").strip():
                yield path, 1, "no docstring says what this module is"


def tests_mirror_the_package(files: list[Path]) -> Iterator[Complaint]:
    """A file under tests/unit is named after the module it tests."""
    unit, package = ROOT / "tests" / "unit", ROOT / "src" / "passante"
    for path in files:
        if unit in path.parents and path.name.startswith("test_"):
            inside = path.relative_to(unit).parent
            name = path.name.removeprefix("test_")
            if not any(
                (package / inside / word).exists() for word in (name, f"_{name}", name[:-3])
            ):
                yield path, 1, f"no module passante/{inside / name} to test"


RULES: tuple[Callable[[list[Path]], Iterator[Complaint]], ...] = (
    nothing_of_this_machine,
    no_weights_no_recordings,
    one_story_a_module,
    every_module_says_what_it_is,
    tests_mirror_the_package,
)


def main() -> int:
    files = tracked()
    complaints = [complaint for rule in RULES for complaint in rule(files)]
    for path, line, text in complaints:
        print(f"{path.relative_to(ROOT)}:{line}: {text}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
