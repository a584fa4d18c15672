"""The chart of docs/evaluation.md: how much is recognised against how much is left to use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from evaluation_page import PICTURE_USE, PICTURES, SOUND, SOUND_USE, Reports, Tree, best

_COLOURS = {"RESISTED": "#1b7f4b", "LEAKED": "#b3261e", "INCONCLUSIVE": "#8a6d00"}
_TOP, _SIDE = 40, 300
_LINE = 11
"""Words closer above each other than this would lie over each other, px."""


@dataclass(frozen=True, slots=True)
class Plot:
    """One of the two plots."""

    left: int
    across: str
    use: str
    """Figure that stands for use."""
    up: str


def chart(reports: Reports) -> str:
    """Two plots beside each other: people in recordings, and voices."""
    people = next(one for one in PICTURES if one.words == "known by clothes")
    body = _plot(
        reports,
        best(reports, people),
        Plot(60, "people still found", PICTURE_USE["people still found"], "known by clothes"),
    )
    body += _plot(
        reports, best(reports, SOUND[0]),
        Plot(
            560, "events named right under speech", SOUND_USE["events named right"],
            "voices told (100 less twice the EER)",
        ),
    )  # fmt: skip
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 400" '
        'font-family="sans-serif" font-size="11"><rect width="1000" height="400" fill="#fff"/>'
        f"{body}</svg>\n"
    )


def _plot(reports: Reports, found: Mapping[str, Tree], plot: Plot) -> str:
    left = plot.left
    bottom = _TOP + _SIDE
    parts = [
        f'<rect x="{left}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#bbb"/>',
        f'<text x="{left}" y="{_TOP - 12}">{plot.up}, %</text>',
        f'<text x="{left}" y="{bottom + 34}">{plot.across}, % (best: low and right)</text>',
    ]
    parts += [
        f'<text x="{left + 3 * tick}" y="{bottom + 16}" text-anchor="middle">{tick}</text>'
        f'<text x="{left - 8}" y="{bottom - 3 * tick + 4}" text-anchor="end">{tick}</text>'
        for tick in (0, 50, 100)
    ]
    kept = {
        (one["subject"]["name"], one["what"]): float(one["value"])
        for report in reports.values()
        for one in report["figures"]
    }
    taken: list[float] = []
    for name, one in found.items():
        value = kept.get((one["subject"]["name"], plot.use))
        if value is None:
            continue
        share = 100 * float(one["rate"]["share"])
        if one["section"] == "voices":
            share = max(0.0, 2 * share - 100)
        x, y = left + 3 * value, bottom - 3 * share
        word = y + 4
        while any(abs(word - other) < _LINE for other in taken):
            word += _LINE / 2
        taken.append(word)
        weight = ' font-weight="700"' if one["subject"]["ours"] else ""
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{_COLOURS[one["verdict"]]}"/>'
            f'<text x="{x + 7:.1f}" y="{word:.1f}"{weight}>{escape(name)}</text>'
        )
    return "".join(parts)
