"""`passante` in a process of its own, with fakes for networks, and a fault as asked for.

Called by `test_faults.py` as: python driver.py FAULT WORD...
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import passante.cli.protect
from passante.cli.main import main
from passante.inside.audio import RawAudio
from passante.inside.video import RawFrame
from passante.pipeline import job
from passante.sources import open_source
from standins import equipment


class Endless:
    """A recording that goes on for ever; says "going" on standard output once it flows."""

    def __init__(self, path: Path, *, allow_truncated: bool = False) -> None:
        self._inner = open_source(path, allow_truncated=allow_truncated)
        self.info, self.notes, self.truncated = self._inner.info, (), False

    def __iter__(self) -> Iterator[RawFrame | RawAudio]:
        items = [item for item in self._inner if isinstance(item, RawFrame)]
        step = items[1].pts - items[0].pts
        seq = 0
        while True:
            for item in items:
                yield replace(item, seq=seq, pts=seq * step)
                seq += 1
            if seq == 10 * len(items):
                print("going", flush=True)  # noqa: T201 - the test waits for it

    def close(self) -> None:
        self._inner.close()


def _endless(path: Path, *, allow_truncated: bool = False) -> object:
    opened = Endless if path.suffix == ".mp4" else open_source
    return opened(path, allow_truncated=allow_truncated)


def _equipment(policy: object, **_: object) -> object:
    return equipment(policy)  # type: ignore[arg-type]


def run(fault: str, words: list[str]) -> None:
    passante.cli.protect.Equipment = _equipment  # type: ignore[assignment, misc]
    match fault:
        case "endless":
            job.open_source = _endless  # type: ignore[assignment]
        case "full":
            # No file may grow beyond this: what a full disk looks like to a program.
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        case _:
            raise SystemExit(f"no such fault: {fault}")
    sys.argv = ["passante", *words]
    main()


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2:])
