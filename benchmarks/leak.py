"""How often a known face is left bare: sizes, light, pose and paths, deface beside us.

Both get the same clips (x264, crf 28) and write with next to no compression, so that what differs
from the input was covered and not compressed. The control is the input written again in the same
way: all of its faces must come out bare, or the measure itself is wrong.
"""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import clips
import peers
from measure import WORK, command_line, data_dir, machine, passante, publish, run, table
from scenes import Path2D, Pose, Scene, render
from scoring import OUR_FILL, PEER_FILL, Score, Truth, score, wilson

SIZES = (8, 10, 12, 16, 20, 24, 32, 48, 64)
STRESS_PX = 32.0


def _walk(n: int, *, x: float, y: float, step: float, px: float, roll: float, grow: float) -> Pose:
    bob = 0.06 * px * ((n % 24) / 12 - 1) ** 2  # a step every 24 frames
    return Pose(x + step * n, y + bob, px + grow * n, roll)


def walk(
    x: float, y: float, step: float, px: float, *, roll: float = 0.0, grow: float = 0.0
) -> Path2D:
    """From (x, y), `step` px a frame sideways; a face `px` wide that grows by `grow` a frame."""
    return functools.partial(_walk, x=x, y=y, step=step, px=px, roll=roll, grow=grow)


def lanes(px: float, *, width: int = 768, height: int = 576, roll: float = 0.0) -> list[Path2D]:
    """As many people as fit, each on a lane of their own, every other one the other way."""
    count = max(2, min(6, int(height / (3.6 * px))))
    step = 0.5 + 0.04 * px
    gap = height / count
    paths = []
    for lane in range(count):
        start = width * (0.2 + 0.1 * (lane % 3)) + 0.37 * lane
        there = lane % 2 == 0
        x = start if there else width - start
        paths.append(walk(x, gap * (lane + 0.5), step if there else -step, px, roll=roll))
    return paths


def borders(px: float) -> list[Path2D]:
    """Along each border, two fifths of the face beyond it."""
    out = 0.1 * px
    return [
        lambda n: Pose(out, 120 + 2.0 * n, px),
        lambda n: Pose(768 - out, 450 - 2.0 * n, px),
        lambda n: Pose(200 + 2.0 * n, out, px),
        lambda n: Pose(560 - 2.0 * n, 576 - out, px),
    ]


def entries(px: float) -> list[Path2D]:
    """In from each border and on."""
    return [
        walk(-px, 150, 2.6, px),
        walk(768 + px, 300, -2.6, px),
        lambda n: Pose(300, -px + 2.6 * n, px),
        lambda n: Pose(520, 576 + px - 2.6 * n, px),
    ]


def crossings(px: float) -> list[Path2D]:
    """Two pairs that walk past each other, one face before the other."""
    return [
        walk(200, 200, 2.4, px),
        walk(342, 205, -2.4, px),
        walk(420, 400, 2.4, px),
        walk(562, 396, -2.4, px),
    ]


def pairs(px: float) -> list[Path2D]:
    """Two pairs side by side, faces touching."""
    apart = 1.15 * px
    return [
        walk(150, 200, 1.8, px),
        walk(150 + apart, 202, 1.8, px),
        walk(600, 400, -1.8, px),
        walk(600 + apart, 398, -1.8, px),
    ]


def approaches() -> list[Path2D]:
    """From 8 px to 40 px in 80 frames."""
    return [walk(120 + 170 * k, 150 + 90 * (k % 3), 0.6, 8, grow=0.4) for k in range(4)]


def scenes() -> list[Scene]:
    """Every clip of the table."""
    plain = Scene("", lanes(STRESS_PX))
    return [
        *(Scene(f"{px} px", lanes(px)) for px in SIZES),
        replace(plain, name="light x0.15", light=0.15, noise=3.0),
        replace(plain, name="light x0.07", light=0.07, noise=2.0),
        replace(plain, name="grey", grey=True),
        replace(plain, name="motion blur 15 px", blur_px=15),
        *(Scene(f"roll {roll}°", lanes(STRESS_PX, roll=roll)) for roll in (45, 90, 180)),
        replace(plain, name="upper half hidden", hides="upper"),
        replace(plain, name="lower half hidden", hides="lower"),
        Scene("cut by the border", borders(STRESS_PX)),
        Scene("entry", entries(STRESS_PX)),
        Scene("crossing", crossings(STRESS_PX)),
        Scene("side by side", pairs(STRESS_PX)),
        Scene("approach, from 12 px on", approaches(), frames=80, counts=12),
        Scene(
            "portrait 608x1072, 24 px", lanes(24, width=608, height=1072), width=608, height=1072
        ),
        Scene("21:9 1344x576, 24 px", lanes(24, width=1344), width=1344),
    ]


