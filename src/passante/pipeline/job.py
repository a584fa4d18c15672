"""One file from beginning to end: open, build, run, report."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from passante import __version__
from passante.core.clock import NS_PER_S, Clock
from passante.core.errors import ProtectError
from passante.core.media import MediaInfo
from passante.core.names import Cause, plain
from passante.models.catalogue import cards
from passante.pipeline import report
from passante.pipeline.build import Built, Equipment, build, capacity
from passante.pipeline.memory import steady_memory
from passante.pipeline.meter import Meter, Observer, Place, Tolerance
from passante.pipeline.runner import Fault, Runner
from passante.protect.policy import PICTURE, SOUND, Policy
from passante.protect.video import hidden_as
from passante.sinks import OutputSettings, open_sink
from passante.sinks.levels import LevelsFile
from passante.sources import open_source

Watch = Callable[[MediaInfo], Observer]
"""Told what the input holds; gives the observer of the run."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to make of which file."""

    source: Path
    target: Path
    output: OutputSettings = field(default_factory=OutputSettings)
    allow_truncated: bool = False
    """Keep what is readable of a file whose end is missing."""
    tolerance: Tolerance = field(default_factory=Tolerance)
    levels: Path | None = None
    """Where sound levels go, if they are measured and the input has sound."""


def protect_file(
    job: Job, equipment: Equipment, *, watch: Watch | None = None, clock: Clock | None = None
) -> report.Report:
    """Protect one file. On any error, and on any interruption, nothing stands at the target.

    Raises:
        PassanteError: What stopped it.
    """
    wall, cpu = time.monotonic(), time.process_time()
    steady_memory()
    source = open_source(job.source, allow_truncated=job.allow_truncated)
    try:
        info = source.info
        levels = _levels_file(job, info, equipment)
        try:
            sink = open_sink(job.target, info, job.output, source=job.source)
            try:
                tell = levels.write if levels else None
                built = build(info, source, sink, equipment, tell)
                meter = Meter(built.pipeline.streams, tolerance=job.tolerance, clock=clock)
                runner = Runner(built.pipeline, meter, capacity=capacity(info))
            except BaseException:
                sink.abort()
                raise
        except BaseException:
            if levels:
                levels.abort()
            raise
    except BaseException:
        source.close()
        raise
    try:
        try:
            runner.run(watch(info) if watch else None)
        except ProtectError as error:
            # Frames around a failing finder are withheld, so the error knows only their number.
            if error.__cause__ is None and built.look is not None:
                raise error from built.look.last_error
            raise
        if levels:
            levels.close()
        counts = meter.counts()
        return report.Report(
            software=f"passante {__version__}",
            policy=_policy(equipment.policy),
            models=_models(built.models, equipment),
            input=report.InputRead(
                name=plain(job.source.name),
                kind=info.kind.value,
                container=info.container,
                duration_s=info.duration_ns / NS_PER_S if info.duration_ns else None,
                truncated=source.truncated,
                dropped=info.dropped,
            ),
            output=report.OutputWritten(
                name=plain(job.target.name),
                size_bytes=job.target.stat().st_size,
                levels=plain(levels.name) if levels else None,
            ),
            streams=_streams(info, meter, (*runner.faults, *_finder_faults(built))),
            tracks=_tracks(built, equipment.policy),
            speech=_speech(built),
            notes=(*source.notes, *_notes(built)),
            timing=report.Timing(
                wall_s=round(time.monotonic() - wall, 3),
                cpu_s=round(time.process_time() - cpu, 3),
                media_s=max((count.media_s for count in counts.values()), default=0.0),
                peak_rss_bytes=peak_rss_bytes(),
            ),
        )
    except BaseException:
        # An interruption may come in the very moment in which the file has got its name.
        if runner.complete:
            job.target.unlink(missing_ok=True)
        if levels:
            levels.abort()
        raise


