"""Small recordings made on the spot, and a run through source and sink without any protection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.filter import Graph
from numpy.typing import NDArray

from passante.core.media import MediaInfo
from passante.inside.audio import RawAudio
from passante.inside.video import RawFrame
from passante.outside._mint import MINT
from passante.outside.media import Outbound, ProtectedAudio, ProtectedFrame
from passante.outside.receipt import Receipt
from passante.sinks import OutputSettings, open_sink
from passante.sources import open_source

FAST = OutputSettings(preset="ultrafast")
QUIET_X265 = {"x265-params": "log-level=none"}
_RECEIPT = Receipt("test", "0" * 64, (("head", "fill@1"),), (), "passante test")


def dressed(item: RawFrame | RawAudio) -> Outbound:
    """The item as if it had been protected: only a test may do this."""
    if isinstance(item, RawFrame):
        return ProtectedFrame(
            item.stream, item.seq, item.pts, item.time_base, item.format, item.planes,
            _RECEIPT, MINT,
        )  # fmt: skip
    return ProtectedAudio(
        item.stream, item.seq, item.pts, item.time_base, item.rate_hz, item.layout, item.samples,
        _RECEIPT, MINT,
    )  # fmt: skip


@dataclass(frozen=True)
class Sound:
    """One track of a made recording."""

    codec: str = "aac"
    rate: int = 48_000
    layout: str = "stereo"
    language: str | None = None
    start_s: Fraction = Fraction(0)
    seconds: Fraction = Fraction(1)
    wave: Callable[[NDArray[Any]], NDArray[Any]] | None = None
    """Samples for times in s; None: a soft tone."""


@dataclass(frozen=True)
class Clip:
    """What a made recording is to be."""

    codec: str | None = "libx264"
    pixels: str = "yuv420p"
    size: tuple[int, int] = (96, 64)
    pts: Sequence[int] = tuple(range(12))
    time_base: Fraction = Fraction(1, 25)
    rate: Fraction = Fraction(25)
    aspect: Fraction = Fraction(1)
    colour: tuple[int, int, int, int] = (2, 2, 2, 1)
    """Primaries, transfer, matrix, range (1 limited, 2 full)."""
    rotation: int = 0
    """Degrees clockwise."""
    fields: str | None = None
    """"tff" or "bff"."""
    luma: Callable[[int], int] | None = None
    """Brightness of the n-th picture; None: a moving slope."""
    sounds: Sequence[Sound] = ()
    metadata: dict[str, str] = field(default_factory=dict)
    chapters: int = 0
    subtitles: bool = False
    attachment: bool = False
    format: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    encoder: dict[str, str] = field(default_factory=dict)


def make(path: Path, clip: Clip) -> Path:
    """Write a recording as described."""
    with av.open(str(path), "w", format=clip.format, container_options=clip.options) as output:
        output.metadata.update(clip.metadata)
        if clip.chapters:
            output.set_chapters(
                [
                    {
                        "id": n, "start": n * 100, "end": n * 100 + 100,
                        "time_base": Fraction(1, 1000), "metadata": {"title": f"part {n}"},
                    }
                    for n in range(clip.chapters)
                ]
            )  # fmt: skip
        video = _video(output, clip) if clip.codec else None
        sounds = [(sound, _sound(output, sound)) for sound in clip.sounds]
        subtitle = output.add_mux_stream("subrip") if clip.subtitles else None
        if clip.attachment:
            output.add_attachment("notes.txt", "text/plain", b"a secret")
        packets = []
        if video is not None:
            packets += [p for n in range(len(clip.pts)) for p in video.encode(_frame(clip, n))]
            packets += video.encode(None)
        for sound, stream in sounds:
            packets += [p for frame in _tone(sound) for p in stream.encode(frame)]
            packets += stream.encode(None)
        if subtitle is not None:
            line = av.Packet(b"a secret")
            line.stream, line.time_base = subtitle, Fraction(1, 1000)
            line.pts, line.dts, line.duration = 0, 0, 300
            packets.append(line)
        packets.sort(key=lambda packet: (packet.dts or 0) * packet.time_base)
        output.mux(packets)
    return path


def _video(output: Any, clip: Clip) -> Any:  # Any: the two stay within this module
    stream = output.add_stream(
        clip.codec, rate=clip.rate, options=clip.encoder, time_base=clip.time_base
    )
    context = stream.codec_context
    context.width, context.height = clip.size
    context.pix_fmt = clip.pixels
    context.time_base = clip.time_base
    context.sample_aspect_ratio = clip.aspect
    primaries, transfer, matrix, colour_range = clip.colour
    context.color_primaries, context.color_trc = primaries, transfer
    context.colorspace, context.color_range = matrix, colour_range
    context.thread_count = 1
    if clip.fields:
        context.flags |= 0x40000 | 0x20000000
        context.field_order = 2 if clip.fields == "tff" else 3
    if clip.rotation:
        stream.set_display_rotation(-clip.rotation)
    return stream


def _frame(clip: Clip, number: int) -> av.VideoFrame:
    columns, rows = clip.size
    frame = av.VideoFrame(columns, rows, clip.pixels)
    deep = frame.format.components[0].bits
    for index, plane in enumerate(frame.planes):
        memory: Any = plane
        kind = np.uint8 if deep == 8 else np.uint16
        view = np.frombuffer(memory, kind).reshape(plane.height, -1)[:, : plane.width]
        across = np.arange(plane.width)[None] + np.arange(plane.height)[:, None]
        if clip.luma and not index:
            view[:] = clip.luma(number)
        else:
            view[:] = (40 + (across * 2 + number * 3 + index * 40) % 160) << (deep - 8)
    frame.pts, frame.time_base = clip.pts[number], clip.time_base
    if clip.fields:
        graph = Graph()
        entry = graph.add_buffer(
            width=columns, height=rows, format=frame.format, time_base=clip.time_base
        )
        mark, leave = graph.add("setfield", mode=clip.fields), graph.add("buffersink")
        entry.link_to(mark)
        mark.link_to(leave)
        graph.configure()
        entry.push(frame)
        pulled = leave.pull()
        assert isinstance(pulled, av.VideoFrame)
        return pulled
    return frame


def _sound(output: Any, sound: Sound) -> Any:
    stream = output.add_stream(sound.codec, rate=sound.rate)
    stream.codec_context.layout = sound.layout
    stream.codec_context.time_base = Fraction(1, sound.rate)
    if sound.language:
        stream.metadata["language"] = sound.language
    return stream


def _tone(sound: Sound) -> list[av.AudioFrame]:
    count = int(sound.seconds * sound.rate)
    at = np.arange(count) / sound.rate + float(sound.start_s)
    wave = sound.wave(at) if sound.wave else 0.2 * np.sin(2 * np.pi * 440 * at)
    channels = av.AudioLayout(sound.layout).nb_channels
    data = np.repeat(wave[None], channels, axis=0).astype(np.float32)
    frames = []
    for start in range(0, count, 1024):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(data[:, start : start + 1024]), "fltp", sound.layout
        )
        frame.sample_rate, frame.time_base = sound.rate, Fraction(1, sound.rate)
        frame.pts = int(sound.start_s * sound.rate) + start
        frames.append(frame)
    return frames


@dataclass
class Read:
    """Everything that was read from a file."""

    info: MediaInfo
    frames: list[RawFrame]
    sounds: dict[str, list[RawAudio]]
    notes: list[str]
    truncated: bool

    @property
    def times_ns(self) -> list[int]:
        """When each picture is shown."""
        return [frame.pts_ns for frame in self.frames]

    def samples(self, stream: str = "audio-1") -> NDArray[np.float32]:
        """All samples of a track, (channels, n)."""
        return np.concatenate([block.samples for block in self.sounds[stream]], axis=1)

    def centre_s(self, stream: str = "audio-1") -> float:
        """When the energy of a track is centred, in s."""
        total = moment = 0.0
        for block in self.sounds[stream]:
            energy = block.samples[0].astype(float) ** 2
            at = float(block.pts * block.time_base) + np.arange(energy.size) / block.rate_hz
            total += energy.sum()
            moment += (energy * at).sum()
        return moment / total


def read(path: Path, *, allow_truncated: bool = False) -> Read:
    """Read a file to its end."""
    source = open_source(path, allow_truncated=allow_truncated)
    frames: list[RawFrame] = []
    sounds: dict[str, list[RawAudio]] = {}
    try:
        for item in source:
            if isinstance(item, RawFrame):
                frames.append(item)
            else:
                sounds.setdefault(item.stream, []).append(item)
    finally:
        source.close()
    return Read(source.info, frames, sounds, source.notes, source.truncated)


def carry(source_path: Path, target: Path, settings: OutputSettings = FAST) -> Path:
    """Write what is read, unprotected, to another file."""
    source = open_source(source_path)
    sink = open_sink(target, source.info, settings, source=source_path)
    try:
        for item in source:
            sink.write(dressed(item))
        sink.close()
    finally:
        sink.abort()
        source.close()
    return target