QUICK = ("10 px", "12 px", "24 px", "light x0.07", "entry", "crossing")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="six scenes of 30 frames")
    parser.add_argument("--scenes", nargs="*", help="only these")
    parser.add_argument("--policy", default="street")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--write", type=Path, help="page to put the figures into")
    return parser.parse_args()


def _name(scene: Scene) -> str:
    return "".join(c if c.isalnum() else "-" for c in scene.name).strip("-").lower()


def measure(scene: Scene, beside: peers.Peers, options: argparse.Namespace) -> dict[str, Score]:
    """Make a scene, protect it by each, and score."""
    folder = WORK / "leak" / _name(scene)
    made, truths = render(scene, data_dir())
    source = clips.write(folder / "input.mp4", made, crf=28)
    runs: dict[str, tuple[Path, tuple[int, int, int]]] = {}
    control = folder / "control.mp4"
    run(beside.floor(source, control, crf=10, preset="veryfast"))
    runs["control"] = control, OUR_FILL
    ours = folder / "ours.mp4"
    run(
        [
            passante(), "protect", source, "-o", ours, "--overwrite",
            "--policy", options.policy, "--crf", "10", "--preset", "veryfast",
        ]
    )  # fmt: skip
    runs["ours"] = ours, OUR_FILL
    if not options.no_peer:
        peer = folder / "deface.mp4"
        run(beside.solid([source], peer, video=True))
        runs["deface"] = peer, PEER_FILL
    return {name: _score(source, path, truths, fill) for name, (path, fill) in runs.items()}


def _score(
    source: Path, output: Path, truths: list[Mapping[int, Truth]], fill: tuple[int, int, int]
) -> Score:
    return score(clips.planes(source), clips.planes(output), truths, fill)


def row(scene: str, who: str, one: Score) -> list[str]:
    """One line of the table."""
    low, high = wilson(one.bare, one.frames)
    return [
        scene,
        who,
        f"{one.frames}",
        f"{1000 * one.bare / max(1, one.frames):.0f} ({1000 * low:.0f} to {1000 * high:.0f})",
        f"{1000 * one.partly / max(1, one.frames):.0f}",
        f"{one.leaked} of {one.tracks}",
        f"{one.longest}",
        f"{one.flips}",
        f"{one.first}",
        f"{100 * sum(one.vain) / max(1, len(one.vain)):.2f}",
    ]


HEAD = (
    "scene", "run", "face-frames", "bare per 1,000 (interval)", "under 90 % covered, per 1,000",
    "tracks ever bare", "longest bare run", "on/off flips", "frames until first cover",
    "covered in vain, % of picture",
)  # fmt: skip


def main() -> None:
    options = arguments()
    beside = peers.prepare()
    where = machine()
    wanted = options.scenes or (QUICK if options.quick else None)
    chosen = [scene for scene in scenes() if wanted is None or scene.name in wanted]
    if options.quick:
        chosen = [replace(scene, frames=scene.frames // 2) for scene in chosen]
    rows, sums = [], {"ours": Score(), "deface": Score()}
    for scene in chosen:
        print(scene.name, file=sys.stderr)
        scores = measure(scene, beside, options)
        control = scores.pop("control")
        if control.bare != control.frames:
            sys.exit(f"{scene.name}: the control covers {control.frames - control.bare} faces")
        for who, one in scores.items():
            rows.append(row(scene.name, who, one))
            sums[who].merge(one)
    rows += [row("**all**", who, one) for who, one in sums.items() if one.frames]
    peer = "; deface with solid fill, threshold 0.2, mask scale 1.3, native size"
    peer = "" if options.no_peer else peer
    how = (
        f"`{command_line()}`: heads and shoulders of 8 people (two moving, six still pictures) in "
        f"an empty street, faces {STRESS_PX:.0f} px wide where no size is named, 60 frames a "
        "scene, x264 crf 28; "
        f"policy `{options.policy}`{peer}. A face is bare on a frame where less than half of what "
        "is visible of it is covered."
    )
    parts = [how, f"Machine: {where}. Beside: {beside.versions}.", table(HEAD, rows)]
    publish("leak", "\n\n".join(parts), options.write)


if __name__ == "__main__":
    main()
