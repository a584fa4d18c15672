"""`passante protect`: files in, protected files out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import assert_never

import click
import cv2

from passante.cli.failure import exit_code, message_of, show_failure, stop_on_signals, wants_debug
from passante.cli.plan import Plan, Task, plan
from passante.cli.progress import Progress
from passante.core.errors import ModelError, PassanteError, SettingsError, SinkError
from passante.core.names import Sensitive, plain
from passante.models.own import load_all
from passante.pipeline import report
from passante.pipeline.build import Equipment
from passante.pipeline.job import Job, protect_file
from passante.protect.levels import LevelSettings
from passante.protect.policy import Policy
from passante.protect.rules import OperatorName, Revoice, Silence, Soundscape
from passante.sinks import OutputSettings


class Level(StrEnum):
    """What becomes of speech, whatever the policy says."""

    SOUNDSCAPE = "soundscape"
    REVOICE = "revoice"
    SILENT = "silent"


@click.command(no_args_is_help=True)
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
@click.option(
    "-o", "--output", required=True, metavar="OUTPUT",
    help="A file; for several inputs, a folder or a pattern: a folder, in which names are kept.",
)  # fmt: skip
@click.option(
    "-p", "--policy", "policy_name", default="street", show_default=True, metavar="NAME|FILE.toml",
    help="What is hidden and how: street, person, silent, or a file of your own.",
)  # fmt: skip
@click.option(
    "--level", type=click.Choice([level.value for level in Level]),
    help="What becomes of speech, in place of what the policy says.",
)  # fmt: skip
@click.option(
    "--legal-basis", metavar="WORDS",
    help="Why words may be kept, for --level revoice; written on every receipt and in the report.",
)  # fmt: skip
@click.option(
    "--low-delay", is_flag=True,
    help="Listen without look-ahead, as a live stream would have to: weaker. Only for soundscape.",
)  # fmt: skip
@click.option(
    "--levels/--no-levels", "wants_levels", default=None,
    help="Write sound levels to OUTPUT.levels.jsonl. "
    "[default: with --level silent]",
)  # fmt: skip
@click.option(
    "--calibration", type=float, default=0.0, metavar="DB",
    help="Sound pressure level, in dB, of a root mean square of full scale; added to all levels.",
)  # fmt: skip
@click.option(
    "--report", "report_name", metavar="REPORT.json",
    help="Write what was done, with what, and what was lost.",
)  # fmt: skip
@click.option(
    "--codec", metavar="NAME", help="h264, hevc, av1, vp9, mpeg4 or ffv1. [default: by OUTPUT]"
)
@click.option("--crf", type=int, help="Quality: smaller is better and larger. [default: by codec]")
@click.option(
    "--preset", default=OutputSettings().preset, show_default=True, metavar="NAME",
    help="Effort of the encoder: ultrafast to veryslow.",
)  # fmt: skip
@click.option(
    "--model", "cards", type=click.Path(dir_okay=False, path_type=Path), multiple=True,
    metavar="CARD.toml",
    help="A network that `passante compress` made and let pass, instead of the usual one.",
)  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace outputs that exist.")
@click.option(
    "--allow-truncated", is_flag=True,
    help="Keep what is readable of a file whose end is missing.",
)  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but warnings and errors.")
@click.option("--debug", is_flag=True, help="Show where errors come from.")
def protect(
    *,
    inputs: tuple[str, ...],
    output: str,
    policy_name: str,
    level: str | None,
    legal_basis: str | None,
    low_delay: bool,
    wants_levels: bool | None,
    calibration: float,
    report_name: str | None,
    codec: str | None,
    crf: int | None,
    preset: str,
    cards: tuple[Path, ...],
    overwrite: bool,
    allow_truncated: bool,
    quiet: bool,
    debug: bool,
) -> int:
    """Hide faces, number plates and speech in recordings, pictures and sound files.

    INPUT is a file, a folder or a pattern. An output stands under its name only once it is
    complete: after any error, Ctrl-C included, nothing does.
    """
    policy = _policy(
        policy_name, Level(level) if level else None, low_delay=low_delay, basis=legal_basis
    )
    if wants_levels is None:
        wants_levels = level == Level.SILENT
    work = plan(inputs, output)
    report_path = Path(report_name) if report_name else None
    if work.folder is not None or output.endswith(("/", os.sep)):
        _make_folder(work.folder or Path(output))
    if report_path:
        _check_report(report_path, work.tasks, overwrite=overwrite)
    settings = OutputSettings(codec=codec, crf=crf, preset=preset, overwrite=overwrite)
    # The pipeline has threads of its own; OpenCV's pool would only get in their way.
    cv2.setNumThreads(1)
    run = _Run(
        Equipment(
            policy, levels=_levels(calibration) if wants_levels else None, models=load_all(cards)
        ),
        settings,
        allow_truncated=allow_truncated,
        quiet=quiet,
        debug=debug or wants_debug(()),
    )
    run.say(f"policy {policy.name}: {policy.leaves_visible()}")
    with stop_on_signals():
        if work.folder is None:
            return run.one(work.tasks[0], report_path)
        return run.several(work, report_path)


class _Run:
    """One call of the command."""

    def __init__(
        self,
        equipment: Equipment,
        settings: OutputSettings,
        *,
        allow_truncated: bool,
        quiet: bool,
        debug: bool,
    ) -> None:
        self._equipment = equipment
        self._settings = settings
        self._allow_truncated = allow_truncated
        self._quiet = quiet
        self._debug = debug
        self._progress = Progress(quiet=quiet)

    def say(self, text: str) -> None:
        """A line for a person to read, on standard error."""
        if not self._quiet:
            click.echo(text, err=True)

    def one(self, task: Task, report_path: Path | None) -> int:
        """Protect one file; its error ends the command."""
        done = self._protect(task, task.name)
        if report_path:
            try:
                report.write(report_path, done)
            except PassanteError:
                task.target.unlink(missing_ok=True)
                if done.output.levels:
                    task.target.with_name(done.output.levels).unlink(missing_ok=True)
                raise
        return 0

    def several(self, work: Plan, report_path: Path | None) -> int:
        """Protect all that can be; the exit code is that of the first that could not."""
        done: list[report.Report] = []
        failed: list[tuple[Task, Exception]] = []
        for number, task in enumerate(work.tasks, 1):
            try:
                _make_folder(task.target.parent)
                made = self._protect(task, f"{number}/{len(work.tasks)} {task.name}")
                done.append(report.renamed(made, task.name))
            except ModelError:
                raise  # what one file lacks, all lack
            except Exception as error:
                failed.append((task, error))
                if self._debug:
                    show_failure(error, debug=True)
        self._tell(work, failed)
        if report_path:
            report.write(
                report_path,
                report.Batch(
                    files=tuple(done),
                    failed=tuple(
                        report.Failure(
                            name=task.name, error=message_of(error)[0], exit_code=exit_code(error)
                        )
                        for task, error in failed
                    ),
                    skipped=work.skipped,
                ),
            )
        return exit_code(failed[0][1]) if failed else 0

    def _protect(self, task: Task, shown: str) -> report.Report:
        job = Job(
            task.source,
            task.target,
            self._settings,
            allow_truncated=self._allow_truncated,
            levels=task.target.with_name(f"{task.target.name}.levels.jsonl"),
        )
        try:
            done = protect_file(job, self._equipment, watch=self._progress.of(shown))
        finally:
            self._progress.clear()
        self.say(f"{shown}: {_summary(done)}")
        if done.input.dropped:
            self.say(f"  left out: {', '.join(done.input.dropped)}")
        for note in done.notes:
            click.echo(f"  note: {note}", err=True)
        for stream in done.streams:
            if lost := stream.read - stream.written:
                what = "frames" if stream.kind == "video" else "blocks of sound"
                click.echo(
                    f"  warning: {lost} of {stream.read} {what} could not be protected "
                    "and are not in the output",
                    err=True,
                )
        return done

    def _tell(self, work: Plan, failed: Sequence[tuple[Task, Exception]]) -> None:
        """How several inputs went: what was skipped, and a table of what failed."""
        if work.skipped:
            self.say(f"skipped, being no media: {', '.join(work.skipped)}")
        if not failed:
            return
        click.echo(f"{len(failed)} of {len(work.tasks)} inputs could not be protected:", err=True)
        width = max(len(task.name) for task, _ in failed)
        for task, error in failed:
            message, hint = message_of(error)
            message = message.removeprefix(f"{plain(task.source.name)}: ")
            told = f"{message} ({hint})" if hint else message
            click.echo(f"  {task.name:<{width}}  exit {exit_code(error)}  {told}", err=True)


def _summary(done: report.Report) -> str:
    """One line of what was made of a file."""
    timing = done.timing
    pictures = next((stream for stream in done.streams if stream.kind == "video"), None)
    if pictures is None:
        amount = f"{timing.media_s:.1f} s of sound"
    elif done.input.kind == "picture":
        amount = "picture"
    else:
        speed = pictures.written / timing.wall_s if timing.wall_s else 0.0
        amount = f"{pictures.written} frames, {speed:.1f} fps"
    hidden = [f"{_counted(len(done.tracks), 'thing')} covered"] if pictures else []
    if done.speech:
        kept = done.policy.operators[Sensitive.SPEECH].startswith(OperatorName.REVOICE)
        fate = "said by another voice" if kept else "destroyed"
        hidden.append(f"{_counted(len(done.speech), 'stretch', 'es')} of speech {fate}")
    return ", ".join([amount, *hidden, f"{timing.wall_s:.1f} s"])


def _counted(number: int, what: str, many: str = "s") -> str:
    return f"{number} {what}{'' if number == 1 else many}"


def _policy(
    text: str, level: Level | None, *, low_delay: bool = False, basis: str | None = None
) -> Policy:
    """The policy of a name or a file, its rule for speech replaced where a level is asked for."""
    policy = Policy.find(text)
    if basis is not None and level is not Level.REVOICE:
        raise SettingsError(
            "--legal-basis is for --level revoice alone",
            hint="a policy of your own names its legal basis itself",
        )
    speech = policy.speech
    match level:
        case None:
            pass
        case Level.SOUNDSCAPE:
            speech = Soundscape()
        case Level.REVOICE:
            if basis is None or not basis.strip():
                raise SettingsError(
                    "--level revoice keeps what is said: it needs a legal basis",
                    hint='say in words why that is allowed: --legal-basis "..."',
                )
            speech = Revoice(basis.strip())
        case Level.SILENT:
            speech = Silence()
        case _:
            assert_never(level)
    if low_delay:
        if not isinstance(speech, Soundscape):
            raise SettingsError(
                f"--low-delay is not for {speech.operator}", hint="use it with --level soundscape"
            )
        speech = replace(speech, low_delay=True)
    if speech == policy.speech:
        return policy
    # A receipt must not name a policy that says something else.
    asked = ([level] if level else []) + (["low-delay"] if low_delay else [])
    return replace(policy, name="+".join([policy.name, *asked]), speech=speech)


def _levels(calibration_db: float) -> LevelSettings:
    try:
        return LevelSettings(offset_db=calibration_db)
    except ValueError as error:
        raise SettingsError("--calibration is no level that sound has") from error


def _check_report(path: Path, tasks: Iterable[Task], *, overwrite: bool) -> None:
    """Refuse a report that could not be written, before hours of work go into it."""
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise SinkError(
            f"the report {path.name} cannot be written: its folder is missing or not writable",
            hint="make the folder first, or write the report elsewhere",
        )
    if path.is_dir():
        raise SettingsError(f"the report {path.name} is a folder", hint="name a file for it")
    media = {file.resolve() for task in tasks for file in (task.source, task.target)}
    if path.resolve() in media:
        raise SettingsError(
            f"{path.name}: is both the report and an input or output", hint="name another file"
        )
    if path.exists() and not overwrite:
        raise SettingsError(
            f"the report {path.name} exists already",
            hint="name another file, or allow it to be replaced with --overwrite",
        )


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SinkError(
            f"{path.name}: the folder cannot be made: {error.strerror}",
            hint="check that the folder above it can be written to",
        ) from error
