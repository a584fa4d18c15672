"""Clips of events: protected, around the event, and not without end."""

from pathlib import Path

import pytest

from passante.core.clock import NS_PER_S
from passante.core.errors import SinkError
from passante.core.names import EventKind, Phase, PlaceId, StreamId
from passante.outside._mint import MINT
from passante.outside.facts import Event
from passante.pipeline.clips import Clips
from passante.protect.policy import Policy
from standins import Clip, equipment, seen


def event(start_s: float, *, phase: Phase = Phase.BEGAN, lasts_s: float = 0.0) -> Event:
    start = round(start_s * NS_PER_S)
    return Event(
        kind=EventKind.FALL,
        phase=phase,
        place=PlaceId("square"),
        stream=StreamId("video"),
        zone=None,
        start_ns=start,
        end_ns=start + round(lasts_s * NS_PER_S),
        at=None,
        score=0.9,
        threshold=0.5,
        mint=MINT,
    )


@pytest.fixture
def clips(tmp_path: Path) -> Clips:
    made = Clips(tmp_path / "clips", Policy.named("street"))
    made._equipment = equipment()
    return made


def test_a_clip_is_protected_and_lies_around_its_event(tmp_path: Path, clips: Clips) -> None:
    source = Clip(frames=250).write(tmp_path / "street.mp4")
    clips.note(event(4.0))
    clips.note(event(4.0, phase=Phase.ENDED))
    (made,) = clips.write(source)
    found = seen(made)
    assert 170 <= len(found.pictures) <= 180
    assert set(found.marked()) == {0}
    assert made.name == "000001000-7000-fall.mp4"


def test_nothing_is_written_where_nothing_happened(tmp_path: Path, clips: Clips) -> None:
    assert clips.write(tmp_path / "street.mp4") == []
    assert not (tmp_path / "clips").exists()


def test_events_close_together_share_a_clip(tmp_path: Path, clips: Clips) -> None:
    source = Clip(frames=300).write(tmp_path / "street.mp4")
    for second in (0.2, 0.2, 1.0, 11.5):
        clips.note(event(second))
    first, second = clips.write(source)
    assert len(seen(first).pictures) == 125
    assert len(seen(second).pictures) < 120


def test_what_was_written_is_forgotten(tmp_path: Path, clips: Clips) -> None:
    source = Clip(frames=30).write(tmp_path / "street.mp4")
    clips.note(event(0.2))
    clips.write(source)
    assert clips.write(source) == []


def test_of_what_took_long_only_the_end_is_kept(clips: Clips) -> None:
    clips.note(event(10.0, lasts_s=600.0))
    ((start, end, _),) = clips._spans
    assert (start // NS_PER_S, end // NS_PER_S) == (494, 614)


def test_there_is_an_end_to_clips(clips: Clips) -> None:
    for second in range(210):
        clips.note(event(second))
    assert clips.left_out == 10


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    clips = Clips(tmp_path / "taken", Policy.named("street"))
    clips.note(event(1.0))
    with pytest.raises(SinkError, match="cannot be made"):
        clips.write(tmp_path / "street.mp4")
