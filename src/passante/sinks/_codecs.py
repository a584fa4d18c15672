"""Which container a name stands for, and what it is filled with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from passante.core.errors import SettingsError
from passante.core.media import AudioStream, MediaInfo, MediaKind, VideoStream
from passante.sinks.settings import OutputSettings


@dataclass(frozen=True, slots=True)
class Container:
    """A kind of file that can be written."""

    muxer: str
    """FFmpeg's name."""
    sound: str
    """Encoder of sound, where the source's own codec does not fit."""
    video: str | None = None
    """Codec of pictures, a key of `VIDEO_CODECS`; None for sound files."""
    keeps: tuple[str, ...] = ()
    """Beginnings of lossless sound codecs that are written as they came."""
    turns: bool = False
    """Can say that a picture is to be turned for display."""
    codecs: tuple[str, ...] = ()
    """Keys of `VIDEO_CODECS` that it can hold."""
    options: Mapping[str, str] = field(default_factory=dict)


_ALL = ("h264", "hevc", "av1", "vp9")
_MP4_OPTIONS = {"movflags": "+faststart"}

CONTAINERS: dict[str, Container] = {
    ".mp4": Container("mp4", "aac", "h264", ("alac", "flac"), True, _ALL, _MP4_OPTIONS),
    ".m4v": Container("mp4", "aac", "h264", ("alac", "flac"), True, _ALL, _MP4_OPTIONS),
    ".mov": Container("mov", "aac", "h264", ("pcm_", "alac"), True, ("h264", "hevc"), _MP4_OPTIONS),
    ".mkv": Container("matroska", "aac", "h264", ("pcm_", "flac"), True, (*_ALL, "ffv1")),
    ".webm": Container("webm", "libopus", "vp9", (), True, ("vp9", "av1")),
    ".avi": Container("avi", "pcm_s16le", "mpeg4", ("pcm_",), codecs=("mpeg4", "h264", "ffv1")),
    ".ts": Container(
        "mpegts", "aac", "h264", codecs=("h264", "hevc"), options={"mpegts_copyts": "1"}
    ),
    ".wav": Container("wav", "pcm_s16le", None, ("pcm_",), options={"rf64": "auto"}),
    ".flac": Container("flac", "flac", None, ("flac",)),
    ".mp3": Container("mp3", "libmp3lame", options={"id3v2_version": "0", "write_id3v1": "0"}),
    ".opus": Container("opus", "libopus"),
    ".ogg": Container("ogg", "libopus", None, ("flac",)),
    ".m4a": Container("ipod", "aac", None, ("alac",), options=_MP4_OPTIONS),
    ".aac": Container("adts", "aac"),
    ".aiff": Container("aiff", "pcm_s16be", None, ("pcm_s16be", "pcm_s24be")),
    ".mka": Container("matroska", "aac", None, ("pcm_", "flac")),
}
CONTAINERS |= {
    ".3gp": Container("3gp", "aac", "h264", (), True, ("h264",), _MP4_OPTIONS),
    ".flv": Container("flv", "aac", "h264", codecs=("h264",)),
    ".m2ts": replace(CONTAINERS[".ts"], options={"mpegts_copyts": "1", "mpegts_m2ts_mode": "1"}),
    ".oga": CONTAINERS[".ogg"],
    ".aif": CONTAINERS[".aiff"],
}

CONTAINERS[".mts"] = CONTAINERS[".m2ts"]

PICTURES = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png", ".webp": "webp"}


@dataclass(frozen=True, slots=True)
class VideoCodec:
    """A codec of pictures and the encoder behind it."""

    encoder: str
    crf: int
    crf_most: int
    layouts: tuple[str, ...]
    """Layouts it takes, without "p" and depth: "yuv420"."""
    depths: tuple[int, ...]
    odd: bool
    """Can hold odd sizes at every layout; else only where colour is not halved."""


VIDEO_CODECS: dict[str, VideoCodec] = {
    "h264": VideoCodec("libx264", 23, 51, ("yuv420", "yuv422", "yuv444"), (8, 10), odd=False),
    "hevc": VideoCodec(
        "libx265", 26, 51, ("yuv420", "yuv422", "yuv444", "gbr"), (8, 10, 12), odd=False
    ),
    "av1": VideoCodec("libsvtav1", 32, 63, ("yuv420",), (8, 10), odd=False),
    "vp9": VideoCodec("libvpx-vp9", 31, 63, ("yuv420", "yuv422", "yuv444", "gbr"), (8,), odd=True),
    "mpeg4": VideoCodec("mpeg4", 23, 51, ("yuv420",), (8,), odd=True),
    "ffv1": VideoCodec("ffv1", 0, 0, ("yuv420", "yuv422", "yuv444", "gray"), (8, 10, 12), odd=True),
}

