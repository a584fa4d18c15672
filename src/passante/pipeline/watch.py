"""One recording or live stream watched to its end: events and statistics come out, nothing else.

Pictures and sound are looked at where they are decoded and are not kept. Whatever is told has
gone through `protect.facts`. What cannot be looked at is counted, and too much of it in a row
ends the run: a watch that sees nothing must not look like a quiet street.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from passante.analyse.finder import Finder
from passante.analyse.kinds import StreetSounds
from passante.analyse.limits import limits_for
from passante.analyse.lookout import Lookout
from passante.analyse.loudness import TallyLevels
from passante.analyse.persons import PersonFinder
from passante.analyse.sounds import AnalyseSounds, Listener
from passante.analyse.tagger import Yamnet
from passante.analyse.zones import Sight, Zones
from passante.core.clock import NS_PER_S
from passante.core.errors import PassanteError, ProtectError
from passante.core.names import PlaceId, StreamId
from passante.flow import Source
from passante.inside.audio import RawAudio
from passante.inside.incident import Incident, SoundIncident
from passante.inside.tally import Tally
from passante.inside.video import RawFrame
from passante.models import store
from passante.models.catalogue import DEFAULTS, cards
from passante.models.session import OnnxSession
from passante.outside.facts import Fact, Model
from passante.pipeline.runner import Raw
from passante.protect.facts import FactMaker, WallTime, since
from passante.protect.publish import Publish

Tell = Callable[[Fact], None]
"""Takes one fact, at once."""

Publisher = Callable[[PlaceId, WallTime], Publish]
"""Makes the stage that makes statistics for the public."""

_BLIND = 10
"""So many looks in a row that failed end the run."""
_SHORTEST_LEVELS_S = 60.0
"""Levels are of a minute at least: shorter ones follow what is said."""


class WatchEquipment:
    """The networks of a watch: opened when first needed, used for many recordings.

    Args:
        zones: What was drawn; vehicles found by motion need no network.
        sound: Whether to listen.
        finder: Used instead of the default network.
        listener: Likewise; tells nothing, since nobody has fixed limits for it.
    """

    def __init__(
        self,
        zones: Zones,
        *,
        sound: bool = True,
        finder: Finder | None = None,
        listener: Listener | None = None,
    ) -> None:
        self.zones = zones
        self._sound = sound
        self._finder = finder
        self._listener = listener

    def open(self) -> None:
        """Open all networks now, so that no live stream waits for them.

        Raises:
            ModelError: One is missing, altered or not what its card says.
        """
        _ = self.finder, self.ears()

    @property
    def finder(self) -> Finder | None:
        """Who looks for people and vehicles; None where what moves is a vehicle.

        Raises:
            ModelError: The network is missing, altered or not what its card says.
        """
        if self.zones.vehicles is Sight.MOTION:
            return None
        if self._finder is None:
            self._finder = PersonFinder(OnnxSession(store.find(DEFAULTS["find.person"])))
        return self._finder

    def ears(self) -> AnalyseSounds | None:
        """A listener for one stream of sound; None where nobody listens.

        Raises:
            ModelError: A network is missing, altered or not what its card says.
        """
        if not self._sound:
            return None
        if self._listener is not None:
            return AnalyseSounds(self._listener, ())
        head = store.find(DEFAULTS["find.incident"])
        tagger = Yamnet(OnnxSession(store.find(DEFAULTS["find.sound"])))
        self._listener = StreetSounds(tagger, OnnxSession(head))
        return AnalyseSounds(self._listener, limits_for(head.card.sha256))


@dataclass(slots=True)
class Watched:
    """What a watch has gone through."""

    frames: int = 0
    blocks: int = 0
    """Of sound."""
    events: int = 0
    """Told as begun."""
    unseen: int = 0
    """Frames that could not be looked at."""
    unheard: int = 0
    """Looks at sound that failed."""
    last_ns: int = 0
    """Stream time at which it ended."""


class Watch:
    """Watches one source. Use it once.

    Args:
        source: What is watched; its owner closes it.
        equipment: Zones and networks.
        tell: Takes every fact as soon as it is known.
        label: Put before the names of streams, so that several recordings stay apart; or "".
        publisher: Used where statistics are published as well.
        calibration_db: Added to every level of sound.
        began: When the source began, aware UTC; None where it says so itself.
    """

    def __init__(
        self,
        source: Source[Raw],
        equipment: WatchEquipment,
        tell: Tell,
        *,
        label: str = "",
        publisher: Publisher | None = None,
        began: datetime | None = None,
        calibration_db: float = 0.0,
    ) -> None:
        self._source, self._tell = source, tell
        self.done = Watched()
        self._label = label
        zones, video = equipment.zones, source.info.video
        self._look: Lookout | None = None
        self._refs: tuple[str, ...] = ()
        if video is not None:
            finder = equipment.finder
            self._look = Lookout(zones, finder, self._named(video.stream))
            self._refs = (finder.model,) if finder is not None else ()
        ears = {track.stream: equipment.ears() for track in source.info.audio}
        self._ears = {stream: one for stream, one in ears.items() if one is not None}
        lasts_s = max(zones.bucket_s, _SHORTEST_LEVELS_S)
        self._loud = {
            stream: TallyLevels(lasts_s, self._named(stream), offset_db=calibration_db)
            for stream in self._ears
        }
        refs = {*self._refs, *(ref for one in self._ears.values() for ref in one.models)}
        models = tuple(Model(ref, card.sha256) for ref, card in cards().items() if ref in refs)
        place = PlaceId(zones.place)
        self._maker = FactMaker(place, models=models)
        if began is not None:
            self._maker = replace(self._maker, wall_time=since(began))
        self._timed = began is not None
        self._publish = publisher(place, self._time_of_day) if publisher is not None else None
        self._streak = 0
        self._over = False

    def run(self) -> Watched:
        """Go through the source; whatever ends it, what was known is told.

        Raises:
            PassanteError: The source is lost, or nothing can be looked at any more.
        """
        try:
            for item in self._source:
                self.push(item)
        finally:
            self.flush()
        return self.done

    def push(self, item: Raw) -> None:
        """Take one item of the source, where somebody else reads it.

        Raises:
            PassanteError: Nothing can be looked at any more.
        """
        self._know_time(item)
        if isinstance(item, RawFrame):
            self._picture(item)
        else:
            self._sound(item)

    def _know_time(self, item: Raw) -> None:
        """The time of day, from the first item that says it."""
        if self._timed:
            return
        if item.captured_at is None:
            if self._publish is not None:  # at once, not at the end of the first bucket
                raise ProtectError(
                    f"stream {item.stream}: its time of day is not known, and a budget is of a day",
                    hint="say when the recording began, with --began",
                )
            return
        self._timed = True
        start = item.captured_at - timedelta(microseconds=item.pts_ns // 1000)
        self._maker = replace(self._maker, wall_time=since(start))

    def _picture(self, frame: RawFrame) -> None:
        if self._look is None:
            return
        self.done.frames += 1
        self.done.last_ns = max(self.done.last_ns, frame.pts_ns)
        looks = self._look.looks
        try:
            seen = list(self._look.push(frame))
        except PassanteError:
            raise
        except Exception as error:  # whatever a finder raises, this frame was not seen
            self.done.unseen += 1
            self._streak += 1
            if self._streak >= _BLIND:
                raise ProtectError(
                    f"stream {frame.stream}: {self._streak} looks in a row failed "
                    f"({type(error).__name__})",
                    hint="what was told until now stands; run again with --debug",
                ) from error.with_traceback(None)
            return
        if self._look.looks > looks:
            self._streak = 0
        self._told(seen)

    def _sound(self, block: RawAudio) -> None:
        ears = self._ears.get(block.stream)
        if ears is None:
            return
        self.done.blocks += 1
        lasts_ns = block.samples.shape[1] * NS_PER_S // block.rate_hz
        self.done.last_ns = max(self.done.last_ns, block.pts_ns + lasts_ns)
        for heard in ears.push(block):
            self._heard(heard)
        self._told(self._loud[block.stream].push(block))

    def _heard(self, heard: SoundIncident) -> None:
        self._told([replace(heard, stream=self._named(heard.stream))])
        if self._look is not None:
            self._told(self._look.hear(heard))

    def _told(self, seen: Iterable[Incident | SoundIncident | Tally]) -> None:
        for one in seen:
            if isinstance(one, Tally):
                figure = self._maker.exact(one)
                if figure is not None:
                    self._tell(figure)
                if self._publish is not None:
                    for told in self._publish.push(one):
                        self._tell(told)
                continue
            event = self._maker.event(one, models=self._refs)
            self.done.events += event.phase.value == "began"
            self._tell(event)

    def flush(self) -> None:
        """The source has ended: what is known is told; a second time there is nothing."""
        if self._over:
            return
        self._over = True
        for stream, ears in self._ears.items():
            for heard in ears.flush():
                self._heard(heard)
            self._told(self._loud[stream].flush())
        self.done.unheard = sum(ears.failures for ears in self._ears.values())
        if self._look is not None:
            self._told(self._look.flush())
        if self._publish is not None:
            for told in self._publish.flush():
                self._tell(told)

    def _time_of_day(self, stream_ns: int) -> datetime | None:
        return self._maker.wall_time(stream_ns)

    def _named(self, stream: StreamId) -> StreamId:
        return StreamId(f"{self._label}.{stream}") if self._label else stream
