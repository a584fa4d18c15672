"""`passante protect --model CARD.toml`, from the command line to the report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from passante.cli.main import cli
from passante.models import store
from passante.models.catalogue import DEFAULTS, card
from passante.models.convert.network import Graph
from passante.pipeline import report

pytestmark = pytest.mark.models

USUAL = DEFAULTS["find.plate"]
"""What it takes the place of; vehicles are looked for beside it, with the usual network."""
POLICY = """
name = "plates-alone"
version = "1"

[head]
operator = "reveal"
basis = "nobody is in it"

[plate]
operator = "fill"
shape = "box"
margin = 0.1

[speech]
operator = "silence"
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a picture, a policy that hides plates alone, and a network of one's own."""
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(2).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    cv2.imwrite("street.png", noise)
    Path("plates.toml").write_text(POLICY, encoding="utf-8")
    graph = Graph.read(store.find(USUAL).data)
    graph.name = "mine"
    network = graph.to_bytes()
    Path("mine.onnx").write_bytes(network)
    Path("mine.toml").write_text(_card(network), encoding="utf-8")
    return tmp_path


def _card(network: bytes) -> str:
    usual = card(USUAL)
    lines = [
        'name = "plates-mine"', 'version = "1.0.0"', 'task = "find.plate"', 'summary = "plates"',
        'licence = "Apache-2.0"', 'origin = "ours"', 'limits = "none known"',
        f'sha256 = "{hashlib.sha256(network).hexdigest()}"', f"size_bytes = {len(network)}",
        f'parent = "{USUAL}"', 'gate = "kept 99.9 % of 1000"', "optional = true",
    ]  # fmt: skip
    for what, tensors in (("inputs", usual.inputs), ("outputs", usual.outputs)):
        for tensor in tensors:
            sizes = ", ".join(f'"{n}"' if isinstance(n, str) else str(n) for n in tensor.shape)
            lines += [
                f"[[{what}]]", f'name = "{tensor.name}"', f'dtype = "{tensor.dtype}"',
                f"shape = [{sizes}]", 'meaning = "as usual"', f"multiple = {tensor.multiple}",
            ]  # fmt: skip
    return "\n".join(lines) + "\n"


def run(*words: str) -> Result:
    call = ["protect", "street.png", "-o", "safe.png", "-p", "plates.toml", "--report", "r.json"]
    return CliRunner().invoke(cli, [*call, *words])


def _models() -> list[tuple[str, str]]:
    found = report.decode(Path("r.json").read_bytes())
    assert isinstance(found, report.Report)
    return [(model.ref, model.sha256) for model in found.models if model.task == "find.plate"]


def _own() -> str:
    return hashlib.sha256(Path("mine.onnx").read_bytes()).hexdigest()


def test_a_network_of_ones_own_looks_and_is_the_one_in_the_report(here: Path) -> None:
    ended = run("--model", "mine.toml")
    assert ended.exit_code == 0, ended.stderr
    assert (here / "safe.png").is_file()
    assert _models() == [("plates-mine@1.0.0", _own())]


def test_without_it_the_usual_one_looks(here: Path) -> None:
    assert run().exit_code == 0
    assert _models() == [(USUAL, card(USUAL).sha256)]
    assert card(USUAL).sha256 != _own()


def test_one_that_is_called_like_the_usual_one_is_told_by_its_own_hash(here: Path) -> None:
    name, version = USUAL.split("@")
    _replaced('"plates-mine"', f'"{name}"')
    _replaced('version = "1.0.0"', f'version = "{version}"')
    _replaced(f'parent = "{USUAL}"', 'parent = "ppocr-det@4.0.0"')
    assert run("--model", "mine.toml").exit_code == 0
    assert _models() == [(USUAL, _own())]


def _replaced(old: str, new: str) -> None:
    path = Path("mine.toml")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


FAULTS: dict[str, tuple[Callable[[], object], str]] = {
    "another network": (
        lambda: Path("mine.onnx").write_bytes(b"other"), "mine.onnx is not the network"
    ),
    "no network": (lambda: Path("mine.onnx").unlink(), "there is no mine.onnx beside it"),
    "no card": (lambda: Path("mine.toml").unlink(), "cannot be read as a card"),
    "no text": (lambda: Path("mine.toml").write_bytes(b"\xff\xfe\x00"), "it is no text"),
    "no gate": (lambda: _replaced('gate = "kept 99.9 % of 1000"', ""), "no gate let it pass"),
    "other outputs": (lambda: _replaced('"maps"', '"cells"'), "inputs and outputs are not those"),
    "other task": (lambda: _replaced("find.plate", "find.birds"), "nothing here asks"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_what_may_not_take_its_place_is_refused_and_nothing_is_written(
    here: Path, fault: str
) -> None:
    spoil, words = FAULTS[fault]
    spoil()
    before = sorted(path.name for path in here.iterdir())
    ended = run("--model", "mine.toml")
    assert ended.exit_code == 4, ended.output
    assert ended.stderr.startswith("passante: error: mine.toml: ")
    assert words in ended.stderr
    assert "\nhint: " in ended.stderr
    assert "Traceback" not in ended.output
    assert sorted(path.name for path in here.iterdir()) == before


def test_two_for_one_task_are_refused(here: Path) -> None:
    ended = run("--model", "mine.toml", "--model", "mine.toml")
    assert ended.exit_code == 4
    assert "another network is given for find.plate already" in ended.stderr
    assert not (here / "safe.png").exists()
