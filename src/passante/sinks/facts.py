"""Facts as JSON Lines, each line written at once: a log for the operator."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO, assert_never

import msgspec

from passante.core.clock import NS_PER_S
from passante.core.errors import SinkError
from passante.outside.facts import Event, ExactStatistic, Fact, Statistic
from passante.sinks._partial import taken

SCHEMA = 1
"""Version of a line's form. It grows when a field changes its meaning or goes away."""


# Any: a JSON object is whatever JSON there is.
def line_of(fact: Fact) -> dict[str, Any]:
    """A fact as a JSON object: times in s of stream time, "at" in UTC where it is known."""
    shared = {
        "schema": SCHEMA,
        "place": fact.place,
        "stream": fact.stream,
        "zone": fact.zone,
        "start_s": round(fact.start_ns / NS_PER_S, 3),
        "end_s": round(fact.end_ns / NS_PER_S, 3),
        "at": None if fact.at is None else fact.at.isoformat(timespec="milliseconds"),
    }
    match fact:
        case Event():
            return {
                "fact": "event",
                "id": fact.id,
                "kind": fact.kind,
                "phase": fact.phase,
                **shared,
                "score": round(fact.score, 3),
                "threshold": round(fact.threshold, 3),
                "count": fact.count,
                "parts": [
                    {
                        "kind": part.kind,
                        "score": round(part.score, 3),
                        "start_s": round(part.start_ns / NS_PER_S, 3),
                    }
                    for part in fact.parts
                ],
                "reasons": [
                    {
                        "measure": reason.measure,
                        "value": round(reason.value, 3),
                        "limit": round(reason.limit, 3),
                        "unit": reason.unit,
                    }
                    for reason in fact.reasons
                ],
                "false_alarms_per_day": fact.false_alarms_per_day,
                "models": [{"ref": model.ref, "sha256": model.sha256} for model in fact.models],
            }
        case ExactStatistic():
            return {
                "fact": "exact_statistic",
                "publish": False,
                "quantity": fact.quantity,
                "unit": fact.unit,
                **shared,
                "of": fact.of,
                "direction": fact.direction,
                "value": round(fact.value, 4),
                "n": fact.n,
            }
        case Statistic():
            return {
                "fact": "statistic",
                "publish": True,
                "quantity": fact.quantity,
                "unit": fact.unit,
                **shared,
                "of": fact.of,
                "direction": fact.direction,
                "value": None if fact.value is None else round(fact.value, 4),
                "suppressed": fact.suppressed,
                "noise_scale": round(fact.noise_scale, 4),
                "epsilon": fact.epsilon,
                "uncertainty": None if fact.uncertainty is None else round(fact.uncertainty, 4),
                "bias": fact.bias,
            }
        case _:
            assert_never(fact)


class FactLines:
    """Appends one line a fact to a file, and flushes it: whoever reads along sees it at once."""

    def __init__(self, target: Path, *, overwrite: bool = False) -> None:
        """Begin a file.

        Raises:
            SettingsError: It exists, and may not be overwritten.
            SinkError: It cannot be written.
        """
        self.name = target.name
        try:
            # "x" makes it anew: a name that is taken, by a link as well, stays as it is
            self._out: TextIO = target.open("w" if overwrite else "x", encoding="utf-8")
        except FileExistsError as error:
            raise taken(target.name) from error
        except OSError as error:
            raise SinkError(
                f"{target.name} cannot be written: {error.strerror}",
                hint="is its folder there, and writable?",
            ) from error

    def write(self, item: Fact, /) -> None:
        """Append one line; raises SinkError and nothing else."""
        try:
            self._out.write(msgspec.json.encode(line_of(item)).decode() + "\n")
            self._out.flush()
        except (OSError, ValueError) as error:
            raise SinkError(f"{self.name} cannot be written: {error}") from error

    def close(self) -> None:
        """Every line is there already, or `write` has said that it is not; may be called twice."""
        with suppress(OSError):  # what could not be written is tried once more, in vain
            self._out.close()

    def abort(self) -> None:
        """What happened has happened: the lines stay."""
        self.close()
