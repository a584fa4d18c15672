import json
import tomllib
import zipfile
from dataclasses import replace

import cv2
import numpy as np
import pytest

from passante.compress import measure, report, run, ship
from passante.compress.budget import Budget
from passante.compress.build import Wanted
from passante.compress.data import Collection
from passante.compress.gate import Limits
from passante.compress.run import Order, compress, unmet
from passante.compress.subject import find
from passante.compress.target import find as device
from passante.core.errors import CompressionError, SettingsError
from passante.models.card import parse
from passante.models.catalogue import cards
from passante.models.convert.network import Graph, Node, Value
from passante.models.convert.recipe import carried_out, read
from unit.compress import scenes
from unit.compress.made import cost
from unit.compress.networks import FLOAT, conv

MACHINE = measure.Machine("a processor", "x86_64", 2, ("avx512_vnni",), 0.5)
TIMES = {
    "fp32": 20.0,
    "int8": 9.0,
    "int8-mixed-1": 10.0,
    "int8-mixed-3": 11.0,
    "int8-whole": 8.0,
    "pruned-70": 15.0,
}


def brightness():
    """A classifier that can be right: of which colour a picture has most."""
    graph = Graph(name="colours")
    graph.inputs = [Value("input", FLOAT, (1, 3, 32, 32))]
    graph.outputs = [Value("classes", FLOAT, (1, 3))]
    first = np.zeros((24, 3, 1, 1))
    for at in range(24):
        first[at, at % 3] = 1 + at / 100
    conv(graph, "first", "input", first)
    graph.node("Relu", ["first"], "first.relu")
    second = np.zeros((24, 24, 1, 1))
    second[np.arange(24), np.arange(24)] = 1
    conv(graph, "second", "first.relu", second)
    graph.node("Relu", ["second"], "second.relu")
    graph.node("GlobalAveragePool", ["second.relu"], "pooled")
    graph.node("Flatten", ["pooled"], "flat")
    weight = np.zeros((24, 3), np.float32)
    for at in range(24):
        weight[at, at % 3] = 1
    graph.weight("w", weight)
    graph.nodes.append(Node("Gemm", ["flat", "w"], ["classes"], "head"))
    for number, node in enumerate(graph.nodes):
        node.name = f"{node.op}_{number}"
    return graph


def colours(folder, count, first=0):
    folder.mkdir(parents=True)
    for number in range(count):
        path = scenes.picture(folder / f"c{first + number:02}.png", first + number)
        shown = cv2.imread(str(path)) // 3
        shown[..., number % 3] += 120
        cv2.imwrite(str(path), shown)
    return folder


@pytest.fixture
def order(tmp_path, monkeypatch):
    def here(networks, _plan):
        costs = {(n, "onnxruntime"): cost(TIMES.get(n, 12.0)) for n in networks}
        return measure.Measurement(MACHINE, costs)

    monkeypatch.setattr(measure, "here", here)
    path = tmp_path / "colours.onnx"
    path.write_bytes(brightness().to_bytes())
    return Order(
        subject=find(str(path), levels="0..1"),
        device=device("this"),
        budget=Budget(),
        limits=Limits.parse("agreement=5"),
        calibration=Collection(colours(tmp_path / "cal", 6), most=6),
        evaluation=Collection(colours(tmp_path / "eva", 9, first=40), most=9),
        wanted=Wanted(kept=(0.7,)),
        out=tmp_path / "out",
        command="passante compress colours.onnx",
    )


def quiet(_line):
    pass


def test_a_network_is_made_smaller_judged_measured_chosen_and_written(order):
    told = []
    outcome = compress(order, told.append)
    result = outcome.result
    names = [row.name for row in result.rows]
    assert names[0] == "fp32"
    assert "int8" in names
    assert result.choice.name != "fp32"
    assert unmet(outcome, order) is None
    model, *_ = outcome.files
    assert (
        model.read_bytes()
        == next(c for c in order.out.iterdir() if c.suffix == ".onnx").read_bytes()
    )
    (order_of,) = [path for path in outcome.files if path.name.endswith(".recipe.json")]
    graph = order.subject.repaired.graph
    assert carried_out(graph, read(order_of.read_bytes())).to_bytes() == model.read_bytes()
    assert any("judging" in line for line in told)
    assert result.sensitivity
    assert result.methods


