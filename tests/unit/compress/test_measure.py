import json

import pytest

from passante.compress import measure
from passante.core.errors import CompressionError, SettingsError
from passante.models.convert.quantise import quantise
from unit.compress.networks import pictures, street
from unit.models.convert.test_quantise import recipe

INPUTS = (measure.Input("image", "uint8", (1, 32, 48, 3)),)


def networks():
    graph, feeds = street(), pictures()
    return {"fp32": graph.to_bytes(), "int8": quantise(graph, recipe(graph, feeds)).to_bytes()}


@pytest.fixture(scope="module")
def measured():
    given = networks()
    plan = measure.plan(given, INPUTS, on=("onnxruntime",), rounds=3, seed=1)
    return measure.here(given, plan)


def test_every_network_is_timed_at_one_and_two_threads_and_weighed_alone(measured):
    for name in ("fp32", "int8"):
        cost = measured.costs[name, "onnxruntime"]
        assert [timing.threads for timing in cost.timings] == [1, 2]
        assert all(timing.p95_ms >= timing.p50_ms > 0 for timing in cost.timings)
        assert cost.peak_mb > cost.grown_mb > 0
        assert cost.runs == 3
    assert measured.machine.cores >= 1


def test_a_network_that_cannot_run_is_an_error_of_ours():
    given = {"bad": b"nothing"}
    with pytest.raises(CompressionError, match="cannot be measured"):
        measure.here(given, measure.plan(given, INPUTS, on=("onnxruntime",), rounds=1, seed=0))


def result(tmp_path, **changes):
    times = {"fp32@onnxruntime": {"wall": [1.0, 2.0, 9.0], "cpu": [1.0, 1.5, 1.7]}}
    table = {
        "machine": {"processor": "p", "architecture": "a", "cores": 4, "can": [], "load": None},
        "threads": {"1": times, "2": times},
        "memory": {"fp32@onnxruntime": {"peak_mb": 50, "grown_mb": 10}},
        "hashes": {},
        **changes,
    }
    path = tmp_path / "result.json"
    path.write_text(json.dumps(table))
    return path


def test_what_a_device_measured_is_read_back(tmp_path):
    found = measure.read(result(tmp_path), {"fp32": b""})
    cost = found.costs["fp32", "onnxruntime"]
    assert cost.at(1).p50_ms == 2.0
    assert cost.at(1).cpu_ms == 1.5
    assert cost.at(7) is cost.timings[0]


def test_figures_of_another_network_are_refused(tmp_path):
    path = result(tmp_path, hashes={"fp32": "0" * 64})
    with pytest.raises(SettingsError, match="another network"):
        measure.read(path, {"fp32": b"this one"})


def test_what_is_no_result_is_an_error(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("{}")
    with pytest.raises(SettingsError, match="no result"):
        measure.read(path, {})


def test_runtimes_are_those_installed():
    assert "onnxruntime" in measure.runtimes()


def test_energy_is_told_where_it_was_metered(tmp_path):
    times = {"fp32@onnxruntime": {"wall": [1.0], "cpu": [1.0], "energy": [3.0, 5.0, 4.0]}}
    path = result(tmp_path, threads={"1": times})
    assert measure.read(path, {}).costs["fp32", "onnxruntime"].energy_mj == 4.0
