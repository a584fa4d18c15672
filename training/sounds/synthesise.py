"""Sounds made of numbers, where recordings are few: each call another one. 16 kHz, mono."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
Sound = NDArray[np.float32]
Chance = np.random.Generator


def _time(seconds: float) -> NDArray[np.float64]:
    return np.arange(int(seconds * RATE_HZ)) / RATE_HZ


def _band(noise: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(noise)
    pitch = np.fft.rfftfreq(noise.size, 1 / RATE_HZ)
    spectrum[(pitch < low) | (pitch > high)] = 0
    return np.fft.irfft(spectrum, noise.size)


def _tone(pitch: NDArray[np.float64], rng: Chance, harmonics: int) -> NDArray[np.float64]:
    """A tone whose pitch, Hz, moves, with harmonics that fall off at random."""
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    fall = rng.uniform(0.25, 0.8)
    made = np.zeros(pitch.size)
    for number in range(1, harmonics + 1):
        if pitch.max() * number < RATE_HZ / 2:
            made += fall ** (number - 1) * np.sin(number * phase + rng.uniform(0, 6))
    return made


def _finished(sound: NDArray[np.float64]) -> Sound:
    return np.asarray(0.5 * sound / max(1e-9, float(np.abs(sound).max())), np.float32)


def siren(rng: Chance) -> Sound:
    """Wail, yelp, two tones, or a slow civil one; sometimes driving by."""
    time = _time(rng.uniform(3, 6))
    low, high = rng.uniform(400, 800), rng.uniform(1000, 1700)
    match rng.integers(4):
        case 0:
            wave = 0.5 - 0.5 * np.cos(2 * np.pi * time / rng.uniform(2, 6))
        case 1:
            wave = np.abs(2 * ((time * rng.uniform(2, 5)) % 1) - 1)
        case 2:
            wave = ((time * rng.uniform(0.7, 2.2)) % 1 > 0.5).astype(float)
            high = low * rng.uniform(1.2, 1.45)
        case _:
            wave = np.clip(time / rng.uniform(2, 4), 0, 1)
            low, high = rng.uniform(150, 300), rng.uniform(350, 700)
    pitch = low + (high - low) * wave
    if rng.random() < 0.4:
        pitch = pitch * (1 - 0.04 * np.tanh((time - time[-1] / 2) * rng.uniform(0.5, 2)))
    return _finished(_tone(pitch, rng, int(rng.integers(3, 12))))


def alarm(rng: Chance) -> Sound:
    """Beeps of a smoke or car alarm, of an alarm clock, a buzzer or a bell."""
    time = _time(rng.uniform(2.5, 5))
    match rng.integers(5):
        case 0:  # three beeps and a pause
            beat = time % 4.0
            on = (beat % 1.0 < 0.5) & (beat < 3.0)
            made = _tone(np.full(time.size, rng.uniform(2700, 3400)), rng, 2) * on
        case 1:  # fast beeps of a clock
            beat = time % rng.uniform(0.8, 1.2)
            on = (beat < 0.5) & (beat % 0.125 < 0.065)
            made = _tone(np.full(time.size, rng.uniform(1800, 3200)), rng, 3) * on
        case 2:  # car: sweeps
            wave = (time * rng.uniform(2, 6)) % 1
            made = _tone(rng.uniform(700, 1200) * (1 + rng.uniform(0.5, 1.2) * wave), rng, 6)
        case 3:  # buzzer
            made = np.sign(_tone(np.full(time.size, rng.uniform(100, 500)), rng, 1))
            made = made * (time % rng.uniform(0.8, 1.6) < 0.6)
        case _:  # electric bell
            strikes = (time * rng.uniform(12, 25)) % 1
            ring = sum(np.sin(2 * np.pi * f * time) for f in rng.uniform(1200, 5000, 5))
            made = np.asarray(ring) * np.exp(-3 * strikes)
    return _finished(np.asarray(made))


def _shot(rng: Chance, seconds: float, darkness: float) -> NDArray[np.float64]:
    """A blow of noise that dies away, highs first."""
    time = _time(seconds)
    noise = rng.standard_normal(time.size)
    body = _band(noise, 40, rng.uniform(300, 900)) * np.exp(-time * rng.uniform(6, 14))
    crack = noise * np.exp(-time * rng.uniform(40, 120)) * rng.uniform(0.3, 1.5)
    tail = _band(rng.standard_normal(time.size), 100, 2500)
    tail *= np.exp(-time * rng.uniform(3, 8)) * rng.uniform(0.02, 0.2)
    return darkness * body * 3 + (1 - darkness) * crack + tail


def bang(rng: Chance) -> Sound:
    """One shot or a few, with their echo."""
    made = np.zeros(int(rng.uniform(1.2, 3) * RATE_HZ))
    gap = rng.uniform(0.08, 0.6)
    at = 0.02
    for _ in range(int(rng.choice([1, 1, 1, 2, 3, 6]))):
        shot = _shot(rng, 1.0, rng.uniform(0.1, 0.5))
        start = int(at * RATE_HZ)
        part = made[start : start + shot.size]
        part += shot[: part.size]
        at += gap * rng.uniform(0.8, 1.2)
    return _finished(made)


def explosion(rng: Chance) -> Sound:
    """A low blow with a long rumble."""
    time = _time(rng.uniform(2, 4))
    rumble = _band(rng.standard_normal(time.size), 25, rng.uniform(150, 500))
    rumble *= np.exp(-time * rng.uniform(0.8, 2.5)) * np.minimum(1, time / 0.03)
    made = 2 * rumble / np.abs(rumble).max()
    shot = _shot(rng, 1.5, rng.uniform(0.5, 0.9))
    made[: shot.size] += shot[: made.size] / np.abs(shot).max()
    debris = _band(rng.standard_normal(time.size), 500, 6000)
    debris *= (rng.random(time.size) < 0.002) * np.exp(-time)
    return _finished(made + rng.uniform(0, 2) * debris)


def glass(rng: Chance) -> Sound:
    """A crack, and shards that ring on."""
    time = _time(rng.uniform(0.8, 1.8))
    made = _band(rng.standard_normal(time.size), 1500, 7800) * np.exp(-time * 25)
    for _ in range(int(rng.integers(25, 80))):
        start = int(min(rng.exponential(0.2), time[-1] * 0.9) * RATE_HZ)
        ring = np.exp(-time * rng.uniform(20, 90)) * np.sin(
            2 * np.pi * rng.uniform(2200, 7600) * time
        )
        made[start:] += rng.uniform(0.05, 0.6) * ring[: made.size - start]
    return _finished(made)


def crash(rng: Chance) -> Sound:
    """Tyres, then metal and glass."""
    time = _time(rng.uniform(2, 3.5))
    hit = rng.uniform(0.3, 1.4)
    squeal = _tone(
        rng.uniform(700, 1600) * (1 + 0.05 * np.cumsum(rng.standard_normal(time.size)) / 300),
        rng,
        4,
    )
    squeal *= (time < hit) * rng.uniform(0.2, 0.7) * np.minimum(1, time / 0.1)
    made = squeal
    start = int(hit * RATE_HZ)
    after = time[: time.size - start]
    blow = 2 * _shot(rng, after.size / RATE_HZ, 0.6)
    for _ in range(12):
        ring = np.sin(2 * np.pi * rng.uniform(150, 2500) * after) * np.exp(
            -after * rng.uniform(5, 25)
        )
        blow[: ring.size] += rng.uniform(0.1, 0.6) * ring[: blow.size]
    shards = glass(rng).astype(np.float64)[: blow.size]
    blow[: shards.size] += rng.uniform(0, 1) * shards
    made[start : start + blow.size] += blow[: made.size - start]
    return _finished(made)


def fire(rng: Chance) -> Sound:
    """Crackle over a soft roar."""
    time = _time(4)
    made = rng.uniform(0.02, 0.1) * _band(rng.standard_normal(time.size), 50, 800)
    for _ in range(int(rng.integers(40, 200))):
        start = int(rng.integers(0, time.size - 400))
        length = int(rng.integers(20, 300))
        click = rng.standard_normal(length) * np.exp(-np.arange(length) / (length / 5))
        made[start : start + length] += rng.pareto(1.5) * 0.1 * click
    return _finished(np.clip(made, -1.5, 1.5))


def scream(rng: Chance) -> Sound:
    """A high, rough voice that rises and falls."""
    time = _time(rng.uniform(0.6, 2.2))
    top = rng.uniform(600, 1500)
    shape = np.interp(time / time[-1], [0, 0.15, 0.6, 1], [rng.uniform(0.5, 0.8), 1, 0.95, 0.6])
    wander = np.cumsum(rng.standard_normal(time.size)) / 4000
    pitch = top * shape * (1 + 0.02 * np.sin(2 * np.pi * rng.uniform(4, 8) * time) + 0.02 * wander)
    voice = _tone(np.maximum(pitch, 150), rng, 10)
    rough = 1 + rng.uniform(0.2, 0.9) * np.sin(2 * np.pi * rng.uniform(30, 130) * time)
    breath = rng.uniform(0.05, 0.4) * _band(rng.standard_normal(time.size), 1500, 6000)
    made = (voice * rough + breath) * np.minimum(1, time / 0.05)
    mouth = _band(made, rng.uniform(700, 1200), rng.uniform(3000, 5000))
    return _finished((made + 2 * mouth) * np.minimum(1, (time[-1] - time) / 0.15))


def hammering(rng: Chance) -> Sound:
    """Blows at a steady pace, on wood or metal."""
    made = np.zeros(4 * RATE_HZ)
    pace, pitches = rng.uniform(0.25, 0.9), rng.uniform(200, 3500, 4)
    time = _time(0.4)
    for at in np.arange(0.05, 3.5, pace):
        ring = sum(np.sin(2 * np.pi * f * time) for f in pitches)
        blow = np.asarray(ring) * np.exp(-time * rng.uniform(25, 70))
        blow += rng.standard_normal(time.size) * np.exp(-time * 150)
        start = int((at + rng.uniform(0, 0.03)) * RATE_HZ)
        made[start : start + blow.size] += rng.uniform(0.6, 1) * blow
    return _finished(made)


def slam(rng: Chance) -> Sound:
    """A door: dull, short, with a rattle."""
    time = _time(1)
    made = _band(rng.standard_normal(time.size), 30, rng.uniform(200, 600))
    made *= np.exp(-time * rng.uniform(18, 45))
    latch = _band(rng.standard_normal(time.size), 800, 5000) * np.exp(-time * 80)
    shift = int(rng.uniform(0, 0.06) * RATE_HZ)
    made[shift:] += rng.uniform(0.02, 0.4) * latch[: made.size - shift]
    return _finished(made)


def reversing(rng: Chance) -> Sound:
    """The beeper of a lorry in reverse."""
    time = _time(4)
    period = rng.uniform(0.8, 1.2)
    on = (time % period) < period / 2
    return _finished(_tone(np.full(time.size, rng.uniform(900, 2600)), rng, 3) * on)


def thunder(rng: Chance) -> Sound:
    """A long roll, without a crack."""
    time = _time(5)
    swell = np.interp(time, np.linspace(0, 5, 12), rng.uniform(0, 1, 12) ** 2)
    return _finished(_band(rng.standard_normal(time.size), 25, rng.uniform(120, 350)) * swell)


def applause(rng: Chance) -> Sound:
    """Many hands."""
    made = np.zeros(4 * RATE_HZ)
    for _ in range(int(rng.integers(80, 900))):
        start = int(rng.integers(0, made.size - 800))
        length = int(rng.integers(100, 500))
        clap = rng.standard_normal(length) * np.exp(-np.arange(length) / (length / 4))
        made[start : start + length] += rng.uniform(0.2, 1) * clap
    return _finished(_band(made, 500, 6000))


def fireworks(rng: Chance) -> Sound:
    """A whistle, a dull burst far up, crackle."""
    time = _time(4)
    pitch = np.interp(time, [0, 1.2, 4], [rng.uniform(900, 2000), rng.uniform(2500, 4500), 2500])
    made = 0.15 * _tone(pitch, rng, 2) * (time < 1.2) * np.minimum(1, time / 0.3)
    burst = _shot(rng, 1.5, rng.uniform(0.6, 0.95))
    start = int(1.3 * RATE_HZ)
    made[start : start + burst.size] += burst / np.abs(burst).max()
    for _ in range(int(rng.integers(0, 150))):
        at = int(rng.uniform(1.6, 3.8) * RATE_HZ)
        length = int(rng.integers(20, 120))
        click = rng.standard_normal(length) * np.exp(-np.arange(length) / (length / 5))
        made[at : at + length] += rng.uniform(0.05, 0.4) * click
    return _finished(made)


def horn(rng: Chance) -> Sound:
    """Two tones of a car's horn."""
    time = _time(rng.uniform(0.4, 2))
    low = rng.uniform(300, 480)
    tones = _tone(np.full(time.size, low), rng, 10)
    return _finished(tones + _tone(np.full(time.size, low * rng.uniform(1.18, 1.28)), rng, 10))


def clatter(rng: Chance) -> Sound:
    """Things that fall on each other."""
    made = np.zeros(2 * RATE_HZ)
    time = _time(0.3)
    for _ in range(int(rng.integers(3, 15))):
        ring = sum(np.sin(2 * np.pi * f * time) for f in rng.uniform(300, 5000, 3))
        start = int(rng.uniform(0, 1.6) * RATE_HZ)
        made[start : start + time.size] += (
            rng.uniform(0.2, 1) * np.asarray(ring) * np.exp(-time * rng.uniform(20, 80))
        )
    return _finished(made)


KINDS: dict[str, Callable[[Chance], Sound]] = {
    "siren": siren,
    "alarm": alarm,
    "bang": bang,
    "explosion": explosion,
    "glass": glass,
    "crash": crash,
    "fire": fire,
    "scream": scream,
}
"""Of what is listened for; other voices and dogs are not made of numbers."""

BESIDE: dict[str, Callable[[Chance], Sound]] = {
    "hammering": hammering,
    "slam": slam,
    "reversing": reversing,
    "thunder": thunder,
    "applause": applause,
    "fireworks": fireworks,
    "horn": horn,
    "clatter": clatter,
}
"""Of what is easily taken for something else."""