def test_the_report_says_it_for_people_and_for_programs(order):
    outcome = compress(order, quiet)
    text, page = (path.read_text() for path in report.write(outcome.result, order.out))
    table = json.loads(text)
    assert table["choice"]["name"] == outcome.result.choice.name
    assert table["rows"][0]["sha256"]
    assert "<svg" in page
    assert "passante compress colours.onnx" in page
    assert "http" not in page


def test_a_run_that_was_stopped_goes_on_where_it_was(order, monkeypatch):
    first = compress(order, quiet).result

    def never(*_):
        raise AssertionError("this was known")

    monkeypatch.setattr(run, "_built", never)
    second = compress(order, quiet).result
    assert [row.sha256 for row in first.rows] == [row.sha256 for row in second.rows]


def test_the_same_order_gives_the_same_networks(order, tmp_path):
    one = compress(order, quiet).result
    two = compress(replace(order, out=tmp_path / "again"), quiet).result
    assert [row.sha256 for row in one.rows] == [row.sha256 for row in two.rows]


def test_a_budget_that_cannot_be_met_names_the_nearest_point(order):
    outcome = compress(replace(order, budget=Budget.parse("cpu_ms=2")), quiet)
    error = unmet(outcome, order)
    assert isinstance(error, CompressionError)
    assert "nearest is" in str(error)
    assert outcome.result.choice.excess["cpu_ms"] > 3


def test_nothing_that_passes_is_an_error(order, monkeypatch):
    slow = dict.fromkeys(TIMES, 30.0)
    monkeypatch.setitem(TIMES, "fp32", 5.0)
    for name in slow:
        if name != "fp32":
            monkeypatch.setitem(TIMES, name, 30.0)
    outcome = compress(order, quiet)
    # The parent itself always passes: it is what stays.
    assert outcome.result.choice.name == "fp32"
    assert outcome.files == ()


def test_data_in_both_sets_is_refused(order):
    again = Collection(order.calibration.path, most=9)
    other = replace(order, evaluation=again)
    # The same folder was split by us: what is double is left out; another folder is refused.
    with pytest.raises(SettingsError):
        compress(replace(other, evaluation=_renamed(order)), quiet)


def _renamed(order):
    folder = order.out.parent / "copied"
    folder.mkdir()
    for path in order.calibration.path.iterdir():
        (folder / f"x{path.name}").write_bytes(path.read_bytes())
    return Collection(folder, most=9)


def test_data_of_another_sort_is_refused(order, tmp_path):
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    scenes.sound(sounds / "a.wav", 440)
    with pytest.raises(SettingsError, match="looks at pictures"):
        compress(replace(order, calibration=Collection(sounds, most=1)), quiet)
    with pytest.raises(SettingsError, match="evaluation holds"):
        compress(replace(order, evaluation=Collection(sounds, most=1)), quiet)


def test_for_another_device_there_is_a_bundle_and_no_verdict_yet(order):
    far = replace(order, device=device("rpi4"))
    outcome = compress(far, quiet)
    assert outcome.result.choice is None
    assert unmet(outcome, far) is None
    with zipfile.ZipFile(far.out / "bundle.zip") as bundle:
        names = set(bundle.namelist())
        assert {"bench.py", "plan.json", "README.txt", "fp32.onnx"} <= names
        plan = json.loads(bundle.read("plan.json"))
    assert {item["runtime"] for item in plan["networks"]} == {"onnxruntime"}
    assert all(row.costs == {} for row in outcome.result.rows)


def test_what_the_bundle_measured_there_decides(order, monkeypatch, tmp_path):
    far = replace(order, device=device("rpi4"), measured=tmp_path / "result.json")

    def read(path, networks):
        assert path == far.measured
        costs = {(n, "onnxruntime"): cost(TIMES.get(n, 12.0)) for n in networks}
        return measure.Measurement(MACHINE, costs)

    monkeypatch.setattr(measure, "read", read)
    assert compress(far, quiet).result.choice.name != "fp32"


def test_the_card_of_a_smaller_network_names_its_parent(order):
    outcome = compress(order, quiet)
    assert outcome.files
    parent = next(iter(cards().values()))
    subject = replace(order.subject, card=parent)
    outcome = compress(replace(order, subject=subject), quiet)
    *_, card = outcome.files
    written = parse(card.read_text(), where=card.name)
    assert written.parent == parent.ref
    assert written.optional
    assert written.gate.startswith("agreement")
    assert any(figure.what.startswith("agreement") for figure in written.figures)
    assert tomllib.loads(card.read_text())["sha256"] == written.sha256
    assert ship.write.__annotations__["passed"] == "Passed"
