import json

import numpy as np
import pytest

from passante.compress import probe
from unit.compress.networks import street


def plan(tmp_path, **more):
    (tmp_path / "n.onnx").write_bytes(street().to_bytes())
    table = {
        "networks": [{"name": "n@onnxruntime", "file": "n.onnx", "runtime": "onnxruntime"}],
        "inputs": [{"name": "image", "dtype": "uint8", "shape": [1, 32, 48, 3]}],
        "rounds": 2, "warm_up": 1, "threads": [1], "seed": 0, **more,
    }  # fmt: skip
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(table))
    return path


def test_times_are_written_for_every_round_after_the_first(tmp_path):
    out = tmp_path / "r.json"
    assert probe.main(["time", str(plan(tmp_path)), str(out)]) == 0
    found = json.loads(out.read_text())
    assert len(found["threads"]["1"]["n@onnxruntime"]["wall"]) == 2


def test_memory_is_told_of_one_network_alone(tmp_path, capsys):
    assert probe.main(["memory", str(plan(tmp_path)), "n@onnxruntime"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["peak_mb"] >= found["grown_mb"]


def test_everything_is_both(tmp_path):
    out = tmp_path / "r.json"
    assert probe.main(["all", str(plan(tmp_path, hashes={"n": "h"})), str(out)]) == 0
    found = json.loads(out.read_text())
    assert found["hashes"] == {"n": "h"}
    assert "n@onnxruntime" in found["memory"]


@pytest.mark.parametrize("words", [[], ["time", "x"], ["guess", "a", "b"]])
def test_a_wrong_call_says_how_it_is_called(words, capsys):
    assert probe.main(words) == 2
    assert "PLAN.json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("dtype", "kind"), [("float32", np.float32), ("uint8", np.uint8), ("int64", np.int64)]
)
def test_noise_is_of_the_type_that_is_asked_for(dtype, kind):
    made = probe.noise(np.random.default_rng(0), {"dtype": dtype, "shape": [2, 3]})
    assert made.dtype == kind
    assert made.shape == (2, 3)


def test_the_processors_meter_is_read_where_there_is_one(tmp_path, monkeypatch):
    monkeypatch.setattr(probe, "METERS", tmp_path)
    assert probe.meter_uj() is None
    for number, value in enumerate((100, 23)):
        (tmp_path / f"intel-rapl:{number}").mkdir()
        (tmp_path / f"intel-rapl:{number}" / "energy_uj").write_text(f"{value}\n")
    assert probe.meter_uj() == 123
    (tmp_path / "intel-rapl:0" / "energy_uj").write_text("?")
    assert probe.meter_uj() is None
