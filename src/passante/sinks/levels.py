"""Levels of sound in a file of JSON Lines: a header with the units, then steps and periods."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, assert_never

import msgspec

from passante import __version__
from passante.core.clock import NS_PER_S
from passante.core.levels import BAND_NAMES, STEPS_PER_S
from passante.outside.levels import LevelPeriod, Levels, LevelStep, Spread
from passante.sinks._partial import PartialFile, sink_error

SCHEMA = 1
"""Version of the file's form. It grows when a field changes its meaning or goes away."""

Seconds = Annotated[float, msgspec.Meta(description="s, stream time")]
Decibel = Annotated[float, msgspec.Meta(description="dB above the reference of the header")]


class Header(msgspec.Struct, frozen=True, kw_only=True, tag_field="row", tag="header"):
    """The first line."""

    schema: Literal[1] = 1
    software: str
    policy: str
    policy_sha256: str
    unit: Literal["dB SPL", "dB re full scale"]
    """Of every level: above 20 µPa where a calibration was given, else above a root mean square
    of full scale, of which the loudest sine reads -3."""
    offset_db: float
    """The calibration that was added."""
    step_s: float
    bands_hz: tuple[str, ...]
    """Nominal centres of the third octaves in `bands_db`; a stream of a low rate has the first."""


class StepRow(msgspec.Struct, frozen=True, kw_only=True, tag_field="row", tag="step"):
    """The levels of a step beside the voices; null where they could not be measured."""

    stream: str
    start_s: Seconds
    laeq_db: Decibel | None
    lafmax_db: Decibel | None
    bands_db: tuple[Decibel, ...] | None


class SpreadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A-weighted levels of a period; the percentiles are of time weighting F."""

    laeq_db: Decibel
    lafmax_db: Decibel
    la10_db: Decibel
    la50_db: Decibel
    la90_db: Decibel


class PeriodRow(msgspec.Struct, frozen=True, kw_only=True, tag_field="row", tag="period"):
    """The levels of a longer time."""

    stream: str
    start_s: Seconds
    end_s: Seconds
    beside: SpreadRow | None
    """Beside the voices."""
    heard: SpreadRow | None
    """Of all sound, voices included, in whole dB; only of whole periods of a minute or more."""
    unmeasured_s: float
    """How much of the period could not be measured: clipped, or no numbers."""


# Any: a JSON schema is whatever JSON there is.
def schema() -> dict[str, Any]:
    """The JSON schema of one line."""
    found = msgspec.json.schema(Header | StepRow | PeriodRow)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A line of a file of levels by Passante, schema {SCHEMA}",
        **found,
    }


def decode(line: bytes) -> Header | StepRow | PeriodRow:
    """What one line says; raises msgspec.ValidationError for anything else."""
    return msgspec.json.decode(line, type=Header | StepRow | PeriodRow)


class LevelsFile:
    """Writes levels; they stand under their name once all are written."""

    def __init__(
        self,
        target: Path,
        *,
        overwrite: bool,
        policy: str,
        policy_sha256: str,
        offset_db: float,
    ) -> None:
        """Make a hidden file beside `target`.

        Args:
            target: Where it is to stand.
            overwrite: Whether what stands there may be replaced.
            policy: Name of the policy behind the levels.
            policy_sha256: Of its canonical text.
            offset_db: The calibration that is in them; 0 for none.
        """
        self.name = target.name
        self._target = target
        self._file = PartialFile(target, overwrite=overwrite)
        self._out = self._file.path.open("wb")
        self._ended = False
        self._line(
            Header(
                software=f"passante {__version__}",
                policy=policy,
                policy_sha256=policy_sha256,
                unit="dB SPL" if offset_db else "dB re full scale",
                offset_db=offset_db,
                step_s=1 / STEPS_PER_S,
                bands_hz=BAND_NAMES,
            )
        )

    def write(self, item: Levels, /) -> None:
        """Add one line."""
        match item:
            case LevelStep():
                self._line(
                    StepRow(
                        stream=item.stream,
                        start_s=item.start_ns / NS_PER_S,
                        laeq_db=item.leq_db,
                        lafmax_db=item.fast_max_db,
                        bands_db=item.bands_db,
                    )
                )
            case LevelPeriod():
                self._line(
                    PeriodRow(
                        stream=item.stream,
                        start_s=item.start_ns / NS_PER_S,
                        end_s=item.end_ns / NS_PER_S,
                        beside=_spread(item.beside),
                        heard=_spread(item.heard),
                        unmeasured_s=item.unmeasured_s,
                    )
                )
            case _:
                assert_never(item)

    def close(self) -> None:
        """Finish the file and give it its name; may be called twice."""
        if self._ended:
            return
        self._ended = True
        try:
            self._out.close()
        except OSError as error:
            self._file.discard()
            raise sink_error(self.name, error) from error
        self._file.commit()

    def abort(self) -> None:
        """Leave nothing behind; may be called at any time, also after `close`."""
        self._out.close()
        if self._ended:
            self._target.unlink(missing_ok=True)
        self._ended = True
        self._file.discard()

    def _line(self, row: Header | StepRow | PeriodRow) -> None:
        try:
            self._out.write(msgspec.json.encode(row) + b"\n")
        except OSError as error:
            raise sink_error(self.name, error) from error


def _spread(spread: Spread | None) -> SpreadRow | None:
    if spread is None:
        return None
    return SpreadRow(
        laeq_db=spread.leq_db,
        lafmax_db=spread.fast_max_db,
        la10_db=spread.l10_db,
        la50_db=spread.l50_db,
        la90_db=spread.l90_db,
    )
