"""How a command ends badly: one line, a hint, an exit code; a traceback only if asked for."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import click

from passante.core.errors import PassanteError
from passante.core.names import plain

UNEXPECTED = 1
"""Exit code of what nobody raised on purpose."""


class Stopped(BaseException):
    """A signal asked the process to end. Not an Exception: nothing may handle and survive it."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number

    @property
    def exit_code(self) -> int:
        """128 plus the number of the signal, as shells have it: 130 for Ctrl-C, 143 for SIGTERM."""
        return 128 + self.number


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """Within it, the first Ctrl-C, SIGTERM or SIGHUP raises `Stopped`.

    Cleaning up is short and must not be cut short, so an impatient second Ctrl-C changes nothing.
    From the third on they count again, in case the first one was swallowed on its way.
    """
    asked = 0

    def stop(number: int, _: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        if asked != 2:
            raise Stopped(number)

    signals = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP"):
        signals.append(signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in signals}
    for number in signals:
        # A parent that ignores a signal on purpose (nohup) goes on being obeyed.
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def exit_code(error: BaseException) -> int:
    """What the shell sees of `error`."""
    match error:
        case PassanteError() | click.ClickException() | Stopped() | click.exceptions.Exit():
            return error.exit_code
        case KeyboardInterrupt() | click.Abort():
            return 128 + signal.SIGINT
        case SystemExit():
            return error.code if isinstance(error.code, int) else UNEXPECTED
        case _:
            return UNEXPECTED


def message_of(error: BaseException) -> tuple[str, str]:
    """What to tell the person at the terminal: a line, and a hint or ""."""
    match error:
        case PassanteError():
            return plain(str(error)), plain(error.hint)
        case click.UsageError():
            command = error.ctx.command_path if error.ctx else "passante"
            return error.format_message(), f"{command} --help lists what there is"
        case click.ClickException():
            return error.format_message(), ""
        case Stopped() | KeyboardInterrupt() | click.Abort():
            return "stopped; nothing unfinished was left behind", ""
        case MemoryError():
            return "out of memory", "protect fewer or smaller files at once"
        case _:
            # The text of an unexpected error may hold anything, so only its kind is shown.
            name = type(error).__name__
            return f"unexpected {name}", "run it again with --debug, and report what that shows"


def show_failure(error: BaseException, *, debug: bool) -> None:
    """Write the line and the hint to standard error, and where asked the traceback before them."""
    if debug:
        click.echo("".join(traceback.format_exception(error)), err=True, nl=False)
    message, hint = message_of(error)
    click.echo(f"passante: error: {message}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)


def report_failure(error: BaseException, words: Sequence[str]) -> int:
    """Tell of an error that ended a command called with `words`; its exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
    elif not isinstance(error, SystemExit | click.exceptions.Exit):
        show_failure(error, debug=wants_debug(words))
    return exit_code(error)


def wants_debug(words: Sequence[str]) -> bool:
    """Whether tracebacks are to be shown."""
    return "--debug" in words or os.environ.get("PASSANTE_DEBUG", "") not in {"", "0"}