PRESETS = (
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow",
)  # fmt: skip


def container_for(target: Path, info: MediaInfo) -> Container:
    """The container that the target's name asks for; it must be able to hold what there is."""
    suffix = target.suffix.lower()
    container = CONTAINERS.get(suffix)
    sound_only = info.kind is MediaKind.SOUND
    if container is None or (container.video is None and not sound_only):
        fitting = sorted(
            name for name, known in CONTAINERS.items() if (known.video is None) == sound_only
        )
        raise SettingsError(
            f"{target.name}: a {info.kind} cannot be written as {suffix or 'that'}",
            hint=f"use one of {', '.join(fitting)}",
        )
    return container


def video_codec(container: Container, told: VideoStream, settings: OutputSettings) -> str:
    """Key of `VIDEO_CODECS`: as asked, else what the container usually holds at this depth."""
    name = settings.codec
    if name is None:
        name = container.video or "h264"
        # H.264 in AVI has no times of its own and readers differ by a frame: it stays where it
        # was, and nothing else becomes it.
        if container.muxer == "avi" and told.codec in {"h264", "hevc"}:
            name = "h264"
        if told.format.layout.depth not in VIDEO_CODECS[name].depths:
            # 12-bit H.264 has no encoder here, and VP9 is kept to 8 bit: depth goes before habit.
            deeper = {"h264": "hevc", "vp9": "av1", "mpeg4": "h264"}.get(name, name)
            name = deeper if deeper in container.codecs else name
        return name
    if name not in VIDEO_CODECS:
        raise SettingsError(f"unknown codec {name!r}", hint=f"use one of {', '.join(VIDEO_CODECS)}")
    if name not in container.codecs:
        raise SettingsError(
            f"{container.muxer} files cannot hold {name}",
            hint=f"use one of {', '.join(container.codecs)}, or another container",
        )
    return name


def check(settings: OutputSettings, codec: str) -> None:
    """Raise SettingsError where a number or word is out of range for the codec."""
    known = VIDEO_CODECS[codec]
    if settings.preset not in PRESETS:
        raise SettingsError(
            f"unknown preset {settings.preset!r}", hint=f"use one of {', '.join(PRESETS)}"
        )
    if settings.crf is not None and not 0 <= settings.crf <= known.crf_most:
        raise SettingsError(
            f"crf {settings.crf} is out of range for {codec}",
            hint=f"use 0 to {known.crf_most}; smaller is better and larger",
        )
    if settings.threads < 1:
        raise SettingsError("the encoder needs at least one thread", hint="set threads to 1 or 2")


def encoder_options(codec: str, settings: OutputSettings) -> dict[str, str]:
    """Options of the encoder for the quality and effort asked for."""
    crf = str(VIDEO_CODECS[codec].crf if settings.crf is None else settings.crf)
    effort = PRESETS.index(settings.preset)
    match codec:
        case "h264":
            options = {"preset": settings.preset, "crf": crf}
            if effort >= PRESETS.index("fast"):
                # These look 30 to 60 pictures ahead. At 1080p, 10 take 200 MB and a seventh of
                # the work less than 40, and the file is no larger.
                options["rc-lookahead"] = "10"
            return options
        case "hevc":
            quiet = f"log-level=none:info=0:pools={settings.threads}"
            return {"preset": settings.preset, "crf": crf, "x265-params": quiet}
        case "av1":
            # SVT-AV1 counts from 0 (slowest) to 10; 8 takes about as long as x264's medium.
            number = str((10, 10, 9, 9, 8, 8, 6, 5, 4)[effort])
            return {"preset": number, "crf": crf, "svtav1-params": f"lp={settings.threads}"}
        case "vp9":
            speed = str(max(0, 8 - effort))
            return {"crf": crf, "deadline": "good", "cpu-used": speed, "row-mt": "1"}
        case "mpeg4":
            # It knows fixed quantisers only; 3 looks about like x264 at 23.
            quantiser = str(max(1, round((int(crf) - 8) / 5)))
            return {"qmin": quantiser, "qmax": quantiser}
        case _:
            return {}


def sound_encoder(container: Container, stream: AudioStream) -> str:
    """Name of the encoder for a track: lossless sound stays as it is where the container can."""
    if any(stream.codec.startswith(start) for start in container.keeps):
        return stream.codec
    return container.sound
