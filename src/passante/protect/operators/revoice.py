"""Words kept, the voice that said them gone; everything else as in the soundscape.

Where speech is marked, three things are heard: the noise of the place, the other sounds that
analysis vouches for (both as in `soundscape`), and one voice that is the same for everybody. That
voice is given a row of 40 signs, one for every 20 ms, and nothing else of what was said: see
`phones` and `lone_voice`. Outside the marks sound passes, and nobody is listened to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passante.core.dsp import RATE_HZ, Fifo, Resampler
from passante.protect.operators.lone_voice import AFTER, LoneVoice
from passante.protect.operators.phones import (
    AHEAD,
    FRAME,
    HOP,
    Listener,
    Network,
    PhoneReader,
)
from passante.protect.operators.soundscape import Scene, fresh_generator

VERSION = "1"

DELAY_NS = 400_000_000
"""How far its output may run behind its input."""

_LOUDEST = 8.0


@dataclass(frozen=True, slots=True)
class Speaker:
    """The networks that turn a voice into signs, and signs into the one voice."""

    reader: PhoneReader
    voice: Network

    @property
    def models(self) -> tuple[str, ...]:
        """References of all of them."""
        return (*self.reader.models, self.voice.ref)


class Revoice:
    """The operator on one unbroken stretch of a stream."""

    def __init__(
        self,
        rate_hz: int,
        channels: int,
        speaker: Speaker,
        *,
        draw: Callable[[], np.random.Generator] = fresh_generator,
    ) -> None:
        """Make it ready.

        Args:
            rate_hz: Samples a second.
            channels: How many; the voice is the same in all.
            speaker: Its networks.
            draw: Gives a fresh generator for each stretch of speech.
        """
        self._rate = rate_hz
        self._scene = Scene(rate_hz, channels, draw=draw)
        self._down = Resampler(1, rate_hz, RATE_HZ)
        self._up = Resampler(1, RATE_HZ, rate_hz)
        self._listener = Listener(speaker.reader)
        self._voice = LoneVoice(speaker.voice, draw)
        self._scenes = Fifo(channels)
        self._spoken = Fifo(1)
        self._marks = Fifo(1)
        self._heard = np.zeros(0, np.bool_)
        self._heard_from = 0
        self._asked = 0
        self._taken = 0
        self._given = 0

    def push(
        self,
        samples: NDArray[np.float32],
        speech: NDArray[np.float32],
        keep: NDArray[np.float32] | None,
        rest: NDArray[np.float32] | None,
    ) -> NDArray[np.float32]:
        """What became ready: (channels, m); the fields are those of `AnalysedAudio`."""
        sane = np.isfinite(samples).all(axis=0)
        marked = ~((speech == 0) & sane)
        self._taken += marked.size
        self._scenes.push(self._scene.push(samples, speech, keep, rest))
        self._marks.push(marked[None].astype(np.float32))
        self._heard = np.append(self._heard, marked)
        # as it is, not separated: fewer phones are mistaken so
        mixture = np.where(sane, samples, np.float32(0)).mean(axis=0)
        voice = np.where(marked, np.clip(mixture, -_LOUDEST, _LOUDEST), np.float32(0))
        self._say(self._down.push(voice[None].astype(np.float32))[0])
        return self._ready()

    def flush(self) -> NDArray[np.float32]:
        """The rest."""
        self._scenes.push(self._scene.flush())
        self._say(self._down.flush()[0])
        self._say(np.zeros((2 * HOP + AHEAD + AFTER) * FRAME, np.float32))
        self._spoken.push(self._up.flush())
        missing = self._taken - self._given - self._spoken.ready
        if missing > 0:
            self._spoken.push(np.zeros((1, missing), np.float32))
        return self._ready()

    def _say(self, voice: NDArray[np.float32]) -> None:
        """Listen to (n,) more samples at `RATE_HZ`, and speak what was heard in them."""
        at = (self._asked + np.arange(voice.size)) * self._rate // RATE_HZ - self._heard_from
        self._asked += voice.size
        known = np.append(self._heard, False)
        marked = known[np.minimum(at, self._heard.size)]
        done = min(self._asked * self._rate // RATE_HZ - self._heard_from, self._heard.size)
        self._heard = self._heard[done:]
        self._heard_from += done
        signs = self._listener.push(voice, marked)
        self._spoken.push(self._up.push(self._voice.push(signs)[None]))

    def _ready(self) -> NDArray[np.float32]:
        count = min(self._scenes.ready, self._spoken.ready, self._marks.ready)
        self._given += count
        made = self._scenes.pull(count) + self._spoken.pull(count) * self._marks.pull(count)
        return np.asarray(np.clip(made, -1, 1), np.float32)
