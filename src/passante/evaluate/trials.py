"""Recorded events in the sound of streets: what a listener is tried on, and what it heard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from passante.analyse.alarm import Alarm, Heard, Limit
from passante.analyse.hearing import Hearing
from passante.analyse.logmel import FRAMES, HOP
from passante.analyse.sounds import Listener
from passante.core.names import EventKind
from passante.evaluate.sounds import RATE_HZ, Sound

LEAD_S, TAIL_S = 3.0, 1.5
"""Of street before and after an event."""
_LONGEST_S = 5.0
_BED = 0.018
"""Root mean square of a street: -35 dB of full scale."""
_RANGE_DB = 22.0
"""Frames within this of the loudest hold the event, the others are pauses."""
_TENTH = 10
"""Frames of a tenth of a second."""
LATE_S = 1.0
"""So long after its end an event may still be told, and before its onset be placed."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One event, or something that is none, in a street."""

    sound: Sound
    kind: EventKind | None
    label: str
    group: str
    """What it is counted under: recordings of one origin are one."""
    snr_db: float
    start_s: float
    """When the event begins; the end of the street where there is none."""
    end_s: float
    faint_s: float = 0.0
    """For how long from its beginning it is fainter than the street: nobody can hear it yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What there is to look at in a sound."""

    firsts: tuple[int, ...]
    """Number of the first frame of each look."""
    standing: NDArray[np.float32]
    """(looks, 96) dB, as in a `Look`."""
    patches: NDArray[np.float32]
    """(looks, 96, 64)."""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What a listener says, look by look."""

    firsts: tuple[int, ...]
    """Number of the first frame of each look."""
    standing: NDArray[np.float32]
    """(looks, 96) dB, as in a `Look`."""
    scores: NDArray[np.float32]
    """(looks, kinds), 0 to 1."""


def active(sound: Sound) -> NDArray[np.bool_]:
    """(n // `HOP`,): which 10 ms hold the event."""
    power = (sound[: sound.size // HOP * HOP].reshape(-1, HOP) ** 2).mean(axis=1)
    level = 10 * np.log10(np.maximum(power, 1e-12))
    return np.asarray(level > max(float(level.max(initial=-120)) - _RANGE_DB, -100))


def loudest(sound: Sound) -> Sound:
    """At most 5 s of a recording, from half a second before its loudest moment on."""
    power = (sound[: sound.size // HOP * HOP].reshape(-1, HOP) ** 2).mean(axis=1)
    longest = int(_LONGEST_S * RATE_HZ)
    start = max(0, int(power.argmax()) * HOP - RATE_HZ // 2) if power.size else 0
    start = min(start, max(0, sound.size - longest))
    return sound[start : start + longest]


def placed(
    event: Sound, bed: Sound, snr_db: float, rng: np.random.Generator
) -> tuple[Sound, float, float]:
    """An event somewhere in a street; the mixture, and when the event begins and ends, s.

    Args:
        event: Of a longer one the 5 s around its loudest moment are used.
        bed: A street; it is repeated where it is too short.
        snr_db: Level of the event, pauses left out, over that of the street.
        rng: Says which part of the street.
    """
    event = loudest(event)
    lead = int((LEAD_S + rng.uniform(0, 0.24)) * RATE_HZ) // HOP * HOP
    mixed = street(bed, lead + event.size + int(TAIL_S * RATE_HZ), rng)
    frames = np.flatnonzero(active(event))
    if not frames.size:
        return mixed, LEAD_S, LEAD_S
    heard = event[: event.size // HOP * HOP].reshape(-1, HOP)[frames]
    gain = _BED * 10 ** (snr_db / 20) / max(1e-6, float(np.sqrt((heard**2).mean())))
    mixed[lead : lead + event.size] += np.float32(gain) * event
    first, last = ((lead + HOP * frame) / RATE_HZ for frame in (frames[0], frames[-1] + 1))
    return np.clip(mixed, -1, 1), float(first), float(last)


def faint(event: Sound, snr_db: float) -> float:
    """For how long an event, placed in a street, is fainter than that from its beginning on, s.

    Until a tenth of a second is as loud as the street; where none is, until the loudest.
    """
    event = loudest(event)
    frames = active(event)
    if not frames.any():
        return 0.0
    power = (event[: event.size // HOP * HOP].reshape(-1, HOP) ** 2).mean(axis=1)
    over = power / power[frames].mean() * 10 ** (snr_db / 10)
    smooth = np.convolve(over, np.full(_TENTH, 1 / _TENTH))[: over.size]
    first = int(np.flatnonzero(frames)[0])
    loud = np.flatnonzero(smooth[first:] >= 1)
    at = int(loud[0]) if loud.size else int(smooth[first:].argmax())
    return max(0, at - _TENTH + 1) * HOP / RATE_HZ


def street(bed: Sound, count: int, rng: np.random.Generator) -> Sound:
    """(count,) of a street at the usual level."""
    start = int(rng.integers(0, bed.size))
    part = np.take(bed, np.arange(start, start + count), mode="wrap")
    return np.asarray(part * (_BED / max(1e-6, float(np.sqrt((part**2).mean())))), np.float32)


def looks_at(sound: Sound) -> Looks:
    """All looks at a sound, as in a stream that begins and ends with it."""
    hearing = Hearing()
    looks = [*hearing.push(sound), *hearing.flush()]
    return Looks(
        tuple(look.first for look in looks),
        np.stack([look.standing for look in looks]),
        np.stack([look.patch for look in looks]),
    )


def listened(sound: Sound, listener: Listener) -> Scored:
    """All that is said of a sound."""
    looks = looks_at(sound)
    return Scored(looks.firsts, looks.standing, listener.look(looks.patches))


def told(scored: Scored, kinds: Sequence[EventKind], limits: Iterable[Limit]) -> Iterator[Told]:
    """What would be told at these limits, as the stage does."""
    for limit in limits:
        alarm, column = Alarm(limit), kinds.index(limit.kind)
        open_: Told | None = None
        rows = zip(scored.firsts, scored.standing, scored.scores[:, column], strict=True)
        for first, standing, score in rows:
            heard = alarm.push(float(score), first, standing)
            if heard is not None and open_ is None:
                open_ = Told(heard, first + FRAMES)
            elif heard is not None:
                yield Told(heard, open_.noticed if open_ else heard.end)
                open_ = None
        rest = alarm.flush()
        if rest is not None:
            yield Told(rest, open_.noticed if open_ else rest.end)


@dataclass(frozen=True, slots=True)
class Told:
    """An incident of a trial, in frames of 10 ms."""

    heard: Heard
    noticed: int
    """The last frame that had been heard when it was told."""

    @property
    def noticed_s(self) -> float:
        """The same in seconds, the rest of the frame's window included."""
        return self.noticed * HOP / RATE_HZ + 0.015

    def about(self, trial: Trial) -> bool:
        """Whether it may be the event of this trial."""
        return (
            self.heard.kind is trial.kind
            and self.heard.start * HOP / RATE_HZ <= trial.end_s + LATE_S
            and self.noticed_s >= trial.start_s
            and self.heard.end * HOP / RATE_HZ >= trial.start_s - LATE_S
        )


def peaks(scored: Scored, looks: int) -> NDArray[np.float32]:
    """(kinds,): the highest score, averaged over as many looks as `Alarm` averages over."""
    padded = np.concatenate([np.zeros((looks - 1, scored.scores.shape[1])), scored.scores])
    windows = np.lib.stride_tricks.sliding_window_view(padded, looks, axis=0)
    return np.asarray(windows.mean(axis=2).max(axis=0), np.float32)
