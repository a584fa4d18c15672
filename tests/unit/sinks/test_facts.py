"""Facts as lines of JSON that somebody else reads along."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from passante.core.clock import NS_PER_S
from passante.core.errors import SettingsError, SinkError
from passante.core.names import (
    EventKind,
    Kind,
    Measure,
    Phase,
    PlaceId,
    Quantity,
    StreamId,
    Unit,
    ZoneId,
)
from passante.outside._mint import MINT
from passante.outside.facts import Event, ExactStatistic, Model, Part, Reason
from passante.sinks.facts import FactLines, line_of

EVENT = Event(
    kind=EventKind.PANIC,
    phase=Phase.BEGAN,
    place=PlaceId("square"),
    stream=StreamId("video"),
    zone=ZoneId("gate"),
    start_ns=1_500_000_000,
    end_ns=3 * NS_PER_S,
    at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    score=0.81234,
    threshold=0.5,
    parts=(Part(EventKind.BANG, 0.6, NS_PER_S),),
    reasons=(Reason(Measure.PEOPLE, 4, 2, Unit.COUNT),),
    false_alarms_per_day=0.5,
    models=(Model("eyes@1", "ab"),),
    count=4,
    mint=MINT,
)
FIGURE = ExactStatistic(
    quantity=Quantity.DWELL,
    unit=Unit.SECOND,
    place=PlaceId("square"),
    stream=StreamId("video"),
    zone=ZoneId("gate"),
    of=Kind.PERSON,
    direction=None,
    start_ns=0,
    end_ns=60 * NS_PER_S,
    at=None,
    value=12.345678,
    n=3,
    mint=MINT,
)


def test_a_line_stands_in_the_file_as_soon_as_it_was_told(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    lines = FactLines(file)
    lines.write(EVENT)
    (line,) = file.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["kind"] == "panic"
    lines.write(FIGURE)
    lines.close()
    lines.close()
    assert len(file.read_text(encoding="utf-8").splitlines()) == 2


def test_every_word_of_an_event_is_there() -> None:
    line = json.loads(json.dumps(line_of(EVENT)))
    assert line == {
        "fact": "event",
        "id": "square/video/panic/gate/1500000000",
        "kind": "panic",
        "phase": "began",
        "schema": 1,
        "place": "square",
        "stream": "video",
        "zone": "gate",
        "start_s": 1.5,
        "end_s": 3.0,
        "at": "2026-03-01T12:00:00.000+00:00",
        "score": 0.812,
        "threshold": 0.5,
        "count": 4,
        "parts": [{"kind": "bang", "score": 0.6, "start_s": 1.0}],
        "reasons": [{"measure": "people", "value": 4, "limit": 2, "unit": "1"}],
        "false_alarms_per_day": 0.5,
        "models": [{"ref": "eyes@1", "sha256": "ab"}],
    }


def test_an_exact_figure_says_that_it_is_not_for_publication() -> None:
    line = line_of(FIGURE)
    assert line["fact"] == "exact_statistic"
    assert line["publish"] is False
    assert (line["value"], line["n"], line["of"]) == (12.3457, 3, "person")


def test_what_was_told_stays_though_the_watch_is_given_up(tmp_path: Path) -> None:
    lines = FactLines(tmp_path / "events.jsonl")
    lines.write(EVENT)
    lines.abort()
    assert (tmp_path / "events.jsonl").stat().st_size > 0


def test_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text("before\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="exists already"):
        FactLines(file)
    assert file.read_text(encoding="utf-8") == "before\n"
    FactLines(file, overwrite=True).close()
    assert file.read_text(encoding="utf-8") == ""
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SettingsError, match="exists already"):
        FactLines(tmp_path / "link.jsonl")
    assert not (tmp_path / "elsewhere").exists()


def test_what_cannot_be_written_is_an_error_of_the_sink(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="cannot be written"):
        FactLines(tmp_path / "nowhere" / "events.jsonl")
    lines = FactLines(tmp_path / "events.jsonl")
    lines.close()
    with pytest.raises(SinkError, match="cannot be written"):
        lines.write(EVENT)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_disk_that_is_full_is_told_once_and_closing_is_quiet() -> None:
    lines = FactLines(Path("/dev/full"), overwrite=True)
    with pytest.raises(SinkError, match="No space left"):
        lines.write(EVENT)
    lines.close()
    lines.close()
