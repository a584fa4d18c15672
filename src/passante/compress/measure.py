"""What every network costs where it runs: measured here in turns, or read from a file of there."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from passante.core.errors import CompressionError, SettingsError

PROBE = Path(__file__).with_name("probe.py")
THREADS = (1, 2)
_WARM_UP = 2
_LONGEST_S = 900


@dataclass(frozen=True, slots=True)
class Input:
    """What a network is fed while it is measured."""

    name: str
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Timing:
    """Time of one run at a number of threads, ms."""

    threads: int
    p50_ms: float
    """Half of all runs took no longer."""
    p95_ms: float
    cpu_ms: float
    """Processor time over all threads, median."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one network costs on one runtime of one machine. Measured, never predicted."""

    timings: tuple[Timing, ...]
    peak_mb: float
    """Most memory of a process that runs nothing else."""
    grown_mb: float
    """How much of it came with the network."""
    runs: int
    usual_mb: float | None = None
    """The same with ONNX Runtime set as it comes; `grown_mb` is as the product runs networks."""
    energy_mj: float | None = None
    """Energy of a run on one thread by the processor's own meter, which counts whatever else the
    machine did; None where it has none that can be read."""

    def at(self, threads: int) -> Timing:
        """Its times with so many threads (or the fewest that were measured)."""
        fitting = [timing for timing in self.timings if timing.threads == threads]
        return fitting[0] if fitting else self.timings[0]


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it was measured."""

    processor: str
    architecture: str
    cores: int
    can: tuple[str, ...]
    """What it has for networks, e.g. "avx512_vnni"."""
    load: float | None


@dataclass(frozen=True, slots=True)
class Measurement:
    """Costs of all networks on one machine."""

    machine: Machine
    costs: Mapping[tuple[str, str], Cost]
    """(network, runtime) -> cost."""


class _Times(msgspec.Struct):
    wall: list[float]
    cpu: list[float]
    energy: list[float] = []


class _Memory(msgspec.Struct):
    peak_mb: float
    grown_mb: float
    usual_mb: float | None = None


class _Result(msgspec.Struct):
    machine: Machine
    threads: dict[str, dict[str, _Times]]
    memory: dict[str, _Memory]
    hashes: dict[str, str] = {}


BFLOAT16 = "openvino-bf16"
"""OpenVINO left to compute in 16 bits where the processor can."""


def runtimes() -> tuple[str, ...]:
    """What is installed here that runs networks."""
    here = ["onnxruntime"]
    if importlib.util.find_spec("openvino") is not None:
        here.append("openvino")
    return tuple(here)


def halved() -> bool:
    """Whether networks can be run here in bfloat16, which is said aloud and chosen by nobody."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    except OSError:
        return False
    return "openvino" in runtimes() and not {"avx512_bf16", "amx_bf16"}.isdisjoint(flags)


def plan(
    networks: Mapping[str, bytes],
    inputs: Sequence[Input] | Mapping[str, Sequence[Input]],
    *,
    on: Sequence[str],
    rounds: int,
    seed: int,
    also: Sequence[tuple[str, str]] = (),
) -> bytes:
    """What `probe.py` is to do, as JSON; files are named after networks.

    Args:
        networks: Name -> ONNX.
        inputs: What all of them are fed, or each by its name.
        on: Runtimes.
        also: Further pairs of a network and a runtime.
        rounds: How often each is run.
        seed: Of the order of turns.
    """

    def of(name: str) -> Sequence[Input]:
        return inputs[name] if isinstance(inputs, Mapping) else inputs

    table = {
        "networks": [
            {
                "name": f"{name}@{runtime}",
                "file": f"{name}.onnx",
                "runtime": runtime,
                "inputs": [msgspec.to_builtins(item) for item in of(name)],
            }
            for name, runtime in [*((n, r) for n in networks for r in on), *also]
        ],
        "inputs": [],
        "rounds": rounds,
        "warm_up": _WARM_UP,
        "threads": list(THREADS),
        "seed": seed,
        "hashes": {name: hashlib.sha256(data).hexdigest() for name, data in networks.items()},
    }
    return json.dumps(table, indent=1).encode()


def here(networks: Mapping[str, bytes], plan_text: bytes) -> Measurement:
    """Costs on this machine.

    Raises:
        CompressionError: A network cannot be measured.
    """
    with tempfile.TemporaryDirectory(prefix="passante-measure-") as scratch:
        folder = Path(scratch)
        for name, data in networks.items():
            (folder / f"{name}.onnx").write_bytes(data)
        (folder / "plan.json").write_bytes(plan_text)
        words = [sys.executable, str(PROBE), "all", str(folder / "plan.json"),
                 str(folder / "result.json")]  # fmt: skip
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        try:
            subprocess.run(  # noqa: S603 - our own script
                words, check=True, capture_output=True, text=True, timeout=_LONGEST_S,
                env=environment,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise CompressionError("measuring took too long", hint="use fewer --rounds") from error
        except subprocess.CalledProcessError as error:
            raise CompressionError(
                f"a network cannot be measured: {(error.stderr or '').strip()[-300:]}"
            ) from error
        return read(folder / "result.json", networks)


def read(path: Path, networks: Mapping[str, bytes]) -> Measurement:
    """Costs from a file that `probe.py` wrote, here or on another device.

    Raises:
        SettingsError: It is no such file, or it is about other networks.
    """
    try:
        result = msgspec.json.decode(path.read_bytes(), type=_Result)
    except (OSError, msgspec.MsgspecError) as error:
        raise SettingsError(
            f"{path.name}: no result of a measurement: {error}",
            hint="it is what bench.py of bundle.zip writes",
        ) from error
    for name, data in networks.items():
        told = result.hashes.get(name)
        if told is not None and told != hashlib.sha256(data).hexdigest():
            raise SettingsError(
                f'{path.name}: was measured with another network "{name}"',
                hint="run the bundle of this very run on the device",
            )
    costs = {}
    for key, memory in result.memory.items():
        name, _, runtime = key.rpartition("@")
        timings = tuple(
            _timing(int(threads), times[key])
            for threads, times in sorted(result.threads.items(), key=lambda pair: int(pair[0]))
        )
        first = next(iter(result.threads.values()))[key]
        energy = statistics.median(first.energy) if first.energy else None
        costs[name, runtime] = Cost(
            timings, memory.peak_mb, memory.grown_mb, len(first.wall), memory.usual_mb, energy
        )
    return Measurement(result.machine, costs)


def _timing(threads: int, times: _Times) -> Timing:
    return Timing(
        threads,
        p50_ms=statistics.median(times.wall),
        p95_ms=float(np.percentile(times.wall, 95)),
        cpu_ms=statistics.median(times.cpu),
    )
