from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from passante.core.errors import SettingsError
from passante.core.names import StreamId
from passante.outside._mint import MINT
from passante.outside.levels import LevelPeriod, LevelStep, Spread
from passante.sinks.levels import Header, LevelsFile, PeriodRow, StepRow, decode, schema

STREAM = StreamId("audio-1")


def step(level: float | None) -> LevelStep:
    bands = None if level is None else (level, level - 1)
    return LevelStep(
        stream=STREAM, start_ns=125_000_000, leq_db=level, fast_max_db=level, bands_db=bands,
        mint=MINT,
    )  # fmt: skip


def opened(path: Path, offset_db: float = 0.0, *, overwrite: bool = False) -> LevelsFile:
    return LevelsFile(
        path, overwrite=overwrite, policy="silent", policy_sha256="0" * 64, offset_db=offset_db
    )


def test_every_line_is_what_its_schema_says(tmp_path: Path) -> None:
    path = tmp_path / "safe.levels.jsonl"
    file = opened(path)
    file.write(step(-40.5))
    file.write(step(None))
    spread = Spread(leq_db=-40, fast_max_db=-30, l10_db=-35, l50_db=-41, l90_db=-50)
    file.write(
        LevelPeriod(
            stream=STREAM,
            start_ns=0,
            end_ns=60 * 10**9,
            beside=spread,
            heard=None,
            unmeasured_s=0.5,
            mint=MINT,
        )
    )
    assert not path.exists()
    file.close()
    file.close()
    header, known, unknown, period = map(decode, path.read_bytes().splitlines())
    assert isinstance(header, Header)
    assert (header.unit, header.step_s, header.bands_hz[0]) == ("dB re full scale", 0.125, "25")
    assert isinstance(known, StepRow)
    assert (known.start_s, known.laeq_db, known.bands_db) == (0.125, -40.5, (-40.5, -41.5))
    assert isinstance(unknown, StepRow)
    assert unknown.laeq_db is None
    assert isinstance(period, PeriodRow)
    assert period.heard is None
    assert period.beside is not None
    assert period.beside.la90_db == -50


def test_a_calibrated_file_says_sound_pressure(tmp_path: Path) -> None:
    file = opened(tmp_path / "levels.jsonl", 94.0)
    file.close()
    header = decode((tmp_path / "levels.jsonl").read_bytes().splitlines()[0])
    assert isinstance(header, Header)
    assert (header.unit, header.offset_db) == ("dB SPL", 94.0)


def test_what_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    file = opened(tmp_path / "levels.jsonl")
    file.write(step(-40))
    file.abort()
    done = opened(tmp_path / "done.jsonl")
    done.close()
    done.abort()
    assert list(tmp_path.iterdir()) == []


def test_what_stands_there_is_replaced_only_where_that_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "levels.jsonl"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(SettingsError, match="exists already"):
        opened(path)
    opened(path, overwrite=True).close()
    assert path.read_text(encoding="utf-8") != "mine"


def test_the_schema_knows_three_kinds_of_lines() -> None:
    kinds = schema()["anyOf"]
    assert len(kinds) == 3
    with pytest.raises(msgspec.ValidationError):
        decode(b'{"row": "words"}')
