"""Writes docs/evaluation.md: runs the evaluation part by part and joins what it says.

Each part is a command of its own that can be made again alone; --join takes what earlier runs left
in .bench/evaluation and runs nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "evaluation.md"
WORK = ROOT / ".bench" / "evaluation"
PARTS = (("faces",), ("plates",), ("persons", "counts"), ("voices", "words"))
"""Those that need the same protected recordings run together."""

INTRODUCTION = """\
<!-- Written by `make evaluate`. Change tools/evaluation.py or passante.evaluate, not this page. -->

Attacks on our own output, our policies beside the methods of others in the same run. Every attack
runs three times: on protected data, on the same data **untouched** (the control), and **guessing**.
INCONCLUSIVE where the attacker does not beat guessing decisively on untouched data, or where there
are too few people to say; LEAKED where the whole interval lies above that of guessing, or where
nothing can be guessed and something was seen; RESISTED where it ends below a fifth of what the
control gains. A verdict is about these attackers on this data: RESISTED is no proof against better
ones, and the recordings are few.

Worked on after a LEAKED: with a margin of 0.1 around heads, attackers who knew the method named 12
to 18 of 100 portraits of 36 people by hair and ears beside the cover (`street`; guessing: 3). The
shipped policies now have a margin of 0.3; both stand below. Blocks (`pixelate`) leak whatever their
number: no shipped policy uses them, and their description says it. Hair and shoulders around the
wider cover, compared in cuts twice as wide as the face, named 5 and 6 of 100, trained or not (the
attack "surroundings", newer than the table below). Clothes give people away under `street`, which
shows bodies on purpose; `person` hides them.

Not measured: rebuilding faces by a trained network (nearest neighbours stand for it), plates over
the best frame of a track, a second verifier of voices, the tagging of sounds (`make bench`), and
fairness by skin tone, sex and language, for which these recordings are too few to say."""


def run(parts: tuple[str, ...], extra: list[str]) -> None:
    environment = {**os.environ}
    environment.setdefault("PASSANTE_DATA", str(ROOT.parent / "shared" / "data"))
    command = [sys.executable, "-m", "passante", "evaluate", *parts, "-o", str(WORK / parts[0])]
    subprocess.run([*command, *extra], check=True, env=environment)


def joined() -> str:
    """The page, from the reports of all parts that have been run."""
    bodies = []
    for parts in PARTS:
        report = WORK / parts[0] / "report.md"
        if report.is_file():
            bodies.append(report.read_text(encoding="utf-8").removeprefix("# Evaluation\n").strip())
    return "\n\n---\n\n".join(["# Evaluation\n\n" + INTRODUCTION, *bodies]) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short look")
    parser.add_argument("--join", action="store_true", help="run nothing, write the page")
    options = parser.parse_args()
    if not options.join:
        for parts in PARTS:
            run(parts, ["--quick"] if options.quick else [])
    PAGE.write_text(joined(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
