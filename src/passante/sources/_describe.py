"""What an opened container holds, and what of it will be left behind."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.stream import Discard, Disposition

from passante.core.clock import NS_PER_S
from passante.core.media import AudioStream, Colour, VideoFormat, VideoStream
from passante.core.names import StreamId
from passante.sources._decode import FULL_RANGE, carried_as

_BOTTOM_FIRST = (3, 5)
"""AV_FIELD_BB and AV_FIELD_BT: the bottom field is shown first."""
_LAYOUTS = {
    f"{number} channels": name
    for number, name in enumerate(
        ("mono", "stereo", "3.0", "4.0", "5.0", "5.1", "6.1", "7.1"), start=1
    )
}
"""The usual layout for a number of channels, for tracks that state none."""

_PLACE = ("location", "gps", "xyz", "geotag")
_TIME = ("creation", "date", "time", "year", "tim")
_QUIET = {
    "major_brand", "minor_version", "compatible_brands", "handler_name", "vendor_id", "language",
    "encoder", "duration", "number_of_frames", "number_of_bytes", "bps", "rotate",
}  # fmt: skip
"""Keys that every writer sets and that say nothing about the recording."""


def is_picture_only(stream: av.video.stream.VideoStream) -> bool:
    """True for cover art and thumbnails, which containers keep as streams of video."""
    return bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def choose_video(
    container: av.container.InputContainer,
) -> av.video.stream.VideoStream | None:
    """The stream of pictures that is carried: the largest, at equal size the first."""
    streams = [stream for stream in container.streams.video if not is_picture_only(stream)]
    return max(streams, key=_area, default=None)


def _area(stream: av.video.stream.VideoStream) -> int:
    context = stream.codec_context
    return 0 if context is None else context.width * context.height


def display(frame: av.VideoFrame) -> tuple[int, bool]:
    """How a viewer shows a frame: degrees clockwise (0, 90, 180, 270), after mirroring or not.

    The matrix maps (x, y, 1), as a row, to where it is shown, y down; all but its turn and its
    mirroring is left out.
    """
    side = frame.side_data.get("DISPLAYMATRIX")
    if side is None:
        return 0, False
    memory: Any = side  # it has the buffer protocol, which its annotations do not say
    a, b, _, c, d = np.frombuffer(memory, np.int32)[:5].astype(float)
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    return round(math.degrees(math.atan2(b, a)) / 90) * 90 % 360, mirrored


def around(frame: av.VideoFrame) -> tuple[str, ...]:
    """What comes with a frame and is not carried over."""
    present: Any = frame.side_data  # annotated as a dict, though iterating gives the data
    names = {side.type.name for side in present}
    found = {
        "HDR mastering data": names
        & {"MASTERING_DISPLAY_METADATA", "CONTENT_LIGHT_LEVEL", "DYNAMIC_HDR_PLUS"},
        "Dolby Vision data": names & {"DOVI_RPU_BUFFER", "DOVI_METADATA"},
        "closed captions": names & {"A53_CC"},
        "timecode": names & {"GOP_TIMECODE", "S12M_TIMECODE"},
        "colour profile": names & {"ICC_PROFILE"},
        "transparency": any(part.is_alpha for part in frame.format.components),
    }
    return tuple(phrase for phrase, there in found.items() if there)


def video_format(
    frame: av.VideoFrame, stream: av.video.stream.VideoStream
) -> tuple[VideoFormat, str]:
    """The format of all frames of a stream, read off its first, and its FFmpeg pixel format."""
    layout, target = carried_as(frame.format.name)
    rotation, _ = display(frame)
    full = frame.color_range == FULL_RANGE or frame.format.name.startswith("yuvj")
    aspect = stream.sample_aspect_ratio or Fraction(1)
    order = stream.codec_context.field_order
    made = VideoFormat(
        width=frame.width,
        height=frame.height,
        layout=layout,
        colour=Colour(
            primaries=int(frame.color_primaries),
            transfer=int(frame.color_trc),
            matrix=int(frame.colorspace),
            full_range=full,
        ),
        sample_aspect=aspect if aspect > 0 else Fraction(1),
        rotation=rotation,
        interlaced=frame.interlaced_frame,
        top_field_first=order not in _BOTTOM_FIRST,
    )
    return made, target


def video_stream(stream: av.video.stream.VideoStream, form: VideoFormat) -> VideoStream:
    """The stream of pictures as its container describes it."""
    return VideoStream(
        stream=StreamId("video"),
        format=form,
        time_base=stream.time_base or Fraction(1, 90_000),
        rate=stream.average_rate or stream.guessed_rate or None,
        frames=stream.frames or None,
        codec=stream.codec_context.codec.canonical_name,
    )


def audio_stream(stream: av.audio.stream.AudioStream, number: int) -> AudioStream:
    """One stream of sound as its container describes it; `number` counts from 0."""
    context = stream.codec_context
    bits = context.format.bits if context.format else None
    return AudioStream(
        stream=StreamId(f"audio-{number + 1}"),
        rate_hz=context.sample_rate,
        layout=_LAYOUTS.get(context.layout.name, context.layout.name),
        channels=context.layout.nb_channels,
        time_base=stream.time_base or Fraction(1, context.sample_rate),
        codec=context.codec.canonical_name,
        bit_rate=context.bit_rate or None,
        language=stream.language if stream.language != "und" else None,
        depth=bits,
    )


def duration_ns(container: av.container.InputContainer) -> int | None:
    """How long the container says it is, in ns."""
    return None if container.duration is None else container.duration * (NS_PER_S // av.time_base)


def can_decode(stream: av.audio.stream.AudioStream) -> bool:
    """True where there is a decoder for the sound and its rate and channels are known."""
    context = stream.codec_context
    return context is not None and context.sample_rate > 0 and context.layout.nb_channels > 0


def stated_end(container: av.container.InputContainer, *, mp3_counts: bool) -> Fraction | None:
    """When the last item ends, in s, where the container states it and does not guess.

    Streams that are not carried may be longer than those that are, so with any of them there is
    no telling.
    """
    states = {"flac", "matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2", "avi", "wav"}
    name = container.format.name
    skipped = any(stream.discard == Discard.all for stream in container.streams)
    if not (name in states or (name == "mp3" and mp3_counts)) or skipped:
        return None
    if container.duration is None:
        return None
    # Matroska counts from 0, wherever the first item is; so do parts of a longer recording.
    start = 0 if name == "matroska,webm" else container.start_time or 0
    return Fraction(start + container.duration, av.time_base)


def dropped(
    container: av.container.InputContainer,
    video: av.video.stream.VideoStream | None,
    undecodable: int,
) -> tuple[str, ...]:
    """One phrase for each kind of thing that is not carried over, without its content."""
    streams = container.streams
    pictures = sum(is_picture_only(stream) for stream in streams.video)
    further = len(streams.video) - pictures - (video is not None)
    unknown = sum(stream.type == "unknown" for stream in streams)
    found = [
        _counted(len(streams.subtitles), "subtitle track", "subtitle tracks"),
        _counted(len(streams.data), "data track", "data tracks"),
        _counted(len(streams.attachments), "attachment", "attachments"),
        _counted(pictures, "attached picture", "attached pictures"),
        _counted(further, "further video track", "further video tracks"),
        _counted(unknown, "track of unknown type", "tracks of unknown type"),
        _counted(undecodable, "undecodable sound track", "undecodable sound tracks"),
        _counted(len(container.chapters()), "chapter", "chapters"),
    ]
    keys = {key.lower() for key in container.metadata}
    keys |= {key.lower() for stream in streams for key in stream.metadata}
    keys = {key.split("-eng")[0] for key in keys} - _QUIET
    keys = {key for key in keys if not key.startswith("_statistics")}
    place = {key for key in keys if any(word in key for word in _PLACE)}
    moment = {key for key in keys - place if any(word in key for word in _TIME)}
    if place:
        found.append("metadata: location")
    if moment:
        found.append("metadata: creation time")
    if keys - place - moment:
        found.append("metadata: title and others")
    return tuple(phrase for phrase in found if phrase)


def _counted(number: int, one: str, many: str) -> str:
    if number == 0:
        return ""
    return one if number == 1 else f"{number} {many}"
