"""Live streams, and recordings beside them, watched at once by one process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import click

from passante.cli.failure import Stopped, exit_code, show_failure
from passante.core.address import Address
from passante.core.clock import NS_PER_S
from passante.core.errors import ModelError, PassanteError, SettingsError, SinkError
from passante.core.names import plain
from passante.flow import Source
from passante.pipeline.gather import Ended, Gather, Item, Opened, Opener
from passante.pipeline.runner import Raw
from passante.pipeline.watch import Watch, Watched
from passante.sources import LiveSettings, LiveSource, open_source

Input = Path | Address
MakeWatch = Callable[[Source[Raw], str], Watch]
"""Makes the watch of a source, with a label for its streams."""


@dataclass(slots=True)
class AtOnce:
    """One call of `passante watch` with a live stream among its inputs.

    Where it is interrupted, or `duration_s` is over, everything known is told: a live stream has
    no other end, so that this is no failure.
    """

    inputs: Sequence[Input]
    settings: LiveSettings
    make: MakeWatch
    ended: Callable[[Input, Watched], None]
    """Takes what each has gone through."""
    duration_s: float | None = None
    quiet: bool = False
    debug: bool = False
    _watches: dict[int, Watch] = field(default_factory=dict)
    _sources: dict[int, Source[Raw]] = field(default_factory=dict)
    _failed: list[BaseException] = field(default_factory=list)

    def run(self) -> int:
        """Watch until all have ended; the exit code is that of the first that failed.

        Raises:
            PassanteError: The only input failed, or something that all of them need.
        """
        gather = Gather(
            [self._opener(one) for one in self.inputs],
            live=[isinstance(one, Address) for one in self.inputs],
        )
        try:
            for one in gather:
                match one:
                    case Opened():
                        self._open(one)
                    case Item():
                        self._push(gather, one)
                    case Ended():
                        self._end(one)
        except Stopped as stopped:
            self._tell(f"stopped by {stopped}")
        finally:
            for number in list(self._watches):
                self._finish(number)
            gather.close()
        if len(self.inputs) == 1 and self._failed:
            raise self._failed[0]
        return exit_code(self._failed[0]) if self._failed else 0

    def _opener(self, one: Input) -> Opener:
        def opened(stop: Event) -> Source[Raw]:
            if isinstance(one, Path):
                return open_source(one)
            return LiveSource(one, self.settings, tell=self._tell, stop=stop)

        return opened

    def _open(self, one: Opened) -> None:
        label = str(one.number + 1) if len(self.inputs) > 1 else ""
        self._tell(f"{label + ': ' if label else ''}{shown(self.inputs[one.number])}")
        self._sources[one.number] = one.source
        self._watches[one.number] = self.make(one.source, label)

    def _push(self, gather: Gather, one: Item) -> None:
        watch = self._watches.get(one.number)
        if watch is None:
            return  # it has failed, or its time is over
        try:
            watch.push(one.item)
        except (ModelError, SettingsError, SinkError):
            raise  # what one lacks, all lack
        except PassanteError as error:
            self._fail(error)
            self._finish(one.number)
            gather.stop(one.number)
            return
        if self.duration_s is not None and watch.done.last_ns >= self.duration_s * NS_PER_S:
            self._finish(one.number)
            gather.stop(one.number)

    def _end(self, one: Ended) -> None:
        if isinstance(one.error, ModelError | SettingsError | SinkError):
            raise one.error
        if one.error is not None:
            self._fail(one.error)
        self._finish(one.number)
        if late := sum(one.late.values()):
            self._warn(f"{late} pictures or pieces of sound were left out: they came too fast")
        for note in getattr(self._sources.get(one.number), "notes", ()):
            self._warn(note)

    def _fail(self, error: BaseException) -> None:
        self._failed.append(error)
        if len(self.inputs) > 1:
            show_failure(error, debug=self.debug)

    def _finish(self, number: int) -> None:
        watch = self._watches.pop(number, None)
        if watch is not None:
            watch.flush()
            self.ended(self.inputs[number], watch.done)

    def _warn(self, text: str) -> None:
        click.echo(f"  warning: {text}", err=True)

    def _tell(self, line: str) -> None:
        if not self.quiet:
            click.echo(line, err=True)


def shown(one: Input) -> str:
    """What an input is called in messages: no password, nothing that a terminal would obey."""
    return plain(one.name) if isinstance(one, Path) else one.shown
