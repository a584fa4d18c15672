"""`passante watch`: events and statistics of recordings, as they happen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import cv2

from passante.analyse.zones import WHOLE_PICTURE, Zones
from passante.cli.failure import exit_code, show_failure, stop_on_signals, wants_debug
from passante.cli.outlets import Outlets, Reach, outlet_options
from passante.cli.told import event_lines, statistic_line
from passante.core.errors import ModelError, SettingsError, SinkError
from passante.core.names import Quantity
from passante.outside.facts import Event, Fact
from passante.pipeline.clips import Clips
from passante.pipeline.watch import Watch, Watched, WatchEquipment
from passante.protect.policy import Policy
from passante.sinks.facts import FactLines
from passante.sources import open_source


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
    overwrite: bool,
    quiet: bool,
    debug: bool,
    **reach: Any,  # Any: the options of `outlet_options`, as click has checked them
) -> int:
    """Tell what happens and how many come and go, and nothing of who they are.

    Events are printed as they begin and as they end; statistics at the end of each bucket. Both are
    exact figures for the operator's own use; what may be published is what --publish adds. Ctrl-C
    ends a watch, and what was known until then is told.
    """
    sources = [_file(text) for text in inputs]
    zones = Zones.load(rules) if rules else WHOLE_PICTURE
    policy = Policy.find(policy_name)
    outlets = Outlets.open(Reach(**reach))
    lines = FactLines(output, overwrite=overwrite) if output else None
    cv2.setNumThreads(1)
    run = _Run(
        WatchEquipment(zones, sound=sound),
        lines,
        outlets,
        calibration,
        Clips(clip_folder, policy, overwrite=overwrite) if clip_folder else None,
        explain=explain,
        statistics=statistics and not quiet,
        quiet=quiet,
    )
    try:
        with stop_on_signals():
            if len(sources) == 1:
                run.one(sources[0])
                return 0
            return run.several(sources, debug=debug or wants_debug(()))
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
            done = Watch(
                source,
                self._equipment,
                self._tell,
                label=label,
                publisher=self._outlets.publisher,
                began=self._outlets.began,
                calibration_db=self._calibration,
            ).run()
        finally:
            source.close()
        if self._clips is not None:
            self._clips.write(path, label=label)
        _summary(path, done, quiet=self._quiet)

    def several(self, paths: list[Path], *, debug: bool) -> int:
        """Watch all that can be; the exit code is that of the first that could not."""
        failed: list[Exception] = []
        for number, path in enumerate(paths, 1):
            if not self._quiet:
                click.echo(f"{number}: {path.name}", err=True)
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


def _file(text: str) -> Path:
    # What follows the scheme may hold a password: it is not repeated.
    scheme, mark, _ = text.partition("://")
    if mark and scheme.isalnum() and not Path(text).exists():
        raise SettingsError(
            f"{scheme}://... is an address, and only files are watched as yet",
            hint="record it into a file first, then watch that",
        )
    return Path(text)


def _summary(path: Path, done: Watched, *, quiet: bool) -> None:
    if done.unseen:
        click.echo(
            f"  warning: {done.unseen} of {done.frames} frames could not be looked at", err=True
        )
    if done.unheard:
        click.echo(f"  warning: {done.unheard} pieces of sound could not be listened to", err=True)
    if not quiet:
        seconds = done.last_ns / 1e9
        plural = "" if done.events == 1 else "s"
        click.echo(f"{path.name}: {seconds:.1f} s watched, {done.events} event{plural}", err=True)
