"""Writes docs/evaluation.md: runs the evaluation part by part and joins what it says.

Parts run two at a time, the longest first. Each is a command of its own that can be made again
alone, with --only; --join takes what earlier runs left in .bench/evaluation and runs nothing. The
tables of speakers and digits in docs/voice.md are written from the same reports.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import evaluation_chart
import evaluation_text
import evaluation_voice

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "evaluation.md"
CHART = ROOT / "docs" / "evaluation.svg"
WORK = ROOT / ".bench" / "evaluation"
TIMES = WORK / "times.json"
PARTS: dict[str, tuple[str, ...]] = {
    "persons": ("persons", "counts"),
    "faces": ("faces",),
    "plates": ("plates",),
    "voices-others": ("voices", "--against", "others"),
    "words-others": ("words", "--against", "others"),
    "sounds-others": ("sounds", "--against", "others"),
    "voices-ours": ("voices", "--against", "ours"),
    "words-ours": ("words", "--against", "ours"),
    "sounds-ours": ("sounds", "--against", "ours"),
}
"""Name -> words of the command, in the order in which they begin, the longest first. Those that
need the same protected recordings run together; how others hide sound does not change with us, so
that it is measured apart."""
AT_ONCE = 2
"""Each part computes on one core."""
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Running:
    """Parts that are run, and how long each takes."""

    def __init__(self, names: list[str], extra: list[str]) -> None:
        self._extra = extra
        self._left: SimpleQueue[str] = SimpleQueue()
        for name in names:
            self._left.put(name)
        self._began = time.monotonic()
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []

    def run(self) -> float:
        """Run all of them; the time that it took, s."""
        threads = [threading.Thread(target=self._work) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.monotonic() - self._began

    def _work(self) -> None:
        while True:
            try:
                name = self._left.get_nowait()
            except Empty:
                return
            began = time.monotonic()
            if self._one(name):
                self.seconds[name] = time.monotonic() - began
                self._tell(name, f"done after {self.seconds[name] / 60:.1f} min")
            else:
                self.failed.append(name)
                self._tell(name, "failed")

    def _one(self, name: str) -> bool:
        environment = {**os.environ, **_ONE_THREAD}
        environment.setdefault("PASSANTE_DATA", str(ROOT.parent / "shared" / "data"))
        command = [sys.executable, "-m", "passante", "evaluate", *PARTS[name]]
        command += ["-o", str(WORK / name), *self._extra]
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stderr is not None  # asked for above
            for line in process.stderr:
                self._tell(name, line.rstrip())
        return process.returncode == 0

    def _tell(self, name: str, line: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._began), 60)
        print(f"{minutes:3d}:{seconds:02d}  {name:13}  {line}", flush=True)


def found() -> dict[str, dict[str, Any]]:
    """Name of a part -> its report, of those that have been run. Any: a tree of JSON."""
    return {
        name: json.loads(path.read_text(encoding="utf-8"))
        for name in PARTS
        if (path := WORK / name / "report.json").is_file()
    }


def measured() -> dict[str, Any]:
    """What is known of how long parts took."""
    if not TIMES.is_file():
        return {"parts": {}}
    return dict(json.loads(TIMES.read_text(encoding="utf-8")))


def keep(running: Running, names: list[str], wall_s: float) -> None:
    """Note how long parts took; of a run of all of them, the whole as well."""
    known = measured()
    known["parts"] = {**known["parts"], **running.seconds}
    if set(names) == set(PARTS):
        known["whole_s"] = wall_s
    WORK.mkdir(parents=True, exist_ok=True)
    TIMES.write_text(json.dumps(known, indent=1), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short look")
    parser.add_argument("--deep", action="store_true", help="train networks on our output as well")
    parser.add_argument("--join", action="store_true", help="run nothing, write the pages")
    parser.add_argument(
        "--only", action="append", choices=list(PARTS), help="run this part alone; join all"
    )
    options = parser.parse_args()
    failed: list[str] = []
    if not options.join:
        names = [name for name in PARTS if not options.only or name in options.only]
        running = Running(names, ["--quick"] * options.quick + ["--deep"] * options.deep)
        wall_s = running.run()
        keep(running, names, wall_s)
        failed = running.failed
        print(f"{len(names)} parts after {wall_s / 60:.1f} min; failed: {failed or 'none'}")
    reports = found()
    PAGE.write_text(evaluation_text.page(reports, measured()), encoding="utf-8")
    CHART.write_text(evaluation_chart.chart(reports), encoding="utf-8")
    evaluation_voice.write(
        [one for name, one in reports.items() if name.startswith(("voices", "words"))]
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
