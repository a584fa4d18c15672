"""What a command costs, on which machine, and how figures get into a page."""

from __future__ import annotations

import os
import platform
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".bench"
"""Clips, outputs and the peer's environment; not kept by git."""

SAMPLE_S = 0.02


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a command cost."""

    cpu_s: float
    """User and system time, children included."""
    wall_s: float
    peak_mb: float
    """Highest sum of resident memory over the process and its children, sampled every 20 ms."""


class CommandFailedError(RuntimeError):
    """A measured command did not end well."""


def data_dir() -> Path:
    """The folder of real recordings."""
    folder = Path(os.environ.get("PASSANTE_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        sys.exit("benchmarks need real recordings: set PASSANTE_DATA to their folder")
    return folder.resolve()


def passante() -> Path:
    """The command of the environment this script runs in."""
    return Path(sys.executable).parent / "passante"


def run(command: Sequence[str | Path], *, log: Path | None = None) -> Cost:
    """Run a command to its end and say what it cost.

    Args:
        command: Program and arguments.
        log: Where its output goes; shown where the command fails.

    Raises:
        CommandFailedError: It exited with anything but 0.
    """
    log = log or WORK / "last.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        began = time.monotonic()
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        sampler = _Sampler(process.pid)
        sampler.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        sampler.ended.set()
        sampler.join()
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        tail = log.read_text(errors="replace")[-2000:]
        raise CommandFailedError(f"{command[0]} exited with {process.returncode}:\n{tail}")
    per_mb = 1024 if sys.platform.startswith("linux") else 1024 * 1024
    return Cost(
        cpu_s=usage.ru_utime + usage.ru_stime,
        wall_s=wall,
        peak_mb=max(sampler.peak_kb / 1024, usage.ru_maxrss / per_mb),
    )


class _Sampler(threading.Thread):
    """Watches the resident memory of a process and of all its children."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.ended = threading.Event()
        self.peak_kb = 0
        self._pid = pid

    def run(self) -> None:
        while not self.ended.wait(SAMPLE_S):
            self.peak_kb = max(self.peak_kb, sum(map(_resident_kb, _family(self._pid))))


def _family(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(word) for word in (task / "children").read_text().split()]
        except OSError:
            continue  # it ended while we looked
    return found


def _resident_kb(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    match = re.search(r"VmRSS:\s+(\d+)", status)
    return int(match[1]) if match else 0


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure on its own."""
    return Cost(
        statistics.median(cost.cpu_s for cost in costs),
        statistics.median(cost.wall_s for cost in costs),
        statistics.median(cost.peak_mb for cost in costs),
    )


def machine() -> str:
    """One line: processor, cores, load, Python."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file() and (found := re.search(r"model name\s*:\s*(.+)", cpuinfo.read_text())):
        name = found[1].strip()
    load = os.getloadavg()[0]
    return (
        f"{name}, {len(os.sched_getaffinity(0))} cores, load {load:.1f} at the start, "
        f"{platform.system()}, Python {platform.python_version()}"
    )


def command_line() -> str:
    """The command that is running, as a reader would type it."""
    script = Path(sys.argv[0]).resolve().relative_to(ROOT)
    return " ".join(["python", str(script), *sys.argv[1:]])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def publish(name: str, text: str, page: Path | None) -> None:
    """Print a text and, where a page is given, put it between that page's markers `name`."""
    print(text)
    if page is None:
        return
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    old = page.read_text(encoding="utf-8")
    if begin not in old or end not in old:
        sys.exit(f"{page} has no markers {begin} {end}")
    head, rest = old.split(begin, 1)
    page.write_text(
        head + begin + "\n\n" + text.strip() + "\n\n" + end + rest.split(end, 1)[1],
        encoding="utf-8",
    )
