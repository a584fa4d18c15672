"""From a policy and a file to a pipeline: which networks, which stages, which sink."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from passante.analyse.faces import FaceFinder
from passante.analyse.looks import LookSettings
from passante.analyse.persons import PersonFinder
from passante.analyse.plates import PlateFinder
from passante.analyse.separate import DtlnSeparator, VoiceSeparator
from passante.analyse.speech import DEFAULT, LOW_DELAY, AnalyseSpeech
from passante.analyse.video import TRACKING, AnalyseVideo, AnalysisSettings, Finders
from passante.analyse.voice import SileroDetector, VoiceDetector
from passante.core.media import MediaInfo, MediaKind
from passante.core.names import Kind, Sensitive, StreamId
from passante.flow import Sink, Source, Stage
from passante.inside.audio import AnalysedAudio, RawAudio
from passante.inside.observation import SpeechSpan, TrackSummary
from passante.models import store
from passante.models.catalogue import DEFAULTS, REVOICING
from passante.models.session import OnnxSession
from passante.models.store import VerifiedModel
from passante.outside.levels import Levels
from passante.outside.media import Outbound, ProtectedAudio
from passante.pipeline.runner import AudioLane, Lane, Pipeline, Raw, VideoLane
from passante.protect.audio import ProtectAudio
from passante.protect.levels import LevelSettings, MeasureLevels
from passante.protect.operators.phones import PhoneReader
from passante.protect.operators.revoice import Speaker
from passante.protect.policy import Policy
from passante.protect.rules import Revoice, Scene, Silence, Soundscape
from passante.protect.video import ProtectVideo


@dataclass(frozen=True, slots=True)
class Listeners:
    """Who listens to sound."""

    voice: VoiceDetector
    separator: VoiceSeparator | None = None


class Equipment:
    """A policy and the networks that it needs: opened when first needed, used for many files.

    Args:
        policy: Decides what must be found.
        finders: Used instead of the default networks.
        voice: Likewise, without a separator of voices.
        models: Networks of the user's own by task, instead of the usual ones.
        levels: How to measure sound levels; None where nobody asks for them.
        speaker: Used instead of the networks of `revoice`.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        finders: Finders | None = None,
        voice: VoiceDetector | None = None,
        levels: LevelSettings | None = None,
        speaker: Speaker | None = None,
        models: Mapping[str, VerifiedModel] | None = None,
    ) -> None:
        self.policy = policy
        self.models = dict(models or {})
        self.levels = levels
        self._finders = finders
        self._listeners = None if voice is None else Listeners(voice)
        self._speaker = speaker

    @property
    def finders(self) -> Finders:
        """Who looks at pictures.

        Raises:
            ModelError: A network is missing, altered or not what its card says.
        """
        if self._finders is None:
            needed = self.policy.kinds_needed
            self._finders = Finders(
                faces=(
                    FaceFinder(self._session("find.face"), threshold=_FACE_KEEP)
                    if Kind.FACE in needed
                    else None
                ),
                people=(
                    PersonFinder(self._session("find.person"))
                    if needed & {Kind.PERSON, Kind.VEHICLE}
                    else None
                ),
                plates=PlateFinder(self._session("find.plate")) if Kind.PLATE in needed else None,
            )
        return self._finders

    @property
    def listeners(self) -> Listeners | None:
        """Who listens for speech; None where the policy keeps no sound and no level is wanted.

        Raises:
            ModelError: A network is missing, altered or not what its card says.
        """
        deaf = isinstance(self.policy.speech, Silence) and self.levels is None
        if self._listeners is None and not deaf:
            self._listeners = Listeners(
                SileroDetector(self._session("find.speech")),
                DtlnSeparator(self._session("mask.speech"), self._session("refine.speech")),
            )
        return self._listeners

    @property
    def speaker(self) -> Speaker | None:
        """Who says again what is said; None where the policy keeps no words.

        Raises:
            ModelError: A network is missing, altered or not what its card says.
        """
        if not isinstance(self.policy.speech, Revoice):
            return None
        if self._speaker is None:
            listening, naming, speaking = (OnnxSession(store.find(ref)) for ref in REVOICING)
            self._speaker = Speaker(PhoneReader(listening, naming), speaking)
        return self._speaker

    def _session(self, task: str) -> OnnxSession:
        return OnnxSession(self.models.get(task) or store.find(DEFAULTS[task]))


class AllSpeech:
    """A stage that takes every sample for speech: for a policy that keeps no sound, no network."""

    delay_ns = 0

    def __init__(self) -> None:
        self._first = True

    def push(self, raw: RawAudio, /) -> Iterator[AnalysedAudio]:
        """The block, all of it speech."""
        first, self._first = self._first, False
        yield AnalysedAudio(raw, np.ones(raw.samples.shape[1], np.float32), begins=first)

    def flush(self) -> tuple[()]:
        """Nothing was held."""
        return ()