def _levels_file(job: Job, info: MediaInfo, equipment: Equipment) -> LevelsFile | None:
    """The open file for sound levels, or None where there are none to write."""
    if job.levels is None or equipment.levels is None or not info.audio:
        return None
    return LevelsFile(
        job.levels,
        overwrite=job.output.overwrite,
        policy=equipment.policy.name,
        policy_sha256=equipment.policy.sha256,
        offset_db=equipment.levels.offset_db,
    )


def peak_rss_bytes() -> int:
    """The most memory that this process has held so far."""
    # Linux carries the peak of getrusage() over from the process that started this one.
    try:
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _policy(policy: Policy) -> report.PolicyUsed:
    receipt = policy.receipt((*PICTURE, *SOUND), ())
    return report.PolicyUsed(
        name=policy.name,
        version=policy.version,
        sha256=policy.sha256,
        leaves_visible=policy.leaves_visible(),
        operators=dict(receipt.operators),
        revealed=dict(receipt.revealed),
    )


def _models(refs: Iterable[str], equipment: Equipment) -> tuple[report.ModelUsed, ...]:
    # One of the user's own may be called like one of ours: then it is the one that looked.
    own = {model.card.ref: model.card for model in equipment.models.values()}
    known = {**cards(), **own}
    used = set(refs)
    return tuple(
        report.ModelUsed(ref=card.ref, task=card.task, sha256=card.sha256)
        for card in known.values()
        if card.ref in used
    )


def _streams(
    info: MediaInfo, meter: Meter, faults: Iterable[Fault]
) -> tuple[report.StreamDone, ...]:
    codecs = {track.stream: track.codec for track in info.audio}
    if info.video is not None:
        codecs[info.video.stream] = info.video.codec
    return tuple(
        report.StreamDone(
            stream=stream,
            kind="video" if info.video and stream == info.video.stream else "audio",
            codec=codecs[stream],
            read=count.read,
            written=count.written,
            dropped=report.Lost(
                unanalysed=count.unanalysed, unprotected=count.unprotected, late=count.late
            ),
            media_s=count.media_s,
            delay_mean_s=round(count.delay_mean_s, 4),
            delay_max_s=round(count.delay_max_s, 4),
            faults=tuple(
                report.FaultSeen(
                    place="analysis" if fault.place is Place.ANALYSIS else "protection",
                    error=fault.error,
                    times=fault.times,
                )
                for fault in faults
                if fault.stream == stream
            ),
        )
        for stream, count in meter.counts().items()
    )


def _finder_faults(built: Built) -> list[Fault]:
    if built.look is None:
        return []
    (stream,) = built.pipeline.video
    return [
        Fault(stream, Place.ANALYSIS, error, times)
        for error, times in built.look.faults.most_common()
    ]


def _tracks(built: Built, policy: Policy) -> tuple[report.TrackCovered, ...]:
    """What was covered; vehicles and what the policy reveals are followed too, but stay visible."""
    return tuple(
        report.TrackCovered(
            number=track.number,
            kind=track.kind.value,
            first=report.Moment(seq=track.first_seq, time_s=track.first_ns / NS_PER_S),
            last=report.Moment(seq=track.last_seq, time_s=track.last_ns / NS_PER_S),
            frames=report.Frames(**{cause.value: track.frames.get(cause, 0) for cause in Cause}),
        )
        for track in sorted(built.tracks, key=lambda track: track.number)
        if hidden_as(track.kind, policy) is not None
    )


def _speech(built: Built) -> tuple[report.SpeechFound, ...]:
    return tuple(
        report.SpeechFound(
            stream=stream, start_s=span.start_ns / NS_PER_S, end_s=span.end_ns / NS_PER_S
        )
        for stream, spans in built.speech.items()
        for span in spans
    )


def _notes(built: Built) -> list[str]:
    notes = []
    for stream, listener in built.listeners.items():
        if listener.failures:
            notes.append(
                f"{stream}: {listener.failures} pieces of 32 ms could not be judged "
                "and were treated as speech"
            )
    for stream, masker in built.maskers.items():
        if masker.failures:
            notes.append(f"{stream}: silenced in {masker.failures} places where masking failed")
    return notes
