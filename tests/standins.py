"""Small recordings made on the spot, and the fakes that find what was drawn into them.

A "face" is a textured square in a colour that nothing else has; "speech" is a loud tone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from passante.analyse.finder import Finder
from passante.analyse.video import Finders
from passante.analyse.voice import Memory, VoiceDetector
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.pipeline.build import Equipment
from passante.protect.levels import LevelSettings
from passante.protect.policy import Policy
from passante.testing import ScriptedFinder, video_format
from speakers import speaker
from unit.analyse.street import SquareFinder, frame

RATE_HZ = 16_000
TONE_HZ = 1_000.0


def walking(seq: int) -> list[Box]:
    """One square of 32 px that walks to the right, from frame 5 on."""
    return [Box(20 + 2 * seq, 60, 52 + 2 * seq, 92)] if seq >= 5 else []


@dataclass(frozen=True)
class Clip:
    """A recording to be made."""

    frames: int = 40
    width: int = 192
    height: int = 144
    squares: Callable[[int], list[Box]] = walking
    ticks: Sequence[int] | None = None
    """Presentation times in 1/600 s; None: 25 frames a second."""
    tones: Sequence[tuple[float, float]] = ((0.4, 1.0),)
    """When somebody "speaks", s."""
    sounds: int = 1
    """How many sound tracks."""
    rotation: int = 0
    """Degrees clockwise by which a viewer turns it."""

    def write(self, path: Path) -> Path:
        """Encode it into `path`, nearly without loss."""
        with av.open(str(path), "w") as output:
            pictures: Any = self._pictures(output) if self.frames else None
            tracks = [self._track(output) for _ in range(self.sounds)]
            form = video_format(self.width, self.height)
            for seq in range(self.frames):
                raw = frame(seq, form, self.squares(seq))
                shown = av.VideoFrame(self.width, self.height, "yuv420p")
                for plane, data in zip(shown.planes, raw.planes, strict=True):
                    rows, columns = data.shape
                    padded = np.zeros((rows, plane.line_size), np.uint8)
                    padded[:, :columns] = data
                    plane.update(padded.tobytes())
                shown.pts = self.ticks[seq] if self.ticks else seq * 24
                shown.time_base = Fraction(1, 600)
                output.mux(pictures.encode(shown))
            if pictures:
                output.mux(pictures.encode())
            for track in tracks:
                heard = av.AudioFrame.from_ndarray(self.samples()[None], "flt", "mono")
                heard.sample_rate, heard.pts, heard.time_base = RATE_HZ, 0, Fraction(1, RATE_HZ)
                output.mux(track.encode(heard))
                output.mux(track.encode())
        return path

    @property
    def length_s(self) -> float:
        return (self.frames or 40) / 25

    def samples(self) -> NDArray[np.float32]:
        """(n,): quiet noise, and a tone where somebody "speaks"."""
        time = np.arange(round(self.length_s * RATE_HZ)) / RATE_HZ
        sound = np.random.default_rng(3).normal(0, 0.002, time.shape)
        for start, end in self.tones:
            sound += np.where((time >= start) & (time < end), 0.3, 0) * np.sin(
                2 * np.pi * TONE_HZ * time
            )
        return sound.astype(np.float32)

    # Any: PyAV's streams have no common type for what is set here.
    def _pictures(self, output: Any) -> Any:
        stream = output.add_stream("libx264", rate=25, options={"crf": "4", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = self.width, self.height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 600)
        if self.rotation:
            stream.set_display_rotation(-self.rotation)
        return stream

    def _track(self, output: Any) -> Any:
        codec = {"wav": "pcm_s16le", "flac": "flac"}.get(output.format.name, "aac")
        return output.add_stream(codec, rate=RATE_HZ, layout="mono")


class ToneVoice:
    """A voice detector that takes every loud sound for speech; can be made to fail."""

    model = "tones@1.0.0"

    def __init__(self, *, fails: bool = False) -> None:
        self._fails = fails

    def look(
        self, chunks: NDArray[np.float32], memory: Memory
    ) -> tuple[NDArray[np.float32], Memory]:
        if self._fails:
            raise RuntimeError("the network fell over")
        return (np.sqrt((chunks**2).mean(axis=1)) > 0.02).astype(np.float32), memory


def equipment(
    policy: str | Policy = "street",
    *,
    mood: Callable[[int], str] = lambda look: "well",
    voice: VoiceDetector | None = None,
    faces: Finder | None = None,
    levels: LevelSettings | None = None,
    models: object = None,
) -> Equipment:
    """Fakes in place of networks, those of `models` too; `mood`: of the finder of squares."""
    found = policy if isinstance(policy, Policy) else Policy.named(policy)
    finders = Finders(
        faces=faces or SquareFinder(mood=mood),
        people=ScriptedFinder({Kind.PERSON, Kind.VEHICLE}),
        plates=ScriptedFinder({Kind.PLATE}),
    )
    return Equipment(
        found, finders=finders, voice=voice or ToneVoice(), levels=levels, speaker=speaker()
    )


@dataclass(frozen=True)
class Seen:
    """A recording, decoded."""

    seconds: list[Fraction]
    """Presentation times of its pictures."""
    pictures: list[NDArray[Any]]
    """Each (height * 3 / 2, width): planes of 4:2:0 below each other, uint8 or uint16."""
    sounds: list[NDArray[np.float32]]
    """One (n,) for each track, first channel."""

    def marked(self) -> list[int]:
        """For each picture, how many of its colour samples are those of a square."""
        return [_marked(picture) for picture in self.pictures]


def _marked(picture: NDArray[Any]) -> int:
    rows = picture.shape[0] * 2 // 3
    chroma = picture[rows:].reshape(2, -1).astype(int)
    return int(((chroma[0] > 165) & (chroma[1] < 112)).sum())


def seen(path: Path) -> Seen:
    """Decode a recording or a sound file."""
    result = Seen([], [], [])
    with av.open(str(path)) as media:
        tracks: dict[int, list[NDArray[np.float32]]] = {s.index: [] for s in media.streams.audio}
        to_float = {index: av.AudioResampler("fltp", "mono", RATE_HZ) for index in tracks}
        for packet in media.demux():
            for item in packet.decode():
                if isinstance(item, av.VideoFrame):
                    result.seconds.append(Fraction(item.pts or 0) * (item.time_base or 0))
                    result.pictures.append(item.to_ndarray(format="yuv420p"))
                elif isinstance(item, av.AudioFrame):
                    for part in to_float[packet.stream_index].resample(item):
                        tracks[packet.stream_index].append(part.to_ndarray()[0])
        result.sounds.extend(np.concatenate(parts) for parts in tracks.values())
    return result


def tone_level(sound: NDArray[np.float32], start_s: float, end_s: float) -> float:
    """Amplitude of the tone between two times."""
    part = sound[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]
    time = np.arange(len(part)) / RATE_HZ
    return float(2 * abs((part * np.exp(-2j * np.pi * TONE_HZ * time)).mean()))
