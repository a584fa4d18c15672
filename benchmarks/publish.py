"""What published statistics tell of one person, and what they are worth to a planner.

    python benchmarks/publish.py [--quick] [--page docs/facts.md]

Writes the tables "publish" of docs/facts.md: the figures of `passante evaluate publish`, and what
publishing costs. About three minutes of processor time.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from measure import command_line, machine, publish, table
from passante.core.names import PlaceId
from passante.evaluate.attacks.membership import days
from passante.evaluate.publish import RULES, attacked, mechanisms, worth
from passante.protect.facts import since
from passante.protect.publish import Publish
from passante.protect.publish_ledger import Ledger
from passante.protect.publish_noise import OpenDpNoise


def membership(*, quick: bool) -> str:
    """One row a mechanism."""
    rows = []
    for one in mechanisms():
        found = attacked(one, quick=quick)
        rows.append(
            [
                one.subject.name,
                f"{found.stated:g}",
                f"{found.shown:.2f}",
                f"{found.guess:.2f}",
                "yes" if found.broken else "no",
                str(found.days),
            ]
        )
    head = ["", "epsilon stated", "shown at least (95 %)", "as it came out", "caught", "days"]
    return table(head, rows)


def value(*, quick: bool) -> str:
    """What a figure is worth, by how many there were."""
    rows = []
    for one in worth(quick=quick):
        told = one.off is not None and one.bias is not None and one.within is not None
        rows.append(
            [
                f"{one.passes:g} {one.way}",
                f"{100 * one.hidden:.0f} %",
                f"{one.bias:+.1f}" if told else "-",
                f"{one.off:.0f}" if told else "-",
                f"{100 * (one.off or 0) / one.passes:.1f} %" if told else "-",
                f"{100 * (one.within or 0):.0f} %" if told else "-",
            ]
        )
    head = [
        "passes in an hour",
        "hidden",
        "mean off by",
        "half are off by less than",
        "of the figure",
        "within the interval told",
    ]
    return table(head, rows)


def cost() -> str:
    """Processor time of one bucket, ledger on a disk included."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "book")
        start = since(datetime(2026, 5, 1, tzinfo=UTC))
        stage = Publish(PlaceId("place"), RULES, ledger, OpenDpNoise(), start)
        day, _ = days(RULES, others=100, buckets=200)
        before = time.process_time()
        figures = [one for tally in day for one in stage.push(tally)]
        spent = time.process_time() - before
        ledger.close()
    return (
        f"Publishing costs {1000 * spent / 199:.1f} ms of one core a bucket of one line and one "
        f"zone ({len(figures)} figures in 199 buckets, the ledger on a disk included)."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    parts = [
        f"`{command_line()}`; {machine()}.",
        membership(quick=asked.quick),
        value(quick=asked.quick),
        cost(),
    ]
    publish("publish", "\n\n".join(parts), asked.page)


if __name__ == "__main__":
    main()
