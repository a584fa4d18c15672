"""What the compressed finders that ship gain: whole runs with them and with their parents in turns.

How much each run covered is compared as well, as the reports tell. Attackers are asked by
`make evaluate`, of what ships.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import clips
import peers
from measure import WORK, Cost, command_line, data_dir, machine, median, publish, run, table
from passante.models.catalogue import DEFAULTS, card

TASKS = ("find.face", "find.person")
SHIPS, PARENTS = "ships", "parents, floating point"
_WITH = """
import sys
from types import MappingProxyType
from passante.models import catalogue
catalogue.DEFAULTS = MappingProxyType({**catalogue.DEFAULTS, **dict(zip(sys.argv[1::2], map(
    catalogue.ModelRef, sys.argv[2:sys.argv.index("--"):2])))})
from passante.cli.main import main
sys.argv = ["passante", *sys.argv[sys.argv.index("--") + 1:]]
main()
"""
"""Asks for these networks instead of the usual ones, before anything has read which those are."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6, help="length of each clip (6)")
    parser.add_argument("--rounds", type=int, default=2, help="how often each run is repeated (2)")
    parser.add_argument("--clips", nargs="*", default=["street-480", "walk-720", "night-1080"])
    parser.add_argument("--write", type=Path, help="page to put the figures into")
    return parser.parse_args()


def networks() -> dict[str, list[str]]:
    """Name of a run -> task and network in turns."""
    parents = {task: card(str(DEFAULTS[task])).parent for task in TASKS}
    if missing := [task for task, parent in parents.items() if parent is None]:
        raise SystemExit(f"{', '.join(missing)}: what ships has no parent")
    return {
        SHIPS: [word for task in TASKS for word in (task, str(DEFAULTS[task]))],
        PARENTS: [word for task in TASKS for word in (task, str(parents[task]))],
    }


def protect(source: Path, out: Path, chosen: list[str]) -> Cost:
    """One run, with a report beside its output."""
    words = ["protect", str(source), "-o", str(out), "--overwrite"]
    report = ["--report", str(out.with_suffix(".json"))]
    return run([sys.executable, "-c", _WITH, *chosen, "--", *words, *report])


def covered(path: Path, chosen: list[str]) -> dict[str, int]:
    """Kind -> frames on which things of that kind were covered, summed over the things."""
    report = json.loads(path.read_text(encoding="utf-8"))
    if missing := set(chosen[1::2]) - {model["ref"] for model in report["models"]}:
        raise SystemExit(f"{', '.join(missing)}: was asked for and not used")
    found: dict[str, int] = {}
    for track in report["tracks"]:
        found[track["kind"]] = found.get(track["kind"], 0) + sum(track["frames"].values())
    return found


def main() -> None:
    options = arguments()
    beside, where = peers.prepare(), machine()
    out = WORK / "shipped"
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for clip in (clip for clip in clips.SPEED if clip.name in options.clips):
        source = clips.make(
            beside.ffmpeg,
            clip,
            data_dir() / "video",
            out / f"{clip.name}-{options.seconds:g}s.mp4",
            seconds=options.seconds,
        )
        costs: dict[str, list[Cost]] = {name: [] for name in networks()}
        counts: dict[str, dict[str, int]] = {}
        for number in range(options.rounds):
            print(f"{clip.name}, round {number + 1} of {options.rounds}", file=sys.stderr)
            for name, chosen in networks().items():
                target = out / "out.mp4"
                costs[name].append(protect(source, target, chosen))
                counts[name] = covered(target.with_suffix(".json"), chosen)
        frames = clips.frames(source)
        for name, spent in costs.items():
            cost, before = median(spent), median(costs[PARENTS])
            kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(counts[name].items()))
            rows.append(
                [
                    f"{clip.size} {clip.name}",
                    name,
                    f"{1000 * cost.cpu_s / frames:.1f}",
                    f"{before.cpu_s / cost.cpu_s:.2f}",
                    f"{cost.peak_mb:.0f}",
                    kinds,
                ]
            )
    head = [
        "clip",
        "finders",
        "CPU ms a frame",
        "times less",
        "peak MB",
        "covered, things by frames",
    ]
    how = (
        f"`{command_line()}`: `passante protect` whole, encoding included, policy `street`, "
        f"medians of {options.rounds} interleaved rounds, clips of {options.seconds:g} s. "
        "Networks: "
        + "; ".join(f"{name}: {', '.join(words[1::2])}" for name, words in networks().items())
        + f". Machine: {where}."
    )
    publish("shipped", f"{how}\n\n{table(head, rows)}", options.write)


if __name__ == "__main__":
    main()
