"""Protects a street recording and shows before and after: made on the spot, or your own."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import sheets
import street
from measure import passante

OUT = Path("demo")


def summary(report: dict[str, Any]) -> str:
    """What a report says, in a few lines. Any: it is JSON."""
    lines = [f"policy {report['policy']['name']}: {report['policy']['leaves_visible']}"]
    for stream in report["streams"]:
        lost = sum(stream["dropped"].values())
        counts = f"{stream['read']} read, {stream['written']} written, {lost} dropped"
        lines.append(f"{stream['stream']}: {counts}")
    kinds = Counter(track["kind"] for track in report["tracks"])
    causes: Counter[str] = Counter()
    for track in report["tracks"]:
        causes.update(track["frames"])
    lines.append("tracks: " + (", ".join(f"{n} {kind}" for kind, n in kinds.items()) or "none"))
    lines.append("covered because of: " + ", ".join(f"{why} {n}" for why, n in causes.items()))
    lines.append(f"speech: {len(report['speech'])} spans destroyed")
    lines.append("left behind: " + (", ".join(report["input"]["dropped"]) or "nothing"))
    timing = report["timing"]
    lines.append(
        f"{timing['media_s']:.1f} s of recording took {timing['cpu_s']:.1f} s of CPU, "
        f"{timing['peak_rss_bytes'] / 1e6:.0f} MB at most"
    )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--video", type=Path, help="a recording of your own")
    parser.add_argument("--policy", default="street")
    options = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    source: Path = options.video or OUT / "street.mp4"
    if options.video is None:
        try:
            street.fetch(OUT / "material")
        except street.FetchError as error:
            print(f"demo: {error}", file=sys.stderr)
            print("hint: is there a network? Or: make demo VIDEO=your.mp4", file=sys.stderr)
            return 1
        print(f"making {source}", flush=True)
        street.record(OUT / "material", source)
    output, report = OUT / "protected.mp4", OUT / "report.json"
    run = subprocess.run(
        [
            passante(), "protect", source, "-o", output, "--report", report,
            "--policy", options.policy, "--overwrite",
        ],
        check=False,
    )  # fmt: skip
    if run.returncode:
        return run.returncode
    sheet = sheets.of_video(source, output, OUT / "before-and-after.png")
    print()
    print(summary(json.loads(report.read_text(encoding="utf-8"))))
    print()
    for what, path in (
        ("before", source), ("after", output), ("look at", sheet), ("report", report),
    ):  # fmt: skip
        print(f"{what:8} {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
