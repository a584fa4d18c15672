"""Measures networks on the machine it runs on. Needs numpy and onnxruntime, and nothing of ours.

    python probe.py time PLAN.json RESULT.json     latency and processor time, in turns
    python probe.py memory PLAN.json NAME          memory of one network, in a process of its own
    python probe.py usual PLAN.json NAME           the same with ONNX Runtime set as it comes
    python probe.py all PLAN.json RESULT.json      both: what a bundle for another device runs

PLAN.json names networks (file, runtime), inputs (name, dtype, shape), rounds and threads. All
networks are loaded in one process and run in turns, shuffled anew in every round, so that whatever
else the machine does falls on all of them alike. Processor time is the process's own, so it counts
work and no waiting.
"""

from __future__ import annotations

import json
import os
import platform
import random
import re
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

METERS = Path("/sys/class/powercap")


# Any: what JSON holds, and networks of runtimes that have no types.
def opened(
    network: dict[str, Any], folder: Path, threads: int, inputs: list[Any], *, usual: bool = False
) -> Any:
    """A function that runs a network once with inputs of noise.

    With `usual` ONNX Runtime is set as it comes, but for the number of threads.
    """
    path = str(folder / network["file"])
    chance = np.random.default_rng(0)
    feed = {item["name"]: noise(chance, item) for item in inputs}
    if network["runtime"].startswith("openvino"):
        return _openvino(path, threads, feed, network["runtime"])
    import onnxruntime as ort  # noqa: PLC0415 - a process measures one runtime's memory alone

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    if not usual:
        # As the product runs networks: memory that grows by what is asked for.
        options.enable_mem_pattern = False
        store()
        options.add_session_config_entry("session.use_env_allocators", "1")
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, feed)


@cache
def store() -> None:
    """Working memory that grows by what is asked for, for all networks of this process."""
    import onnxruntime as ort  # noqa: PLC0415 - as above

    settings = {"max_mem": 0, "arena_extend_strategy": 1, "initial_chunk_size_bytes": 1 << 16}
    place = ort.OrtMemoryInfo(
        "Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT
    )
    ort.create_and_register_allocator(
        place, ort.OrtArenaCfg({**settings, "max_dead_bytes_per_chunk": -1})
    )


def _openvino(path: str, threads: int, feed: dict[str, Any], runtime: str) -> Any:
    import openvino as ov  # noqa: PLC0415 - only where it is installed

    core = ov.Core()
    model = core.read_model(path)
    model.reshape({name: list(values.shape) for name, values in feed.items()})
    # Left to itself it computes in bfloat16 where the processor can, without a word.
    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "bf16" if runtime.endswith("bf16") else "f32",
        "PERFORMANCE_HINT": "LATENCY",
    }
    request = core.compile_model(model, "CPU", settings).create_infer_request()
    return lambda: request.infer(feed)


def noise(chance: np.random.Generator, item: dict[str, Any]) -> Any:
    """One input of chance."""
    if item["dtype"].startswith("float"):
        return chance.standard_normal(item["shape"]).astype(item["dtype"])
    if item["dtype"] == "uint8":
        return chance.integers(0, 256, item["shape"]).astype("uint8")
    return np.zeros(item["shape"], item["dtype"])


def measure(plan: dict[str, Any], folder: Path, threads: int) -> dict[str, Any]:
    """Times of every network, ms: {name: {wall: [...], cpu: [...]}}."""
    runs = {
        item["name"]: opened(item, folder, threads, item.get("inputs", plan["inputs"]))
        for item in plan["networks"]
    }
    order = random.Random(plan["seed"])  # noqa: S311 - an order of turns is no secret
    found: dict[str, dict[str, list[float]]] = {
        name: {"wall": [], "cpu": [], "energy": []} for name in runs
    }
    for number in range(plan["rounds"] + plan["warm_up"]):
        names = sorted(runs)
        order.shuffle(names)
        for name in names:
            before = meter_uj()
            wall, cpu = time.perf_counter_ns(), time.process_time_ns()
            runs[name]()
            cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
            after = meter_uj()
            if number >= plan["warm_up"]:
                # A counter that began anew in between says nothing.
                if before is not None and after is not None and after >= before:
                    found[name]["energy"].append((after - before) / 1e3)
                found[name]["wall"].append(wall / 1e6)
                found[name]["cpu"].append(cpu / 1e6)
    return found


