from __future__ import annotations

import math

import pytest

from passante.core.errors import BoundaryError
from passante.core.names import StreamId
from passante.outside._mint import MINT
from passante.outside.levels import LevelPeriod, LevelStep, Spread

STREAM = StreamId("audio-1")


def test_nobody_but_protection_makes_levels() -> None:
    with pytest.raises(BoundaryError):
        LevelStep(
            stream=STREAM, start_ns=0, leq_db=1.0, fast_max_db=2.0, bands_db=(), mint=object()
        )
    with pytest.raises(BoundaryError):
        LevelPeriod(
            stream=STREAM, start_ns=0, end_ns=1, beside=None, heard=None, unmeasured_s=0,
            mint=object(),
        )  # fmt: skip


def test_a_level_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="is a number"):
        LevelStep(
            stream=STREAM, start_ns=0, leq_db=math.nan, fast_max_db=2.0, bands_db=(), mint=MINT
        )
    with pytest.raises(ValueError, match="is a number"):
        Spread(leq_db=1.0, fast_max_db=math.inf, l10_db=1.0, l50_db=1.0, l90_db=1.0)


def test_a_period_ends_after_it_begins() -> None:
    with pytest.raises(ValueError, match="ends after"):
        LevelPeriod(
            stream=STREAM, start_ns=5, end_ns=5, beside=None, heard=None, unmeasured_s=0, mint=MINT
        )
