"""What protecting costs, beside plain decode and encode (the floor) and beside deface.

Runs take turns, so that whatever else the machine does falls on all of them. CPU time is the figure
to trust: user and system, children included.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import clips
import peers
from measure import (
    WORK,
    Cost,
    command_line,
    data_dir,
    machine,
    median,
    passante,
    publish,
    run,
    table,
)

FLOOR, OURS, PEER = "decode + x264", "passante protect", "deface, native"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2 s, one round, three clips")
    parser.add_argument("--seconds", type=float, help="length of each clip (10)")
    parser.add_argument("--rounds", type=int, help="how often each run is repeated (3)")
    parser.add_argument("--peer-rounds", type=int, help="the same for deface (as --rounds)")
    parser.add_argument("--clips", nargs="*", help="only these")
    parser.add_argument("--policy", default="street")
    parser.add_argument("--crf", type=int, default=25, help="as the peer's own")
    parser.add_argument("--preset", default="medium", help="as the peer's own")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--no-memory", action="store_true", help="skip the long run")
    parser.add_argument("--write", type=Path, help="page to put the figures into")
    chosen = parser.parse_args()
    chosen.seconds = chosen.seconds or (2 if chosen.quick else 10)
    chosen.rounds = chosen.rounds or (1 if chosen.quick else 3)
    if chosen.peer_rounds is None:
        chosen.peer_rounds = chosen.rounds
    if chosen.no_peer:
        chosen.peer_rounds = 0
    if chosen.quick and not chosen.clips:
        chosen.clips = ["street-480", "walk-720", "night-1080"]
    return chosen


def protect(source: Path, target: Path, options: argparse.Namespace) -> Cost:
    """Our own run, with the same codec settings as the floor."""
    return run(
        [
            passante(), "protect", source, "-o", target, "--overwrite",
            "--policy", options.policy, "--crf", str(options.crf), "--preset", options.preset,
        ]
    )  # fmt: skip


def measure(
    clip: clips.Clip, beside: peers.Peers, options: argparse.Namespace
) -> tuple[int, dict[str, list[Cost]]]:
    """Frames of a clip, and every run's cost."""
    source = clips.make(
        beside.ffmpeg,
        clip,
        data_dir() / "video",
        WORK / "speed" / f"{clip.name}-{options.seconds:g}s.mp4",
        seconds=options.seconds,
    )
    out = WORK / "speed" / "out"
    out.mkdir(exist_ok=True)
    costs: dict[str, list[Cost]] = {FLOOR: [], OURS: [], PEER: []}
    floor = beside.floor(source, out / "floor.mp4", crf=options.crf, preset=options.preset)
    for number in range(options.rounds):
        print(f"{clip.name}, round {number + 1} of {options.rounds}", file=sys.stderr)
        costs[FLOOR].append(run(floor))
        costs[OURS].append(protect(source, out / "ours.mp4", options))
        if number < options.peer_rounds:
            costs[PEER].append(run(beside.blur(source, out / "peer.mp4")))
    return clips.frames(source), costs


def row(clip: clips.Clip, name: str, frames: int, costs: dict[str, list[Cost]]) -> list[str]:
    """One line of the table."""
    floor, ours, cost = median(costs[FLOOR]), median(costs[OURS]), median(costs[name])
    cpu = [1000 * one.cpu_s / frames for one in costs[name]]
    return [
        f"{clip.size} {clip.name}",
        name,
        f"{1000 * cost.cpu_s / frames:.1f} ({min(cpu):.1f} to {max(cpu):.1f})",
        f"**{cost.cpu_s / floor.cpu_s:.2f}**",
        f"{cost.cpu_s / ours.cpu_s:.2f}",
        f"{frames / cost.wall_s:.1f}",
        f"{floor.wall_s / cost.wall_s:.2f}",
        f"{cost.peak_mb:.0f}",
    ]


def memory(beside: peers.Peers, options: argparse.Namespace) -> str:
    """Peak memory of one clip at two lengths."""
    clip = next(clip for clip in clips.SPEED if clip.name == "walk-1080")
    lengths = (2.0, 8.0) if options.quick else (options.seconds, 6 * options.seconds)
    rows = []
    for seconds in lengths:
        source = clips.make(
            beside.ffmpeg,
            clip,
            data_dir() / "video",
            WORK / "speed" / f"{clip.name}-{seconds:g}s.mp4",
            seconds=seconds,
        )
        cost = protect(source, WORK / "speed" / "out" / "ours.mp4", options)
        rows.append([f"{seconds:g} s", f"{cost.peak_mb:.0f}"])
    return table([f"length of {clip.name}", "peak memory, MB"], rows)


def main() -> None:
    options = arguments()
    beside = peers.prepare()
    where = machine()
    chosen = [clip for clip in clips.SPEED if not options.clips or clip.name in options.clips]
    rows = []
    for clip in chosen:
        frames, costs = measure(clip, beside, options)
        rows += [row(clip, name, frames, costs) for name in costs if costs[name]]
    head = [
        "clip", "run", "CPU ms a frame (range)", "CPU / floor", "CPU / ours",
        "frames/s", "frames/s / floor", "peak MB",
    ]  # fmt: skip
    how = (
        f"`{command_line()}`: medians of {options.rounds} interleaved rounds (deface: "
        f"{options.peer_rounds}), clips of {options.seconds:g} s at 25 frames/s without sound, "
        f"policy `{options.policy}`; floor and ours x264 crf {options.crf} preset "
        f"{options.preset}, deface as it comes (crf 25, medium)."
    )
    parts = [
        how,
        f"Machine: {where}. Beside: {beside.versions}.",
        table(head, rows),
        "\n".join(f"- {clip.name}: {clip.what} ({clip.source})" for clip in chosen),
    ]
    if not options.no_memory:
        parts.append(memory(beside, options))
    publish("speed", "\n\n".join(parts), options.write)


if __name__ == "__main__":
    main()
