"""A recording watched from beginning to end."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from passante.analyse.zones import Zones
from passante.core.errors import ProtectError, SourceLostError
from passante.core.geometry import Box
from passante.core.media import AudioStream, MediaInfo, MediaKind
from passante.core.names import EventKind, Kind, Phase, Quantity, StreamId
from passante.inside.audio import RawAudio
from passante.outside.facts import Event, ExactStatistic
from passante.pipeline.watch import Watch, WatchEquipment
from passante.testing import ScriptedSource, raw_audio, video_format, video_info
from unit.analyse.street import SquareFinder, frame

FORM = video_format(320, 240)
ZONES = Zones.parse(
    """
place = "square"
[camera]
watch = false
[[line]]
name = "middle"
points = [[0.5, 1.0], [0.5, 0.0]]
[[zone]]
name = "right"
polygon = [[0.6, 0.0], [1.0, 0.0], [1.0, 1.0], [0.6, 1.0]]
[zone.loitering]
after_s = 1.0
""",
    where="test",
)


def street(count: int = 100) -> list:
    pictures = []
    for seq in range(count):
        x = 40 + 2 * seq
        pictures.append(frame(seq, FORM, [Box(x, 80, x + 40, 180)]))
    return pictures


def watch(items: list, *, finder=None, info: MediaInfo | None = None, error=None, **more):
    source = ScriptedSource(info or video_info(FORM, frames=len(items)), items, error=error)
    told: list[Event | ExactStatistic] = []
    equipment = WatchEquipment(ZONES, finder=finder or SquareFinder(Kind.PERSON), sound=False)
    made = Watch(source, equipment, told.append, **more)
    return made, told


def test_events_and_statistics_come_out_and_nothing_else() -> None:
    made, told = watch(street())
    done = made.run()
    events = [fact for fact in told if isinstance(fact, Event)]
    assert [(one.kind, one.phase) for one in events] == [
        (EventKind.LOITERING, Phase.BEGAN),
        (EventKind.LOITERING, Phase.ENDED),
    ]
    assert {(one.place, one.zone) for one in events} == {("square", "right")}
    (passes,) = [
        one
        for one in told
        if isinstance(one, ExactStatistic)
        and (one.quantity, one.of, one.direction) == (Quantity.CROSSINGS, Kind.PERSON, "forward")
    ]
    assert passes.value == 1
    assert (done.frames, done.events, done.unseen) == (100, 1, 0)


def test_an_event_is_told_while_the_recording_goes_on() -> None:
    made, told = watch(street())
    seen_at: list[int] = []
    pictures = street()

    def items():
        for picture in pictures:
            if told and not seen_at:
                seen_at.append(picture.seq)
            yield picture

    made._source = ScriptedSource(video_info(FORM, frames=100), items())
    made.run()
    assert seen_at[0] < 99


def test_the_time_of_day_is_told_where_the_recording_knows_it() -> None:
    start = datetime(2026, 5, 1, 8, tzinfo=UTC)
    first, *rest = street()
    _, told = pair = watch([replace(first, captured_at=start), *rest])
    pair[0].run()
    times = {fact.at for fact in told if isinstance(fact, ExactStatistic)}
    assert times == {start}


def test_frames_that_cannot_be_looked_at_are_counted() -> None:
    made, _ = watch(street(), finder=SquareFinder(Kind.PERSON, mood=failing_until(3)))
    done = made.run()
    assert done.unseen == 3


def failing_until(look: int):
    return lambda number: "fail" if number < look else "well"


def test_a_watch_that_sees_nothing_any_more_ends_with_an_error() -> None:
    made, _ = watch(street(), finder=SquareFinder(Kind.PERSON, mood=lambda _: "fail"))
    with pytest.raises(ProtectError, match="looks in a row failed") as caught:
        made.run()
    assert "RuntimeError" in str(caught.value)


def test_what_was_known_is_told_though_the_recording_breaks_off() -> None:
    made, told = watch(street(98), error=SourceLostError("gone"))
    with pytest.raises(SourceLostError):
        made.run()
    assert [one for one in told if isinstance(one, ExactStatistic)]
    assert [one.phase for one in told if isinstance(one, Event)] == [Phase.BEGAN, Phase.ENDED]


def test_several_recordings_have_streams_of_their_own() -> None:
    made, told = watch(street(), label="2")
    made.run()
    assert {fact.stream for fact in told} == {"2.video"}


class Bangs:
    """A listener that never hears anything, for streams without limits."""

    models = ("ears@1",)
    kinds = (EventKind.BANG,)

    def look(self, patches: np.ndarray) -> np.ndarray:
        return np.zeros((len(patches), 1), np.float32)


class Deaf(Bangs):
    """Falls over at every look."""

    def look(self, patches: np.ndarray) -> np.ndarray:
        raise RuntimeError("the network fell over")


@pytest.mark.parametrize(("listener", "fails"), [(Bangs(), False), (Deaf(), True)])
def test_sound_that_could_not_be_listened_to_is_counted(listener, *, fails: bool) -> None:
    blocks = [raw_audio(seq) for seq in range(30)]
    stream = AudioStream(StreamId("audio-0"), 16_000, "mono", 1, blocks[0].time_base, "pcm_s16le")
    info = MediaInfo(MediaKind.SOUND, "wav", None, (stream,), None)
    equipment = WatchEquipment(ZONES, listener=listener)
    done = Watch(ScriptedSource(info, blocks), equipment, print).run()
    assert (done.unheard > 0) is fails


def test_sound_alone_is_watched_too() -> None:
    blocks: list[RawAudio] = [raw_audio(seq) for seq in range(30)]
    stream = AudioStream(StreamId("audio-0"), 16_000, "mono", 1, blocks[0].time_base, "pcm_s16le")
    info = MediaInfo(MediaKind.SOUND, "wav", None, (stream,), None)
    told: list = []
    equipment = WatchEquipment(ZONES, listener=Bangs())
    done = Watch(ScriptedSource(info, blocks), equipment, told.append).run()
    assert (done.blocks, done.frames, done.events) == (30, 0, 0)
    # no incident, but how loud it was
    assert {one.quantity.value for one in told} == {"laeq", "lamax", "la10", "la90", "band_level"}
    assert done.last_ns == 3_000_000_000


def test_who_does_not_want_sound_listens_to_none() -> None:
    assert WatchEquipment(ZONES, sound=False).ears() is None