def memory(
    plan: dict[str, Any], folder: Path, name: str, *, usual: bool = False
) -> dict[str, float]:
    """Highest memory of this process, MB: of all, and beyond what it had before the network."""
    item = next(item for item in plan["networks"] if item["name"] == name)
    if item["runtime"].startswith("openvino"):
        import openvino  # noqa: F401, PLC0415 - loaded before, so that it does not count
    else:
        import onnxruntime  # noqa: F401, PLC0415
    before = resident()
    run = opened(item, folder, 1, item.get("inputs", plan["inputs"]), usual=usual)
    for _ in range(3):
        run()
    return {"peak_mb": peak(), "grown_mb": peak() - before}


def meter_uj() -> int | None:
    """What the processor's own meter (RAPL) has counted, uJ, of the whole machine; None without."""
    found = None
    for path in METERS.glob("intel-rapl:[0-9]/energy_uj"):
        try:
            found = (found or 0) + int(path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
    return found


def resident() -> float:
    """What this process holds now, MB."""
    return _status("VmRSS")


def peak() -> float:
    """What it held at most, MB."""
    return _status("VmHWM")


def _status(what: str) -> float:
    try:
        text = Path("/proc/self/status").read_text(encoding="ascii")
        match = re.search(rf"{what}:\s+(\d+)", text)
        return int(match[1]) / 1024 if match else 0.0
    except OSError:
        import resource  # noqa: PLC0415 - absent on Windows

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024


def machine() -> dict[str, Any]:
    """Which machine this is, and how busy."""
    name, flags = platform.processor() or platform.machine(), ""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        if found := re.search(r"(?:model name|Model)\s*:\s*(.+)", text):
            name = found[1].strip()
        if found := re.search(r"(?:flags|Features)\s*:\s*(.+)", text):
            flags = found[1]
    except OSError:
        pass
    wanted = ("avx2", "avx512_vnni", "avx_vnni", "avx512_bf16", "amx_int8", "asimddp", "i8mm")
    return {
        "processor": name,
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "can": [flag for flag in wanted if flag in flags.split()],
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def everything(plan: dict[str, Any], folder: Path, script: str, plan_path: str) -> dict[str, Any]:
    """Times at every number of threads, and memory, of every network."""
    found: dict[str, Any] = {"machine": machine(), "threads": {}, "memory": {}}
    for threads in plan["threads"]:
        found["threads"][str(threads)] = measure(plan, folder, threads)
    for item in plan["networks"]:
        told = {}
        for how in ("memory", *(["usual"] if item["runtime"] == "onnxruntime" else [])):
            words = [sys.executable, script, how, plan_path, item["name"]]
            done = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603
            told[how] = json.loads(done.stdout.splitlines()[-1])
        if "usual" in told:
            told["memory"]["usual_mb"] = told["usual"]["grown_mb"]
        found["memory"][item["name"]] = told["memory"]
    found["hashes"] = plan.get("hashes", {})
    return found


def main(words: list[str]) -> int:
    """Do what the first word says."""
    if len(words) != 3 or words[0] not in ("time", "memory", "usual", "all"):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    path = Path(words[1]).resolve()
    plan = json.loads(path.read_text(encoding="utf-8"))
    if words[0] in ("memory", "usual"):
        told = memory(plan, path.parent, words[2], usual=words[0] == "usual")
        sys.stdout.write(json.dumps(told) + "\n")
        return 0
    if words[0] == "time":
        found = {str(n): measure(plan, path.parent, n) for n in plan["threads"]}
        result: dict[str, Any] = {"machine": machine(), "threads": found}
    else:
        result = everything(plan, path.parent, str(Path(__file__).resolve()), str(path))
    Path(words[2]).write_text(json.dumps(result), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
