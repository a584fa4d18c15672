from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from passante.core.errors import ProtectError
from passante.protect.publish_ledger import Ledger

HOUR = 3_600_000_000


def claim(ledger: Ledger, hour: int, *, micro: int = 400_000, **extra: int) -> frozenset[str]:
    wants = extra or {"gate": micro}
    span = hour * HOUR, (hour + 1) * HOUR
    return ledger.claim("piazza", "2026-05-01", span_us=span, wants=wants, budget_micro=1_000_000)


def test_a_day_of_buckets_of_one_line_costs_once(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "book")
    assert all(claim(ledger, hour) for hour in range(24))
    assert ledger.spent_micro("piazza", "2026-05-01") == 400_000


def test_what_would_overspend_is_refused_also_after_a_restart(tmp_path: Path) -> None:
    first = Ledger(tmp_path / "book")
    assert claim(first, 0, a=600_000, b=400_000) == {"a", "b"}
    first.close()
    again = Ledger(tmp_path / "book")
    assert claim(again, 1, c=1) == frozenset()
    assert claim(again, 1, a=600_000, c=1) == {"a"}
    assert again.spent_micro("piazza", "2026-05-01") == 1_000_000


def test_no_bucket_is_told_twice_whichever_way_the_clock_jumps(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "book")
    assert claim(ledger, 10)
    assert not claim(ledger, 10)
    assert not claim(ledger, 9)
    assert claim(ledger, 14)
    assert not claim(ledger, 12)


def test_a_budget_of_a_day_is_never_raised(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "book")
    span = 0, HOUR
    day = "2026-05-01"
    assert not ledger.claim("p", day, span_us=span, wants={"a": 900}, budget_micro=500)
    assert not ledger.claim("p", day, span_us=span, wants={"a": 900}, budget_micro=5000)
    assert ledger.claim("q", day, span_us=span, wants={"a": 900}, budget_micro=5000)


def test_writers_at_once_spend_no_more_than_the_budget(tmp_path: Path) -> None:
    Ledger(tmp_path / "book").close()
    granted: list[str] = []

    def write(number: int) -> None:
        ledger = Ledger(tmp_path / "book")
        for turn in range(5):
            granted.extend(claim(ledger, turn, **{f"zone{number}.{turn}": 100_000}))
        ledger.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(granted) == 10
    assert Ledger(tmp_path / "book").spent_micro("piazza", "2026-05-01") == 1_000_000


def test_a_claim_that_fails_halfway_leaves_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "book")
    other = sqlite3.connect(tmp_path / "book")
    other.execute("CREATE TRIGGER no BEFORE INSERT ON told BEGIN SELECT RAISE(ABORT, 'x'); END")
    other.commit()
    with pytest.raises(ProtectError, match="ledger"):
        claim(ledger, 0)
    assert ledger.spent_micro("piazza", "2026-05-01") == 0


def test_a_ledger_that_was_closed_tells_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "book")
    ledger.close()
    ledger.close()
    with pytest.raises(ProtectError, match="ledger"):
        ledger.spent_micro("piazza", "2026-05-01")


def test_a_process_that_is_killed_after_its_claim_does_not_tell_it_again(tmp_path: Path) -> None:
    code = (
        "import os, pathlib; from passante.protect.publish_ledger import Ledger\n"
        f"ledger = Ledger(pathlib.Path({str(tmp_path / 'book')!r}))\n"
        "ledger.claim('piazza', '2026-05-01', span_us=(0, 3_600_000_000), wants={'gate': 400_000},"
        " budget_micro=1_000_000)\n"
        "os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    ledger = Ledger(tmp_path / "book")
    assert ledger.spent_micro("piazza", "2026-05-01") == 400_000
    assert not claim(ledger, 0)
    assert claim(ledger, 1)


def test_without_a_ledger_nothing_is_published(tmp_path: Path) -> None:
    with pytest.raises(ProtectError, match="ledger"):
        Ledger(tmp_path / "nowhere" / "book")
    (tmp_path / "broken").write_bytes(b"no database at all, but long enough to look" * 40)
    with pytest.raises(ProtectError, match="ledger"):
        Ledger(tmp_path / "broken")
