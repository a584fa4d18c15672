"""Devices that networks are to fit: tables of figures, each with where it comes from."""

from __future__ import annotations

import os
import platform
import tomllib
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from passante.core.errors import SettingsError
from passante.core.settings import nearest, read

THIS = "this"
"""Names the machine that the command runs on."""


@dataclass(frozen=True, slots=True)
class Device:
    """What a device has. Figures of `sources` that call themselves estimates are just that."""

    name: str
    summary: str
    architecture: str
    """As `uname -m` has it."""
    cores: int
    ram_mb: float
    """For us, after the system has taken what it needs."""
    network_mbit: float
    """What it can send, Mbit/s."""
    idle_w: float
    """Power while it does nothing."""
    busy_w: float
    """Power while all cores work."""
    gmac_s_float: float
    """Multiply-accumulates in floating point that one core reaches in convolutions, 10^9 / s."""
    gmac_s_whole: float
    """The same in 8-bit integers."""
    energy_mj_gmac: float
    """Energy for 10^9 multiply-accumulates in floating point, mJ."""
    core_speed: float = 1.0
    """Of one core for code that is not networks, beside the core of which `ladder.toml` speaks."""
    signed: bool = False
    """Integers are signed (ARM) rather than unsigned (x86)."""
    sources: dict[str, str] = field(default_factory=dict)
    """Field -> where its figure comes from."""

    def __post_init__(self) -> None:
        if self.cores < 1 or min(self.ram_mb, self.gmac_s_float, self.gmac_s_whole) <= 0:
            raise ValueError("a device has cores, memory and some speed")
        unsourced = {"ram_mb", "busy_w", "gmac_s_float", "gmac_s_whole"} - self.sources.keys()
        if unsourced:
            raise ValueError(f"sources say nothing of {', '.join(sorted(unsourced))}")

    def predicted_ms(self, multiply_adds: int, *, whole: bool) -> float:
        """Time of one run on one core, ms. A prediction: never shown as if it were measured."""
        return multiply_adds / 1e6 / (self.gmac_s_whole if whole else self.gmac_s_float)

    @property
    def watt_per_core(self) -> float:
        """Power that one working core adds, W."""
        return (self.busy_w - self.idle_w) / self.cores


def known() -> tuple[str, ...]:
    """Names of the devices that come with the package."""
    folder = resources.files("passante.compress") / "devices"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def find(name: str) -> Device:
    """A device by name, or from a file ending in .toml.

    Raises:
        SettingsError: There is none of this name, or its file is wrong.
    """
    if name == THIS:
        return this_machine()
    if name.endswith(".toml"):
        try:
            text = Path(name).read_text(encoding="utf-8")
        except OSError as error:
            raise SettingsError(f"{name}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise SettingsError(f"{name}: cannot be read: it is no text") from error
    elif name in known():
        place = resources.files("passante.compress") / "devices" / f"{name}.toml"
        text = place.read_text(encoding="utf-8")
    else:
        raise SettingsError(f'no device is called "{name}"', hint=nearest(name, (THIS, *known())))
    try:
        return read(tomllib.loads(text), Device, where=Path(name).name)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name}: no TOML: {error}") from error


def this_machine() -> Device:
    """The machine this runs on; its speed is for measuring, so the figures here are rough."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    machine = platform.machine()
    rough = "rough; on this machine costs are measured"
    return Device(
        name=THIS,
        summary=f"this machine: {machine}, {cores} cores",
        architecture=machine,
        cores=cores or 1,
        ram_mb=_memory_mb(),
        network_mbit=900,
        idle_w=10,
        busy_w=10 + 7.5 * (cores or 1),
        gmac_s_float=35,
        gmac_s_whole=75,
        energy_mj_gmac=215,
        signed=machine in ("aarch64", "arm64"),
        sources=dict.fromkeys(
            ("busy_w", "idle_w", "gmac_s_float", "gmac_s_whole", "energy_mj_gmac"), rough
        )
        | {"ram_mb": "what the system says is free"},
    )


def _memory_mb() -> float:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 4000.0
