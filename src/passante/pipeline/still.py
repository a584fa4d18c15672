"""A protected still of a recording: through the whole of the protection, one picture kept."""

from __future__ import annotations

from pathlib import Path

from passante.analyse.site import Site
from passante.analyse.zones import Zones
from passante.core.address import Address
from passante.core.clock import NS_PER_S
from passante.core.errors import SettingsError
from passante.flow import Source
from passante.pipeline.build import Equipment, build, capacity
from passante.pipeline.meter import Meter, Tolerance
from passante.pipeline.part import Part
from passante.pipeline.runner import Raw, Runner
from passante.protect.policy import Policy
from passante.sinks.still import Outline, StillSink
from passante.sources import LiveSettings, LiveSource, open_source

_BEFORE_NS, _AFTER_NS = 2 * NS_PER_S, 2 * NS_PER_S
"""What is looked at around the picture, so that whoever is in it is known."""


def protected_still(
    source: Path | Address,
    target: Path,
    policy: Policy,
    *,
    at_s: float | None = None,
    zones: Zones | None = None,
    overwrite: bool = False,
    equipment: Equipment | None = None,
    live: LiveSettings | None = None,
) -> None:
    """Write one picture of a recording, protected, with a grid and zones over it.

    Args:
        source: The recording, or a live stream.
        target: A name in .png, or in .html for a page to draw on.
        policy: What is hidden and how.
        at_s: When; None: the middle of the first ten seconds, or the start of what has no length.
        zones: Drawn over it.
        overwrite: Whether what stands at the target may be replaced.
        equipment: Networks in place of the policy's own.
        live: How a live stream is connected to.

    Raises:
        PassanteError: It cannot be read, protected or written; nothing stands at the target.
    """
    opened: Source[Raw]
    if isinstance(source, Path):
        opened, file, name = open_source(source), source, source.name
    else:
        opened, file, name = LiveSource(source, live), None, source.shown
    try:
        video = opened.info.video
        if video is None:
            raise SettingsError(f"{name}: has no pictures", hint="zones are drawn on one")
        outlines = _outlines(Site(zones, video.format.upright)) if zones is not None else ()
        lasts_s = (opened.info.duration_ns or 0) / NS_PER_S
        at_ns = round((min(10.0, lasts_s) / 2 if at_s is None else at_s) * NS_PER_S)
        part = Part(
            opened,
            start_ns=max(0, at_ns - _BEFORE_NS) if at_ns > _BEFORE_NS else -NS_PER_S,
            end_ns=at_ns + _AFTER_NS,
            pictures_only=True,
        )
        sink = StillSink(target, at_ns=at_ns, outlines=outlines, overwrite=overwrite, source=file)
        try:
            built = build(part.info, part, sink, equipment or Equipment(policy))
            meter = Meter(built.pipeline.streams, tolerance=Tolerance())
            runner = Runner(built.pipeline, meter, capacity=capacity(part.info))
        except BaseException:
            sink.abort()
            raise
    except BaseException:
        opened.close()
        raise
    runner.run()


def _outlines(site: Site) -> tuple[Outline, ...]:
    zones = tuple(
        Outline(area.drawn.name, area.polygon.corners, closed=True) for area in site.areas
    )
    lines = tuple(
        Outline(
            gate.drawn.name,
            (gate.line.start, gate.line.end),
            closed=False,
            arrow=gate.drawn.forward,
        )
        for gate in site.gates
    )
    return zones + lines
