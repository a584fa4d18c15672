"""One track of sound on its way into a container."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.codec.context import Flags
from av.packet import Packet
from numpy.typing import NDArray

from passante.core.media import AudioStream
from passante.outside.media import ProtectedAudio
from passante.sinks._codecs import Container, sound_encoder

_TOLERANCE_S = Fraction(1, 100)
"""By how much a block may lie off the running count of samples before it is put right."""

_LONGEST_S = 60
"""The longest gap that is filled."""

_RATES: dict[str, tuple[int, ...]] = {
    "aac": (
        7350, 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000,
    ),
    "libmp3lame": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
    "libopus": (48000,),
}  # fmt: skip
"""Rates in Hz that an encoder takes; all others take any."""

_BIT_RATE, _MOST = 96_000, 192_000
"""bit/s a channel: what lossy sound gets at least, and at most however rich its source was."""


class SoundTrack:
    """Feeds protected blocks to an encoder as one unbroken run of samples.

    Encoders count samples, containers tell times. Where a block comes later than the count, the
    gap becomes silence; where it comes earlier, what overlaps is cut: sound never slides
    against the picture. A very long gap stays a gap, so that a broken clock fills no disk.
    """

    def __init__(self, output: av.audio.stream.AudioStream, told: AudioStream) -> None:
        self._output = output
        self._told = told
        self._next: int | None = None
        self._start = 0

    def packets(self, item: ProtectedAudio) -> Iterator[Packet[av.audio.stream.AudioStream]]:
        """Encoded packets that became ready through a block."""
        samples: NDArray[np.float32] = item.samples
        at = round(item.pts * item.time_base * item.rate_hz)
        if self._next is None:
            self._next = at
        off = at - self._next
        if off > _LONGEST_S * item.rate_hz:
            self._next = at
        elif off > _TOLERANCE_S * item.rate_hz:
            yield from self._silence(off)
        elif off < -_TOLERANCE_S * item.rate_hz:
            samples = samples[:, -off:]
        yield from self._encode(samples)

    def rest(self) -> Iterator[Packet[av.audio.stream.AudioStream]]:
        """What the encoder still holds."""
        yield from self._output.encode(None)

    def _silence(self, count: int) -> Iterator[Packet[av.audio.stream.AudioStream]]:
        block = self._told.rate_hz
        while count > 0:
            length = min(count, block)
            yield from self._encode(np.zeros((self._told.channels, length), np.float32))
            count -= length

    def _encode(
        self, samples: NDArray[np.float32]
    ) -> Iterator[Packet[av.audio.stream.AudioStream]]:
        if not samples.shape[1] or self._next is None:
            return
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples),
            format="fltp",
            layout=self._told.layout,
        )
        frame.sample_rate = self._told.rate_hz
        frame.time_base = Fraction(1, self._told.rate_hz)
        frame.pts = self._next
        self._next += samples.shape[1]
        yield from self._output.encode(frame)


def add_sound(
    output: av.container.OutputContainer, container: Container, told: AudioStream
) -> av.audio.stream.AudioStream:
    """A new track for sound like `told`: same channels, and same rate where the codec knows it."""
    name = sound_encoder(container, told)
    rates = _RATES.get(name, ())
    rate = told.rate_hz
    if rates and rate not in rates:
        # The next higher loses nothing.
        rate = min((r for r in rates if r >= rate), default=rates[-1])
    stream = output.add_stream(name, rate=rate)
    assert isinstance(stream, av.audio.stream.AudioStream)  # the encoder's name says so
    context = stream.codec_context
    context.layout = told.layout
    context.time_base = Fraction(1, rate)
    context.flags |= Flags.bitexact
    formats = [kind.name for kind in context.codec.audio_formats or ()]
    if name in {"flac", "alac"}:
        planar = "p" if name == "alac" else ""
        context.format = f"s16{planar}" if (told.depth or 16) <= 16 else f"s32{planar}"
    elif "flt" in formats:
        context.format = "flt"
    if not (name.startswith("pcm_") or name in {"flac", "alac"}):
        wanted = max(told.channels * _BIT_RATE, told.bit_rate or 0)
        context.bit_rate = min(wanted, told.channels * _MOST)
    if told.language:
        stream.metadata["language"] = told.language
    return stream
