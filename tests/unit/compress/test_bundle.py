import subprocess
import sys
import zipfile

from passante.compress import bundle, measure
from unit.compress.networks import street

INPUTS = (measure.Input("image", "uint8", (1, 32, 48, 3)),)


def test_a_bundle_measures_itself_and_is_read_back(tmp_path):
    networks = {"fp32": street().to_bytes()}
    plan = measure.plan(networks, INPUTS, on=("onnxruntime",), rounds=2, seed=0)
    path = bundle.write(tmp_path / "out" / "bundle.zip", networks, plan)
    place = tmp_path / "device"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(place)
    words = [sys.executable, "bench.py", "all", "plan.json", "result.json"]
    subprocess.run(words, cwd=place, check=True)
    found = measure.read(place / "result.json", networks)
    assert found.costs["fp32", "onnxruntime"].runs == 2


def test_the_same_networks_give_the_same_bytes(tmp_path):
    one, two = (bundle.write(tmp_path / n, {"a": b"x"}, b"{}").read_bytes() for n in ("1", "2"))
    assert one == two
