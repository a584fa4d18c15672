"""The command `passante`: a table of commands, each loaded only when it is called."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from passante import __version__
from passante.cli.failure import report_failure

COMMANDS: dict[str, tuple[str, str]] = {
    "compress": ("passante.cli.compress:compress", "Make a network fit a device, or refuse it."),
    "evaluate": ("passante.cli.evaluate:evaluate", "Attack our own output: what of it holds."),
    "facts": ("passante.cli.facts:facts", "Export stored facts, forget old ones, read sensors."),
    "fit": ("passante.cli.fit:fit", "Choose what may be asked of a device, so that it fits."),
    "models": ("passante.cli.models:models", "List, verify and fetch the networks."),
    "policies": ("passante.cli.policies:policies", "Show what each policy hides and leaves."),
    "protect": ("passante.cli.protect:protect", "Protect recordings, pictures and sound files."),
    "watch": ("passante.cli.watch:watch", "Tell what happens and how many come and go."),
    "zones": ("passante.cli.zones:zones", "Draw zones on a protected still."),
}
"""Name -> where it is, and its line in the help: nothing else is imported for `passante --help`."""


class Commands(click.Group):
    """Finds commands in `COMMANDS`; ends with one line and an exit code, not with a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the alphabet."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])

    # Any: click's own signature. It has overloads for modes that this group does not have.
    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run as "passante" and exit; every failure becomes a line, a hint and an exit code."""
        words = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        try:
            result = super().main(words, "passante", **extra)
        except BaseException as error:
            sys.exit(report_failure(error, words))
        sys.exit(result if isinstance(result, int) else 0)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="passante")
def cli() -> None:
    """Street video and sound in, the same out with faces, plates and words hidden.

    Every failure is one line, a hint and an exit code. Add --debug to a command, or set
    PASSANTE_DEBUG, to see where in the program it came from.
    """


def main() -> NoReturn:
    """Entry point of the `passante` command."""
    _without_core_dumps()
    cli.main()


def _without_core_dumps() -> None:
    """Should the process crash, no copy of its memory is put on a disk: it holds raw pictures."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - absent on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
