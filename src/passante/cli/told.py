"""Facts as lines for a person to read."""

from __future__ import annotations

from collections.abc import Iterator

from passante.core.clock import NS_PER_S
from passante.core.names import Unit
from passante.outside.facts import Event, ExactStatistic, Reason, Statistic


def clock(ns: int) -> str:
    """Stream time as hours, minutes and seconds."""
    seconds = ns / NS_PER_S
    return f"{int(seconds // 3600):02d}:{int(seconds // 60 % 60):02d}:{seconds % 60:06.3f}"


def event_lines(event: Event, *, explain: bool) -> Iterator[str]:
    """One line for an event; with `explain`, one more for each number and each part behind it."""
    when = clock(event.start_ns) if event.at is None else event.at.isoformat(timespec="seconds")
    where = event.zone if event.zone is not None else event.stream
    lasted = (event.end_ns - event.start_ns) / NS_PER_S
    about = f", {event.count} of them" if event.count and event.count > 1 else ""
    yield (
        f"{when}  {event.phase:<5}  {event.kind:<22}  {where:<16}  "
        f"score {event.score:.2f}, {lasted:.1f} s{about}"
    )
    if not explain:
        return
    for part in event.parts:
        yield f"    part     {part.kind}: score {part.score:.2f} at {clock(part.start_ns)}"
    for reason in event.reasons:
        yield f"    because  {_number(reason)}"
    rate = event.false_alarms_per_day
    known = "never measured" if rate is None else f"{rate:g} a day"
    yield f"    false alarms at this threshold: {known}"


def _number(reason: Reason) -> str:
    unit = "" if reason.unit in {Unit.COUNT, Unit.SHARE} else f" {reason.unit}"
    return f"{reason.measure} {reason.value:.3g}{unit} (limit {reason.limit:.3g}{unit})"


def statistic_line(figure: ExactStatistic | Statistic) -> str:
    """One line for a figure; what may be published says so, with half of its 95 % interval."""
    where = figure.zone if figure.zone is not None else "-"
    what = " ".join(str(word) for word in (figure.of, figure.direction) if word is not None)
    unit = "" if figure.unit is Unit.COUNT else f" {figure.unit}"
    span = f"{clock(figure.start_ns)} to {clock(figure.end_ns)}"
    if isinstance(figure, ExactStatistic):
        value = f"{figure.value:g}{unit}"
    elif figure.value is None:
        value = "published: too few to tell"
    else:
        half = "" if figure.uncertainty is None else f" +- {figure.uncertainty:.3g}"
        value = f"published: {figure.value:g}{half}{unit}"
    return f"{span}  {figure.quantity:<18} {where:<14} {what:<24} {value}"
