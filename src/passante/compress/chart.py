"""Charts as SVG, drawn from numbers alone: nothing is fetched, nothing is scripted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDE, _HIGH = 760, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 150, 20, 45
_BAR = 18


@dataclass(frozen=True, slots=True)
class Point:
    """One candidate on a chart."""

    name: str
    x: float
    y: float
    mark: str
    """"chosen", "passed" or "refused"."""


def scatter(points: Sequence[Point], x_label: str, y_label: str) -> str:
    """Points with their names; those on the front of what nothing beats are joined by a line."""
    if not points:
        return ""
    right = 1.08 * max(point.x for point in points) or 1.0
    top = 1.15 * max(point.y for point in points) or 1.0

    def place(point: Point) -> tuple[float, float]:
        return (
            _LEFT + point.x / right * (_WIDE - _LEFT - _RIGHT),
            _HIGH - _BOTTOM - max(0.0, point.y) / top * (_HIGH - _TOP - _BOTTOM),
        )

    parts = [
        (
            f'<line class="axis" x1="{_LEFT}" y1="{_HIGH - _BOTTOM}" x2="{_WIDE - _RIGHT}" '
            f'y2="{_HIGH - _BOTTOM}"/>'
        ),
        f'<line class="axis" x1="{_LEFT}" y1="{_TOP}" x2="{_LEFT}" y2="{_HIGH - _BOTTOM}"/>',
        f'<text x="{(_WIDE - _RIGHT) / 2}" y="{_HIGH - 8}">{escape(x_label)}</text>',
        (
            f'<text x="14" y="{_HIGH / 2}" transform="rotate(-90 14 {_HIGH / 2})" '
            f'text-anchor="middle">{escape(y_label)}</text>'
        ),
    ]
    for share in (0.25, 0.5, 0.75, 1.0):
        x = _LEFT + share / 1.08 * (_WIDE - _LEFT - _RIGHT)
        y = _HIGH - _BOTTOM - share / 1.15 * (_HIGH - _TOP - _BOTTOM)
        parts.append(
            f'<text class="tick" x="{x:.0f}" y="{_HIGH - 28}">{share * right / 1.08:.3g}</text>'
        )
        parts.append(
            f'<text class="tick" x="{_LEFT - 6}" y="{y:.0f}" text-anchor="end">'
            f"{share * top / 1.15:.3g}</text>"
        )
    taken: list[tuple[float, float]] = []
    for point in sorted(points, key=lambda one: (one.x, one.name)):
        x, y = place(point)
        below = y
        while any(abs(below - other) < 11 and abs(x - beside) < 130 for beside, other in taken):
            below += 11
        taken.append((x, below))
        parts.append(f'<circle class="{point.mark}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>')
        parts.append(f'<text class="name" x="{x + 8:.1f}" y="{below + 4:.1f}">'
                     f"{escape(point.name)}</text>")  # fmt: skip
    body = "".join(parts)
    return f'<svg viewBox="0 0 {_WIDE} {_HIGH}" role="img">{body}</svg>'


def bars(values: Sequence[tuple[str, float]], unit: str) -> str:
    """Horizontal bars, each with its name and number."""
    if not values:
        return ""
    longest = max(abs(value) for _, value in values) or 1.0
    parts = []
    for number, (name, value) in enumerate(values):
        y = number * _BAR
        wide = max(1.0, abs(value) / longest * 380)
        parts.append(
            f'<text x="160" y="{y + 13}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="168" y="{y + 3}" width="{wide:.1f}" height="12"/>'
            f'<text x="{174 + wide:.1f}" y="{y + 13}">{value:.2f} {escape(unit)}</text>'
        )
    return f'<svg viewBox="0 0 {_WIDE} {len(values) * _BAR + 4}" role="img">{"".join(parts)}</svg>'
