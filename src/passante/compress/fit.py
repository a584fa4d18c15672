"""A budget for a whole device: what may be asked of it, so that all its streams fit.

Every figure here is worked out from tables (`ladder.toml`, `devices/`) and none is measured on the
device: the plan says so. Costs of networks are multiplications over the speed that the device's
table gives; all other work is scaled by the speed of its cores.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from importlib import resources

from passante.compress.streams import Streams, Video
from passante.compress.target import Device
from passante.core.errors import CompressionError
from passante.core.settings import read

_SPARE_CPU = 0.8
"""Share of all cores that may be busy: beyond it queues grow with every crowd."""
_SPARE_RAM = 0.85
_SPARE_NETWORK = 0.7
_NS = 1e9
_SMALLEST_FACE, _SMALLEST_PERSON = 12.0, 25.0
"""px of a view from which on the finders see (docs/models.md)."""
_COARSE = (640, 384)


@dataclass(frozen=True, slots=True)
class Costs:
    """What work costs on one core of the reference machine; see `ladder.toml`."""

    decode_ms_mpx: float
    follow_ms: float
    view_ms_mpx: float
    audio_ms_s: float
    tagger_ms_s: float
    face_kmac_px: float
    person_mmac: float
    person_float_mmac: float
    person_ms: float
    plate_kmac_px: float
    process_mb: float
    held_mb: float
    audio_mb: float
    stream_mb: float
    facts_mbit: float
    audio_mbit: float


@dataclass(frozen=True, slots=True)
class Level:
    """What is asked of every stream."""

    name: str
    words: str
    coarse_ns: int
    people_ns: int
    tile_ns: int
    base_px: float
    share: float
    plate_base_px: float
    plate_share: float
    look_ahead_ns: int
    encode_ms_mpx: float = 0.0
    encode_mbit_mpx: float = 0.0
    video: bool = True
    """Whether protected video leaves."""
    most_width: int = 0
    """The camera is asked for a second stream no wider than this, px; 0: its first is taken."""
    most_rate: float = 0.0
    """And of no more frames a second than this."""

    def taken(self, video: Video) -> Video:
        """What is asked of a camera that could give this."""
        shrink = min(1.0, self.most_width / video.width) if self.most_width else 1.0
        rate = min(video.rate, self.most_rate) if self.most_rate else video.rate
        return Video(round(video.width * shrink), round(video.height * shrink), rate)


@dataclass(frozen=True, slots=True)
class Ladder:
    """What can be asked, from best to least."""

    costs: Costs
    levels: list[Level] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Load:
    """What a device has to bear, all of it predicted."""

    cores: float
    """Cores busy on average."""
    ram_mb: float
    network_mbit: float
    watts: float

    def over(self, device: Device, watts: float | None) -> dict[str, float]:
        """By which factor what there is would be passed; empty where it fits."""
        limits = {
            "cores": (self.cores, device.cores * _SPARE_CPU),
            "ram_mb": (self.ram_mb, device.ram_mb * _SPARE_RAM),
            "network_mbit": (self.network_mbit, device.network_mbit * _SPARE_NETWORK),
            "watts": (self.watts, watts if watts is not None else device.busy_w),
        }
        return {name: has / limit for name, (has, limit) in limits.items() if has > limit}


@dataclass(frozen=True, slots=True)
class Plan:
    """What was chosen for a device."""

    device: Device
    streams: Streams
    level: Level
    load: Load
    refused: tuple[tuple[str, str], ...]
    """Better levels, and what each would have passed."""


def ladder() -> Ladder:
    """The table that comes with the package."""
    text = (resources.files("passante.compress") / "ladder.toml").read_text(encoding="utf-8")
    return read(tomllib.loads(text), Ladder, where="ladder.toml")


def plan(
    device: Device,
    streams: Streams,
    *,
    watts: float | None = None,
    video: bool = False,
    table: Ladder | None = None,
) -> Plan:
    """The best level at which everything fits.

    Args:
        device: What there is.
        streams: What comes in.
        watts: What it may draw; what it can where None.
        video: Only levels at which protected video leaves.
        table: Another ladder than the package's.

    Raises:
        CompressionError: None fits.
    """
    table = table or ladder()
    refused: list[tuple[str, str]] = []
    nearest: tuple[float, str] = (float("inf"), "")
    for level in table.levels:
        if video and not level.video:
            continue
        load = load_of(device, streams, level, table.costs)
        over = load.over(device, watts)
        if not over:
            return Plan(device, streams, level, load, tuple(refused))
        words = ", ".join(f"{name} {factor:.1f} times" for name, factor in over.items())
        refused.append((level.name, words))
        nearest = min(nearest, (max(over.values()), f"{level.name}: {words} what there is"))
    raise CompressionError(
        f"{device.name} cannot take these streams; nearest is {nearest[1]}",
        hint="fewer streams, a smaller size, fewer frames a second, or a larger device",
    )


def load_of(device: Device, streams: Streams, level: Level, costs: Costs) -> Load:
    """What a device would have to bear."""
    videos = [level.taken(video) for video in streams.videos]
    busy_ms = sum(_video_ms(device, video, level, costs) for video in videos)
    busy_ms += streams.sounds * (costs.audio_ms_s + costs.tagger_ms_s) / device.core_speed
    cores = busy_ms / 1000
    ram = costs.process_mb + streams.sounds * costs.audio_mb
    network = streams.sounds * costs.audio_mbit
    for video in videos:
        held = video.mpx * 1.5 * video.rate * (level.look_ahead_ns / _NS + 0.2)
        ram += min(costs.held_mb, held) + costs.stream_mb
        network += costs.facts_mbit + video.mpx * level.encode_mbit_mpx * video.rate / 25
    return Load(cores, ram, network, device.idle_w + cores * device.watt_per_core)


def _video_ms(device: Device, video: Video, level: Level, costs: Costs) -> float:
    """Busy time of one core for a second of a stream, ms."""
    each = video.mpx * (costs.decode_ms_mpx + costs.view_ms_mpx + level.encode_ms_mpx)
    each += costs.follow_ms
    faces = (level.base_px + level.share * video.mpx * 1e6) * costs.face_kmac_px / 1e3
    plates = (level.plate_base_px + level.plate_share * video.mpx * 1e6) * costs.plate_kmac_px / 1e3
    networks = video.rate * (faces + plates) / device.gmac_s_whole
    people = costs.person_mmac / device.gmac_s_whole
    people += costs.person_float_mmac / device.gmac_s_float + costs.person_ms / device.core_speed
    return video.rate * each / device.core_speed + networks + people * _NS / level.people_ns


def bought(video: Video, level: Level) -> tuple[str, ...]:
    """What quality a level buys for a stream, worked out from sizes and times.

    Sizes are in px of the stream as the camera could give it.
    """
    most, video = video, level.taken(video)
    far = most.width / video.width
    view = max(video.width / _COARSE[0], video.height / _COARSE[1], 1.0)
    allowance = (level.base_px + level.share * video.mpx * 1e6) * video.rate
    coarse = min(1.0, allowance * level.coarse_ns / _NS / (_COARSE[0] * _COARSE[1]))
    round_s = video.mpx * 1e6 / allowance
    person, face, near = (
        f"{px * far:.0f} px"
        for px in (_SMALLEST_PERSON * view, _SMALLEST_FACE * view, _SMALLEST_FACE)
    )
    lines = [
        f"people from {person} of height, every {level.people_ns / _NS:.1f} s",
        f"faces from {face} of height, every {level.coarse_ns / _NS / coarse:.1f} s",
        f"faces from {near} once within {round_s:.1f} s, sooner where something moves",
    ]
    if level.plate_base_px:
        lines.append("plates in close-ups of vehicles")
    else:
        lines.append("plates: not looked for, since no picture leaves")
    return tuple(lines)


def fragment(plan: Plan) -> str:
    """Settings for what was chosen, as TOML."""
    level = plan.level
    return "\n".join(
        [
            f"# For {plan.device.summary}, by `passante fit`; predicted, not measured.",
            f"# {level.words}",
            *_second_stream(level),
            "[analyse]",
            f"look_ahead_ns = {level.look_ahead_ns}",
            "",
            "[analyse.looks]",
            f"coarse_ns = {level.coarse_ns}",
            f"people_ns = {level.people_ns}",
            f"tile_ns = {level.tile_ns}",
            f"base_px = {level.base_px:.1f}",
            f"share = {level.share}",
            f"plate_base_px = {level.plate_base_px:.1f}",
            f"plate_share = {level.plate_share}",
            "",
        ]
    )


def _second_stream(level: Level) -> tuple[str, ...]:
    if not level.most_width:
        return ()
    words = f"{level.most_width} px wide at most, {level.most_rate:g} frames a second"
    return (f"# Ask each camera for its second stream: {words}.",)