class SpansNoted:
    """Hands on what another stage makes of sound, and tells `note` where the speech was."""

    def __init__(self, stage: AnalyseSpeech, note: Callable[[SpeechSpan], None]) -> None:
        self._stage = stage
        self._note = note

    @property
    def delay_ns(self) -> int:
        """That of the other stage."""
        return self._stage.delay_ns

    @property
    def failures(self) -> int:
        """Pieces of 32 ms that count as speech because they could not be judged."""
        return self._stage.failures

    def push(self, raw: RawAudio, /) -> Iterator[AnalysedAudio]:
        """What became ready through `raw`."""
        return self._noted(self._stage.push(raw))

    def flush(self) -> Iterator[AnalysedAudio]:
        """What was held."""
        return self._noted(self._stage.flush())

    def _noted(self, items: Iterable[AnalysedAudio]) -> Iterator[AnalysedAudio]:
        for item in items:
            for span in item.spans:
                self._note(span)
            yield item


@dataclass(frozen=True, slots=True)
class Built:
    """A pipeline, ready to run, with those of its parts that a report asks afterwards."""

    pipeline: Pipeline
    models: tuple[str, ...]
    """References of all networks in it, sorted."""
    look: AnalyseVideo | None = None
    listeners: dict[StreamId, SpansNoted] = field(default_factory=dict)
    maskers: dict[StreamId, ProtectAudio] = field(default_factory=dict)
    tracks: list[TrackSummary] = field(default_factory=list)
    """What was followed, in the order in which it ended; grows while it runs."""
    speech: dict[StreamId, list[SpeechSpan]] = field(default_factory=dict)
    """Where speech was, likewise."""


_FACE_KEEP = TRACKING[Kind.FACE].keep
"""What keeps a track of a face alive must be found at all."""
_QUEUED_BYTES = 12 * 1024 * 1024
"""About how much picture may wait in one channel."""


def capacity(info: MediaInfo) -> int:
    """How many items a channel should hold: few where pictures are large."""
    if info.video is None:
        return 6
    form = info.video.format
    samples = sum(math.prod(form.plane_shape(plane)) for plane in range(form.layout.planes))
    frame_bytes = samples * (1 if form.layout.depth == 8 else 2)
    return max(2, min(6, _QUEUED_BYTES // max(1, frame_bytes)))


def build(
    info: MediaInfo,
    source: Source[Raw],
    sink: Sink[Outbound],
    equipment: Equipment,
    tell: Callable[[Levels], None] | None = None,
) -> Built:
    """Stages for every stream of `source`; `tell` takes sound levels, if they are measured.

    Raises:
        ModelError: A network that the policy needs cannot be used.
    """
    policy = equipment.policy
    video: dict[StreamId, VideoLane] = {}
    audio: dict[StreamId, AudioLane] = {}
    models: set[str] = set()
    look: AnalyseVideo | None = None
    tracks: list[TrackSummary] = []
    if info.video is not None:
        finders = equipment.finders
        seen_by = {f.model for f in (finders.faces, finders.people, finders.plates) if f}
        models |= seen_by
        look = AnalyseVideo(
            finders,
            AnalysisSettings(
                head_prior=Sensitive.HEAD in policy.priors,
                plate_prior=Sensitive.PLATE in policy.priors,
                looks=LookSettings(thorough=info.kind is MediaKind.PICTURE),
            ),
            needed=policy.kinds_needed,
            scene=any(isinstance(rule, Scene) for rule in policy.rules.values()),
            ended=tracks.append,
        )
        video[info.video.stream] = Lane(look, ProtectVideo(policy, sorted(seen_by)))
    listeners: dict[StreamId, SpansNoted] = {}
    speech: dict[StreamId, list[SpeechSpan]] = {}
    maskers: dict[StreamId, ProtectAudio] = {}
    for track in info.audio:
        who = equipment.listeners
        if who is None:
            maskers[track.stream] = ProtectAudio(policy, ())
            audio[track.stream] = Lane(AllSpeech(), maskers[track.stream])
            continue
        low_delay = isinstance(policy.speech, Soundscape) and policy.speech.low_delay
        listen = AnalyseSpeech(who.voice, who.separator, LOW_DELAY if low_delay else DEFAULT)
        speaker = equipment.speaker
        refs = (*listen.models, *(speaker.models if speaker else ()))
        models.update(refs)
        speech[track.stream] = []
        listeners[track.stream] = SpansNoted(listen, speech[track.stream].append)
        maskers[track.stream] = ProtectAudio(policy, refs, speaker=speaker)
        protect: Stage[AnalysedAudio, ProtectedAudio] = maskers[track.stream]
        if equipment.levels is not None and tell is not None:
            scene = replace(policy, speech=Soundscape())
            beside = None if policy == scene else ProtectAudio(scene, listen.models)
            protect = MeasureLevels(protect, beside, equipment.levels, tell)
        audio[track.stream] = Lane(listeners[track.stream], protect)
    pipeline = Pipeline(source, sink, video, audio)
    return Built(pipeline, tuple(sorted(models)), look, listeners, maskers, tracks, speech)
