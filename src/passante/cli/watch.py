"""`passante watch`: events and statistics of recordings and live streams, as they happen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import cv2

from passante.analyse.zones import WHOLE_PICTURE, Zones
from passante.cli.at_once import AtOnce, Input, shown
from passante.cli.failure import exit_code, show_failure, stop_on_signals, wants_debug
from passante.cli.outlets import Outlets, Reach, outlet_options
from passante.cli.told import event_lines, statistic_line
from passante.core.address import Address
from passante.core.errors import ModelError, SettingsError, SinkError
from passante.core.names import Quantity
from passante.flow import Source
from passante.outside.facts import Event, Fact
from passante.pipeline.clips import Clips
from passante.pipeline.runner import Raw
from passante.pipeline.watch import Watch, Watched, WatchEquipment
from passante.protect.policy import Policy
from passante.sinks.facts import FactLines
from passante.sources import LiveSettings, open_source


@click.command(no_args_is_help=True)
@click.argument("inputs", nargs=-1, required=True, metavar="FILE|URL...")
@click.option(
    "--rules", type=click.Path(dir_okay=False, path_type=Path), metavar="ZONES.toml",
    help="Zones, lines and rules of the camera. [default: falls and running, anywhere]",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="EVENTS.jsonl",
    help="Write every event and statistic as a line of JSON, at once.",
)  # fmt: skip
@click.option("--explain", is_flag=True, help="Say by which numbers each event was found.")
@click.option("--statistics/--no-statistics", default=True, help="Print statistics of each bucket.")
@click.option("--sound/--no-sound", default=True, help="Listen as well as look.")
@click.option(
    "--calibration", type=click.FloatRange(-200, 200), default=0.0, metavar="DB",
    help="Sound pressure level, in dB, of a root mean square of full scale; added to all levels.",
)  # fmt: skip
@click.option(
    "--clip", "clip_folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Also write protected pictures and sound around each event.",
)  # fmt: skip
@click.option(
    "-p", "--policy", "policy_name", default="street", show_default=True, metavar="NAME|FILE.toml",
    help="What is hidden in --clip, and how.",
)  # fmt: skip
@click.option(
    "--ca", "authority", type=click.Path(dir_okay=False, path_type=Path), metavar="PEM",
    help="What the certificates of rtsps:// and https:// are checked with. [default: the system's]",
)  # fmt: skip
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(min=0.1), default=10.0, show_default=True,
    metavar="S", help="How long a live stream may be silent.",
)  # fmt: skip
@click.option(
    "--reconnect", type=click.IntRange(min=0), default=5, show_default=True, metavar="TIMES",
    help="How often in a row a live stream that breaks off is connected to again.",
)  # fmt: skip
@click.option(
    "--duration", "duration_s", type=click.FloatRange(min=0.1), metavar="S",
    help="Watch live streams for so long.",
)  # fmt: skip
@outlet_options
@click.option("--overwrite", is_flag=True, help="Replace outputs that exist.")
@click.option("-q", "--quiet", is_flag=True, help="Print events and nothing else.")
@click.option("--debug", is_flag=True, help="Show where errors come from.")
def watch(
    *,
    inputs: tuple[str, ...],
    rules: Path | None,
    output: Path | None,
    explain: bool,
    statistics: bool,
    sound: bool,
    calibration: float,
    clip_folder: Path | None,
    policy_name: str,
    authority: Path | None,
    timeout_s: float,
    reconnect: int,
    duration_s: float | None,
    overwrite: bool,
    quiet: bool,
    debug: bool,
    **reach: Any,  # Any: the options of `outlet_options`, as click has checked them
) -> int:
    """Tell what happens and how many come and go, and nothing of who they are.

    Events are printed as they begin and as they end; statistics at the end of each bucket. Both are
    exact figures for the operator's own use; what may be published is what --publish adds. Ctrl-C
    ends a watch, and what was known until then is told.

    A URL is a live stream: rtsp[s]://, http[s]://, or MPEG-TS by udp:// or tcp://. Several are
    watched at once. A password may stand in PASSANTE_STREAM_PASSWORD; none is ever shown.
    """
    sources = [_input(text) for text in inputs]
    live = any(isinstance(one, Address) for one in sources)
    if live and clip_folder is not None:
        raise SettingsError("--clip is cut out of recordings", hint="leave live streams out")
    if live and reach["began"] is not None:
        raise SettingsError("a live stream is now", hint="--began is for recordings")
    zones = Zones.load(rules) if rules else WHOLE_PICTURE
    policy = Policy.find(policy_name)
    outlets = Outlets.open(Reach(**reach))
    lines = FactLines(output, overwrite=overwrite) if output else None
    cv2.setNumThreads(1)
    equipment = WatchEquipment(zones, sound=sound)
    if live:
        equipment.open()
    run = _Run(
        equipment,
        lines,
        outlets,
        calibration,
        Clips(clip_folder, policy, overwrite=overwrite) if clip_folder else None,
        explain=explain,
        statistics=statistics and not quiet,
        quiet=quiet,
    )
    wants = debug or wants_debug(())
    try:
        with stop_on_signals():
            if live:
                settings = LiveSettings(
                    open_s=timeout_s, read_s=timeout_s, tries=reconnect, authority=authority
                )
                return AtOnce(
                    sources, settings, run.watch, run.ended, duration_s, quiet, wants
                ).run()
            paths = [one for one in sources if isinstance(one, Path)]
            if len(paths) == 1:
                run.one(paths[0])
                return 0
            return run.several(paths, debug=wants)
    finally:
        if lines is not None:
            lines.close()
        outlets.close()


class _Run:
    """One call of the command."""

    def __init__(
        self,
        equipment: WatchEquipment,
        lines: FactLines | None,
        outlets: Outlets,
        calibration: float,
        clips: Clips | None,
        *,
        explain: bool,
        statistics: bool,
        quiet: bool,
    ) -> None:
        self._equipment, self._lines, self._clips = equipment, lines, clips
        self._outlets, self._calibration = outlets, calibration
        self._explain, self._statistics, self._quiet = explain, statistics, quiet

    def one(self, path: Path, *, label: str = "") -> None:
        """Watch one recording; its error ends the command."""
        source = open_source(path)
        try:
            done = self.watch(source, label).run()
        finally:
            source.close()
        if self._clips is not None:
            self._clips.write(path, label=label)
        self.ended(path, done)

    def watch(self, source: Source[Raw], label: str) -> Watch:
        """The watch of one source."""
        return Watch(
            source,
            self._equipment,
            self._tell,
            label=label,
            publisher=self._outlets.publisher,
            began=self._outlets.began,
            calibration_db=self._calibration,
        )

    def ended(self, what: Input, done: Watched) -> None:
        """Say what a watch has gone through."""
        _summary(shown(what), done, quiet=self._quiet)

    def several(self, paths: list[Path], *, debug: bool) -> int:
        """Watch all that can be; the exit code is that of the first that could not."""
        failed: list[Exception] = []
        for number, path in enumerate(paths, 1):
            if not self._quiet:
                click.echo(f"{number}: {shown(path)}", err=True)
            try:
                self.one(path, label=str(number))
            except (ModelError, SettingsError, SinkError):
                raise  # what one recording lacks, all lack
            except Exception as error:
                failed.append(error)
                show_failure(error, debug=debug)
        return exit_code(failed[0]) if failed else 0

    def _tell(self, fact: Fact) -> None:
        if self._lines is not None:
            self._lines.write(fact)
        self._outlets.write(fact)
        if not isinstance(fact, Event):
            # 28 bands a bucket are for files, not for the eye
            if self._statistics and fact.quantity is not Quantity.LEVEL_BAND:
                click.echo(statistic_line(fact))
            return
        for line in event_lines(fact, explain=self._explain):
            click.echo(line)
        if self._clips is not None:
            self._clips.note(fact)


def _input(text: str) -> Input:
    """What an argument names."""
    return Address.parse(text) or Path(text)


def _summary(name: str, done: Watched, *, quiet: bool) -> None:
    if done.unseen:
        click.echo(
            f"  warning: {done.unseen} of {done.frames} frames could not be looked at", err=True
        )
    if done.unheard:
        click.echo(f"  warning: {done.unheard} pieces of sound could not be listened to", err=True)
    if not quiet:
        seconds = done.last_ns / 1e9
        plural = "" if done.events == 1 else "s"
        click.echo(f"{name}: {seconds:.1f} s watched, {done.events} event{plural}", err=True)
