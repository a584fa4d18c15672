"""Protected pictures and sound around events, cut out of the recording they were seen in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from passante.core.clock import NS_PER_S
from passante.core.errors import SinkError
from passante.core.names import Phase
from passante.outside.facts import Event
from passante.pipeline.build import Equipment, build, capacity
from passante.pipeline.meter import Meter, Tolerance
from passante.pipeline.part import Part
from passante.pipeline.runner import Runner
from passante.protect.policy import Policy
from passante.sinks import OutputSettings, open_sink
from passante.sources import open_source

_BEFORE_NS, _AFTER_NS = 3 * NS_PER_S, 4 * NS_PER_S
_MOST = 200
"""So many events of one recording get into clips; those beyond are told without one."""
_LONGEST_NS = 120 * NS_PER_S
"""Events close together share a clip up to this length."""


@dataclass(slots=True)
class Clips:
    """Notes events, and writes protected clips of them once the recording has been watched."""

    folder: Path
    policy: Policy
    overwrite: bool = False
    left_out: int = 0
    """Events without a clip, because there were too many."""
    _spans: list[tuple[int, int, str]] = field(default_factory=list)
    _equipment: Equipment | None = None

    def note(self, event: Event) -> None:
        """Remember when something began."""
        if event.phase is not Phase.BEGAN:
            return
        if len(self._spans) >= _MOST:
            self.left_out += 1
            return
        end = event.end_ns + _AFTER_NS
        # Of what took long to be an event, like parking, the end tells enough.
        start = max(0, event.start_ns - _BEFORE_NS, end - _LONGEST_NS)
        self._spans.append((start, end, event.kind.value))

    def write(self, source: Path, *, label: str = "") -> list[Path]:
        """Write what was noted, each through the whole of the protection; then forget it.

        Raises:
            PassanteError: A clip could not be protected or written; nothing stands in its place.
        """
        spans, self._spans = _merged(self._spans), []
        if not spans:
            return []
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SinkError(f"{self.folder.name}: the folder cannot be made") from error
        self._equipment = self._equipment or Equipment(self.policy)
        made = []
        for start, end, kind in spans:
            head = f"{label}-" if label else ""
            name = f"{head}{start // 1_000_000:09d}-{(end - start) // 1_000_000}-{kind}"
            name += _ending(source)
            made.append(self._one(source, self.folder / name, start, end, self._equipment))
        return made

    def _one(
        self, source: Path, target: Path, start_ns: int, end_ns: int, equipment: Equipment
    ) -> Path:
        part = Part(open_source(source), start_ns=start_ns, end_ns=end_ns)
        try:
            info = part.info
            sink = open_sink(target, info, OutputSettings(overwrite=self.overwrite), source=source)
            try:
                built = build(info, part, sink, equipment)
                meter = Meter(built.pipeline.streams, tolerance=Tolerance())
                runner = Runner(built.pipeline, meter, capacity=capacity(info))
            except BaseException:
                sink.abort()
                raise
        except BaseException:
            part.close()
            raise
        runner.run()
        return target


def _merged(spans: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Spans that overlap as one, called after what began first."""
    merged: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(spans):
        if merged and start <= merged[-1][1] and end - merged[-1][0] <= _LONGEST_NS:
            first, last, name = merged[-1]
            merged[-1] = first, max(last, end), name
        else:
            merged.append((start, end, kind))
    return merged


def _ending(source: Path) -> str:
    return source.suffix.lower() if source.suffix.lower() in {".wav", ".mkv", ".webm"} else ".mp4"
