"""How well people and vehicles are followed and counted, and what that costs.

    python benchmarks/facts.py scene|alarms [--quick] [--page docs/facts.md]

Writes the tables of docs/facts.md; they are the figures of `passante evaluate counts` that are
about counting inside the line, and those of `passante evaluate events` that are about pictures.
About one minute of processor time, and ten seconds.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable
from pathlib import Path

import cv2

from measure import command_line, data_dir, machine, publish, table
from passante.evaluate import alarms, movement
from passante.evaluate.results import Figure
from passante.evaluate.settings import Settings


def value(figure: Figure | None) -> str:
    """A figure with its unit, or a dash."""
    if figure is None:
        return "-"
    text = f"{figure.value:.3g} {figure.unit}".strip()
    if figure.low is None or figure.high is None:
        return text
    return f"{text} ({figure.low:.3g} to {figure.high:.3g})"


def beside(figures: Iterable[Figure], ours: str, other: str) -> str:
    """A table of two subjects side by side."""
    rows: dict[str, dict[str, Figure]] = {}
    for one in figures:
        if one.subject.name in (ours, other):
            rows.setdefault(one.what, {})[one.subject.name] = one
    return table(
        ["", ours, other, "n"],
        [
            [
                what,
                value(both.get(ours)),
                value(both.get(other)),
                str(max(f.n for f in both.values())),
            ]
            for what, both in rows.items()
            if other in both
        ],
    )


def scene(*, quick: bool) -> str:
    """Every table of the picture half."""
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(data_dir(), (), Path(scratch), quick=quick)
        figures = list(movement.run(settings, lambda _: None))
    paired = {one.what for one in figures if one.subject == movement.ANCHOR}
    rest = [one for one in figures if one.subject == movement.OURS and one.what not in paired]
    return "\n\n".join(
        [
            f"`{command_line()}`; {machine()}.",
            beside(figures, movement.OURS.name, movement.ANCHOR.name),
            beside(figures, movement.MOTION.name, movement.NETWORK.name),
            table(
                ["looks joined to movers", "", "n"],
                [[one.what, value(one), str(one.n)] for one in rest],
            ),
        ]
    )


def drawn(*, quick: bool) -> str:
    """Rules on scenes drawn by chance."""
    settings = Settings(Path(), (), Path(), quick=quick)
    figures = list(alarms.run(settings, lambda _: None))
    return "\n\n".join(
        [
            f"`{command_line()}`; {machine()}.",
            table(["drawn scenes", "", "n"], [[f.what, value(f), str(f.n)] for f in figures]),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["scene", "alarms"])
    parser.add_argument("--quick", action="store_true", help="the shortest recordings only")
    parser.add_argument("--page", type=Path, help="put the tables between this page's markers")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    make = {"scene": scene, "alarms": drawn}[asked.part]
    publish(asked.part, make(quick=asked.quick), asked.page)


if __name__ == "__main__":
    main()
