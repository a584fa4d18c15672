"""Sounds that are told as events: tables from a report of `passante evaluate events`, and the cost.

passante evaluate events -o .bench/events
python benchmarks/sounds.py .bench/events/report.json --page docs/facts.md
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from measure import machine, publish, table
from passante.analyse.kinds import KINDS, StreetSounds
from passante.analyse.limits import limits_for
from passante.analyse.sounds import AnalyseSounds
from passante.analyse.tagger import Yamnet
from passante.core.names import StreamId
from passante.evaluate.halves import Half, beds
from passante.evaluate.sounds import RATE_HZ
from passante.inside.audio import RawAudio
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("PASSANTE_DATA", ROOT.parent / "shared/data"))
OURS = "our head on YAMNet"
EITHER = "bang or explosion: heard as either"
ANCHORS = ("YAMNet as packaged", "log-mel and logistic regression", "energy")
NATIVE_HZ, BLOCK = 48_000, 1024

Figures = dict[str, dict[str, dict[str, Any]]]
"""Subject -> what -> figure. Any: as JSON has it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path, help="report.json of `passante evaluate events`")
    parser.add_argument("--page", type=Path, help="put the tables between this page's markers")
    asked = parser.parse_args()
    report = json.loads(asked.report.read_text(encoding="utf-8"))
    figures: Figures = {}
    for one in report["figures"]:
        if one["section"] == "events":
            figures.setdefault(one["subject"]["name"], {})[one["what"]] = one
    parts = [
        (
            f"`{report['command']}`, seed {report['seed']}, then `python benchmarks/sounds.py`; "
            f"{machine()}."
        ),
        kinds_of(figures),
        ratios_of(figures),
        told_of(figures),
        protected_of(figures),
        cost(),
    ]
    publish("sounds", "\n\n".join(parts), asked.page)


def kinds_of(figures: Figures) -> str:
    """Average precision, and recall at an equally strict threshold."""
    rows = []
    for kind in (*KINDS, "mean of kinds"):
        what = f"{kind}: average precision"
        if what not in figures[OURS]:
            continue
        row = [str(kind), str(figures[OURS][what]["n"])]
        for name in (OURS, *ANCHORS):
            heard = figures[name].get(f"{kind}: heard, equally strict")
            also = f" / {heard['value']:.2f}" if heard else ""
            row.append(f"{figures[name][what]['value']:.2f}{also}")
        rows.append(row)
    head = ["average precision / heard at 1 % of other sounds", "n", OURS, *ANCHORS]
    return table(head, rows)


def ratios_of(figures: Figures) -> str:
    """Average precision by how loud the event is beside the street."""
    ratios = [what for what in figures[OURS] if what.startswith("mean of kinds at")]
    rows = [
        [name, *(f"{figures[name][what]['value']:.2f}" for what in ratios)]
        for name in (OURS, *ANCHORS)
    ]
    decibels = [what.split(":")[0].removeprefix("mean of kinds at ") for what in ratios]
    return table(["mean of kinds, event over street", *decibels], rows)


def told_of(figures: Figures) -> str:
    """At the thresholds of the package."""
    ours = figures[OURS]
    rows = [
        [
            str(kind),
            _share(ours.get(f"{kind}: heard, at its threshold")),
            _share(ours.get(f"{kind}: right, of those told")),
            f"{ours[f'{kind}: false alarms among events']['value']:.1f}",
            _rate(ours[f"{kind}: false alarms in streets with speech and other sounds"]),
        ]
        for kind in KINDS
    ]
    rows.append(["bang or explosion", _share(ours.get(EITHER)), "", "", ""])
    first = table(
        ["at its threshold", "heard", "right, of those told", "false an hour among events",
         "false an hour in streets"],
        rows,
    )  # fmt: skip
    late = [
        [what, f"{one['value']:.2f} s", str(one["n"])]
        for what, one in ours.items()
        if one["unit"] == "s"
    ]
    return first + "\n\n" + table(["events told", "within", "n"], late)


def protected_of(figures: Figures) -> str:
    """Recall before and after protection."""
    names = [name for name in figures if name.startswith(f"{OURS}, ")]
    rows = [
        [what.split(":")[0], *(f"{figures[name][what]['value']:.2f}" for name in names),
         str(one["n"])]
        for what, one in figures[names[0]].items()
    ]  # fmt: skip
    head = ["heard at its threshold, 10 dB", *(name.removeprefix(f"{OURS}, ") for name in names)]
    return table([*head, "n"], rows)


def _share(one: dict[str, Any] | None) -> str:
    if one is None:
        return "no recording"
    return f"{one['value']:.2f} ({one['low']:.2f} to {one['high']:.2f}; n {one['n']})"


def _rate(one: dict[str, Any]) -> str:
    return f"{one['value']:.1f} ({one['low']:.1f} to {one['high']:.1f})"


def cost(seconds: float = 60) -> str:
    """CPU time of the whole stage on one stream, beside the same without the networks' share."""
    head = OnnxSession(store.find(DEFAULTS["find.incident"]))
    listener = StreetSounds(Yamnet(OnnxSession(store.find(DEFAULTS["find.sound"]))), head)
    stage = AnalyseSounds(listener, limits_for(head.card.sha256))
    items = list(stream(seconds))
    spent = []
    for part in np.array_split(np.arange(len(items)), 6):
        began = time.process_time()
        for number in part:
            list(stage.push(items[number]))
        spent.append((time.process_time() - began) / (len(part) * BLOCK / NATIVE_HZ))
    share = 100 * float(np.median(spent))
    return (
        f"One stream of {NATIVE_HZ // 1000} kHz, a look every 0.24 s: {share:.1f} % of one core "
        f"(CPU time, median of 6 stretches of {seconds / 6:.0f} s; "
        f"{100 * min(spent):.1f} to {100 * max(spent):.1f} %)."
    )


def stream(seconds: float) -> Iterator[RawAudio]:
    """A street as a camera would give it."""
    street = np.concatenate(beds(DATA, Half.SCORE))
    count = int(seconds * RATE_HZ)
    street = np.resize(street, count)
    times = np.arange(int(seconds * NATIVE_HZ)) * RATE_HZ / NATIVE_HZ
    sound = np.interp(times, np.arange(count), street).astype(np.float32)
    for seq in range(sound.size // BLOCK):
        part = sound[None, seq * BLOCK : (seq + 1) * BLOCK].copy()
        base = Fraction(1, NATIVE_HZ)
        yield RawAudio(StreamId("audio"), seq, seq * BLOCK, base, NATIVE_HZ, "mono", part)


if __name__ == "__main__":
    main()
