"""Sound across the line: analysed sound in, protected sound out.

Rules:
    - What analysis marks as speech never passes; nor does what it could not judge.
    - Blocks, sample counts and times stay as they are.
    - Nothing is carried over a gap: the stretch before it is finished first.
    - An operator that fails leaves silence in what it held, and the count says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, assert_never

import numpy as np
from numpy.typing import NDArray

from passante.core.clock import NS_PER_S
from passante.core.dsp import CELLS_PER_S, Fifo
from passante.inside.audio import AnalysedAudio, RawAudio
from passante.outside._mint import MINT
from passante.outside.media import ProtectedAudio
from passante.outside.receipt import Receipt
from passante.protect.operators import revoice, silence, soundscape
from passante.protect.policy import SOUND, Policy
from passante.protect.rules import Revoice, Silence, SoundRule, Soundscape


class SoundOperator(Protocol):
    """Takes one unbroken stretch of a stream; gives as many samples, some of them later."""

    def push(
        self,
        samples: NDArray[np.float32],
        speech: NDArray[np.float32],
        keep: NDArray[np.float32] | None,
        rest: NDArray[np.float32] | None,
    ) -> NDArray[np.float32]:
        """(channels, m) that became ready, for the fields of `AnalysedAudio`."""
        ...

    def flush(self) -> NDArray[np.float32]:
        """(channels, m): the rest."""
        ...


class ProtectAudio:
    """Applies a policy to one stream of sound: `AnalysedAudio` in, `ProtectedAudio` out."""

    def __init__(
        self,
        policy: Policy,
        models: tuple[str, ...],
        *,
        low_delay: bool | None = None,
        draw: Callable[[], np.random.Generator] = soundscape.fresh_generator,
        speaker: revoice.Speaker | None = None,
    ) -> None:
        """Make it ready.

        Args:
            policy: What to do with speech.
            models: References of the models behind the analysis, for the receipt.
            low_delay: Shorter frames: less delay, coarser in pitch. None does as the policy says.
            draw: Gives a fresh generator for each stretch of speech. A test may bring its own.
            speaker: The networks of `revoice`; needed by that rule alone.
        """
        if isinstance(policy.speech, Revoice) and speaker is None:
            raise ValueError("to keep words, networks are needed that turn voices into one")
        self._speaker = speaker
        self._rule: SoundRule = policy.speech
        if low_delay is None:
            low_delay = isinstance(policy.speech, Soundscape) and policy.speech.low_delay
        self._low_delay = low_delay
        self._draw = draw
        self._clear = policy.receipt(SOUND, models)
        self._hidden = policy.receipt(SOUND, models, regions=1)
        self._operator: SoundOperator | None = None
        self._cells_fit = False
        self._held: deque[tuple[RawAudio, Receipt]] = deque()
        self._made: Fifo | None = None
        self.failures = 0
        """How often an operator failed and silence stood in."""

    @property
    def delay_ns(self) -> int:
        """How far its output may run behind its input, in ns, blocks apart."""
        match self._rule:
            case Silence():
                return 0
            case Revoice():
                return revoice.DELAY_NS
            case Soundscape():
                return 15_000_000 if self._low_delay else 5 * NS_PER_S // CELLS_PER_S
            case _:
                assert_never(self._rule)

    def push(self, item: AnalysedAudio, /) -> Iterable[ProtectedAudio]:
        """The blocks that became ready through `item`."""
        ready = list(self.flush()) if item.begins or self._operator is None else []
        raw = item.raw
        self._cells_fit |= item.begins
        if self._operator is None:
            self._operator = self._make(raw)
        nothing_found = bool((item.speech == 0).all()) and not isinstance(self._rule, Silence)
        self._held.append((raw, self._clear if nothing_found else self._hidden))
        try:
            keep = item.keep if self._cells_fit else None
            self._take(self._operator.push(raw.samples, item.speech, keep, item.rest))
        # Whatever it was: what the operator held is silenced, never passed on.
        except Exception:
            self._silence()
        return [*ready, *self._emit()]

    def flush(self) -> Iterable[ProtectedAudio]:
        """The blocks that were still held."""
        operator, self._operator = self._operator, None
        if operator is not None:
            try:
                self._take(operator.flush())
            except Exception:
                self._silence()
            held = sum(raw.samples.shape[1] for raw, _ in self._held)
            if self._made is None or self._made.ready != held:
                self._silence()
        ready = list(self._emit())
        self._made = None
        return ready

    def _make(self, raw: RawAudio) -> SoundOperator:
        match self._rule:
            case Silence():
                return silence.SilenceSound()
            case Revoice():
                assert self._speaker is not None  # checked when it was made
                return revoice.Revoice(
                    raw.rate_hz, raw.samples.shape[0], self._speaker, draw=self._draw
                )
            case Soundscape():
                return soundscape.Scene(
                    raw.rate_hz,
                    raw.samples.shape[0],
                    low_delay=self._low_delay,
                    draw=self._draw,
                )
            case _:
                assert_never(self._rule)

    def _take(self, samples: NDArray[np.float32]) -> None:
        if not np.isfinite(samples).all():
            raise FloatingPointError("an operator made what is no number")
        if self._made is None:
            self._made = Fifo(samples.shape[0])
        self._made.push(samples)

    def _silence(self) -> None:
        """Give up on what is held: silence in its place."""
        self.failures += 1
        self._operator = None
        # the next operator starts in the middle of the grid of cells
        self._cells_fit = False
        self._made = None
        for raw, _ in self._held:
            self._take(np.zeros_like(raw.samples))

    def _emit(self) -> Iterator[ProtectedAudio]:
        while self._held and self._made is not None:
            raw, receipt = self._held[0]
            if raw.samples.shape[1] > self._made.ready:
                return
            self._held.popleft()
            yield ProtectedAudio(
                stream=raw.stream,
                seq=raw.seq,
                pts=raw.pts,
                time_base=raw.time_base,
                rate_hz=raw.rate_hz,
                layout=raw.layout,
                samples=self._made.pull(raw.samples.shape[1]),
                receipt=receipt,
                mint=MINT,
            )
