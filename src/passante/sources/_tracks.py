"""The streams of one opened container, decoded: its largest video track, all its sound tracks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import chain

import av
from av.error import ExitError, FFmpegError
from av.packet import Packet
from av.stream import Discard, Stream

from passante.core.errors import DecodeError
from passante.core.media import AudioStream, MediaInfo, MediaKind
from passante.core.names import StreamId
from passante.inside.audio import RawAudio
from passante.inside.video import RawFrame
from passante.sources import _decode, _describe
from passante.sources._times import Repair, Timeline

_WAIT_FOR_PICTURE = 20_000
"""How many sound frames may pass before the first picture: some minutes of sound."""

_MADE_UP_TIMES = 0x1
"""AVFMT_FLAG_GENPTS, which is on unless it is taken away."""

Decoded = av.VideoFrame | av.AudioFrame


class Tracks:
    """What comes out of one container, in the order in which it came in.

    Args:
        container: Opened; its owner closes it.
        name: What errors call it.
        lost: Told why reading stopped before the end; what it raises ends the reading.
        states_length: Whether an MP3 counts its frames.
        at_once: Whether each picture is wanted as soon as it is there, rather than many fast.

    Attributes:
        notes: What a report should say about the reading, in plain words, without content.

    Raises:
        DecodeError: Nothing in it can be decoded.
    """

    def __init__(
        self,
        container: av.container.InputContainer,
        name: str,
        lost: Callable[[str], None],
        *,
        states_length: bool = False,
        at_once: bool = False,
    ) -> None:
        self._container, self._name, self._lost = container, name, lost
        self._states_length, self._at_once = states_length, at_once
        self.notes: list[str] = []
        self._damaged = 0
        self._changed = 0
        self._lead: int | None = None
        self._frames: Iterator[tuple[int, Decoded]] = iter(())
        self._end: dict[int, Fraction] = {}
        self.info = self._prepare()
        """What it holds; exact about the pictures, since the first has been decoded."""

    def __iter__(self) -> Iterator[RawFrame | RawAudio]:
        """Items in the order of the container, once; raises SourceError and nothing else."""
        try:
            for index, frame in self._frames:
                if isinstance(frame, av.VideoFrame):
                    yield self._picture(index, frame)
                elif frame.samples:
                    yield self._sound(index, frame)
        except (FFmpegError, ValueError, OSError) as error:
            # without the error itself: the library puts the address into it
            raise DecodeError(
                f"{self._name}: reading failed ({reason(error)})",
                hint="play it to its end in a player to see whether it is sound",
            ) from None

    def stop(self) -> None:
        """Nothing more comes out; may be called twice."""
        self._frames = iter(())

    # -- opening ---------------------------------------------------------------------------------

    def _prepare(self) -> MediaInfo:
        container = self._container
        self._decode_times_only = container.format.name == "avi"
        video = _describe.choose_video(container)
        sounds = [stream for stream in container.streams.audio if _describe.can_decode(stream)]
        undecodable = len(container.streams.audio) - len(sounds)
        if video is not None and video.codec_context is None:
            raise DecodeError(
                f"{self._name}: there is no decoder for its video",
                hint="convert it to H.264 with the tool that made it",
            )
        if video is None and not sounds:
            raise DecodeError(
                f"{self._name}: holds neither pictures nor sound that can be decoded",
                hint="only pictures and sound are carried over",
            )
        if (
            self._decode_times_only
            and video
            and video.codec_context.codec.canonical_name in {"h264", "hevc"}
        ):
            # What the library would make up for these is one frame late where none is reordered.
            container.flags &= ~_MADE_UP_TIMES
        carried: list[Stream] = [*([video] if video else []), *sounds]
        for stream in container.streams:
            if stream not in carried:
                stream.discard = Discard.all
        timeline = Timeline()
        self._repairs = {
            stream.index: Repair(
                _tick(stream), _step(stream), timeline, strict=stream.type == "video"
            )
            for stream in carried
        }
        self._seq = dict.fromkeys(self._repairs, 0)
        self._sounds: dict[int, AudioStream] = {
            stream.index: _describe.audio_stream(stream, number)
            for number, stream in enumerate(sounds)
        }
        self._frames = self._decoded(carried)
        pictures = None
        around: tuple[str, ...] = ()
        if video is not None:
            # Threads that share one picture give it at once; those with pictures of their own are
            # faster and late. More than a few of those cost memory and save nothing.
            video.thread_type = "SLICE" if self._at_once else "AUTO"
            video.thread_count = min(4, os.cpu_count() or 1)
            first = self._first_picture()
            self._format, self._pixels = _describe.video_format(first, video)
            self._mirrored = _describe.display(first)[1]
            around = _describe.around(first)
            pictures = _describe.video_stream(video, self._format)
        return MediaInfo(
            kind=MediaKind.VIDEO if pictures else MediaKind.SOUND,
            container=container.format.name,
            video=pictures,
            audio=tuple(self._sounds.values()),
            duration_ns=_describe.duration_ns(container),
            dropped=(*_describe.dropped(container, video, undecodable), *around),
        )

    def _first_picture(self) -> av.VideoFrame:
        """Decode up to the first picture; it and what came before it are kept."""
        before: list[tuple[int, Decoded]] = []
        for index, frame in self._frames:
            before.append((index, frame))
            if isinstance(frame, av.VideoFrame):
                self._frames = chain(before, self._frames)
                return frame
            if len(before) > _WAIT_FOR_PICTURE:
                break
        raise DecodeError(
            f"{self._name}: not one picture of its video can be decoded",
            hint="the file is damaged, or its codec is not what its container says",
        )

    # -- reading ---------------------------------------------------------------------------------

    def _decoded(self, streams: list[Stream]) -> Iterator[tuple[int, Decoded]]:
        """Frames of all streams in the order of the file; damaged packets are counted."""
        packets: Iterator[Packet[Stream]] = self._container.demux(streams)
        while True:
            broken = ""
            try:
                packet = next(packets)
            except StopIteration:
                return
            except FFmpegError as error:
                broken = reason(error)
            if broken:
                # Told outside of the handler: the library's own error has the address in it. The
                # demuxer gives up for good; the decoders still hold some frames.
                self._lost(broken)
                break
            if packet.is_corrupt:
                self._damaged += 1
            yield from self._frames_of(packet.stream, packet)
        for stream in streams:
            yield from self._frames_of(stream, None)

    def _frames_of(
        self, stream: Stream, packet: Packet[Stream] | None
    ) -> Iterator[tuple[int, Decoded]]:
        try:
            frames = stream.decode(packet)  # type: ignore[attr-defined]  # both kinds have it
        except FFmpegError:
            self._damaged += 1
            return
        for frame in frames:
            yield stream.index, frame

    def _picture(self, index: int, frame: av.VideoFrame) -> RawFrame:
        form = self._format
        stream = self._container.streams[index]
        if frame.is_corrupt:
            self._damaged += 1
        if (frame.width, frame.height) != (form.width, form.height):
            self._changed += 1
        shown = _decode.converted(frame, self._pixels, form.width, form.height)
        planes = _decode.planes_of(shown, form.layout)
        if self._mirrored:
            planes = tuple(_decode.mirrored(plane) for plane in planes)
        pts = self._repairs[index](self._shown_at(frame), frame.duration)
        self._end[index] = (pts + frame.duration) * _tick(stream)
        seq = self._seq[index]
        self._seq[index] += 1
        return RawFrame(
            stream=StreamId("video"),
            seq=seq,
            pts=pts,
            time_base=_tick(stream),
            format=form,
            planes=planes,
            owner=shown,
        )

    def _shown_at(self, frame: av.VideoFrame) -> int | None:
        at = frame.dts if frame.pts is None else frame.pts
        if not self._decode_times_only or at is None:
            return at
        # AVI says when to decode. Pictures come out a few steps later than that, by as many as
        # the decoder puts in order, and the first is shown when the file starts.
        if self._lead is None:
            self._lead = at
        return at - self._lead

    def _sound(self, index: int, frame: av.AudioFrame) -> RawAudio:
        told = self._sounds[index]
        tick = _tick(self._container.streams[index])
        samples = _decode.samples_of(frame)
        if frame.sample_rate != told.rate_hz or samples.shape[0] != told.channels:
            raise DecodeError(
                f"{self._name}: its sound changes from {told.rate_hz} Hz x {told.channels} to"
                f" {frame.sample_rate} Hz x {samples.shape[0]} on the way",
                hint="cut the recording where the sound changes, and protect both parts",
            )
        length = Fraction(samples.shape[1], told.rate_hz)
        pts = self._repairs[index](frame.pts, round(length / tick))
        self._end[index] = pts * tick + length
        seq = self._seq[index]
        self._seq[index] += 1
        return RawAudio(
            stream=told.stream,
            seq=seq,
            pts=pts,
            time_base=tick,
            rate_hz=told.rate_hz,
            layout=told.layout,
            samples=samples,
        )

    def finish(self) -> None:
        """What can only be said at the end: damage and repaired times, as notes.

        Raises:
            DecodeError: Nothing was decoded.
        """
        if not any(self._seq.values()):
            raise DecodeError(
                f"{self._name}: nothing in it can be decoded",
                hint="the file is damaged, or its codec is not what its container says",
            )
        self._note(self._damaged, "packet or frame was damaged", "packets or frames were damaged")
        self._note(
            self._changed,
            "picture had another size and was scaled to the first",
            "pictures had another size and were scaled to the first",
        )
        for what, one, many in (
            ("missing", "timestamp was missing", "timestamps were missing"),
            ("moved", "timestamp did not grow and was moved", "timestamps did not grow"),
            ("jumps", "jump back of its clock was closed", "jumps back of its clock were closed"),
        ):
            if what != "missing" or not self._decode_times_only:
                self._note(sum(getattr(r, what) for r in self._repairs.values()), one, many)
        self._note(
            sum(self._repairs[index].gaps for index in self._sounds),
            "gap was found in the sound",
            "gaps were found in the sound",
        )

    def ends_early(self) -> Fraction:
        """By how many seconds it ended before the end that it states; 0 where it states none."""
        promised = _describe.stated_end(self._container, mp3_counts=self._states_length)
        if promised is None or not self._end:
            return Fraction(0)
        return promised - max(self._end.values())

    def _note(self, number: int, one: str, many: str) -> None:
        if number:
            self.notes.append(f"{number} {one if number == 1 else many}")


def _tick(stream: Stream) -> Fraction:
    return stream.time_base or Fraction(1, 90_000)


def _step(stream: Stream) -> int:
    """Ticks from one item of a stream to the next, at its usual rate."""
    if isinstance(stream, av.video.stream.VideoStream):
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        return round(1 / (rate * _tick(stream)))
    return 1


SILENT = "no data in time"
"""What `reason` says of a wait that was cut short."""


def reason(error: Exception) -> str:
    """What a library says about an error, without the path it adds."""
    if isinstance(error, ExitError):
        return SILENT
    return str(getattr(error, "strerror", "") or type(error).__name__)
