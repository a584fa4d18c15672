"""Fixes from which score on each kind is told: false alarms first, on what the head never saw.

    python -m training.sounds.calibrate PACKAGES GATHERED.npz [--write] [--minutes 80]

PACKAGES and GATHERED.npz as for `gather`. Streets of the half that things are fixed on, and wind,
water, traffic and crowds of packages that were not drawn for the fit, are mixed with voices, music
and noises that were not either. The highest score of every ten seconds is collected; its
upper tail, exponential on the scale before the sigmoid, says which threshold is passed as often in
a day as is wanted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from passante.analyse.kinds import KINDS, StreetSounds
from passante.analyse.tagger import Yamnet
from passante.core.errors import PassanteError
from passante.core.names import EventKind
from passante.evaluate.halves import Half, beds, recordings
from passante.evaluate.sounds import Sound, load
from passante.evaluate.trials import (
    Scored,
    Trial,
    listened,
    peaks,
    placed,
    street,
)
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession
from training.sounds import sources
from training.sounds.gather import honest, surroundings

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PASSANTE_DATA", ROOT.parent / "shared/data"))
FILE = ROOT / "src/passante/analyse/limits.toml"

SEED = 7_301
PIECE_S = 10
PIECES_A_DAY = 24 * 3600 / PIECE_S
PER_DAY = 48.0
OFTEN = {EventKind.BANG: 2.0, EventKind.EXPLOSION: 2.0}
"""How many times as often kinds may be told falsely of which a missed one weighs more."""

MOST = 20
"""Recordings of one package: else drums and voices of games would fill the street."""
TAIL = 0.03
"""Share of the pieces that make up the tail."""

REAL = 6
"""How often each real street stands among those of packages."""

TALK, HAPPENS = 0.6, 0.3
"""Share of the pieces in which somebody talks, and in which something else happens."""

STANDING_DB, QUIET_DB, ENOUGH = 12.0, 8.0, 8
"""How far a sound has to stand out at most, dB; how far where too few events say more; how few."""

LOOKS = {
    EventKind.BANG: 3,
    EventKind.EXPLOSION: 4,
    EventKind.SCREAM: 2,
    EventKind.SHOUT: 2,
    EventKind.GLASS: 1,
    EventKind.CRASH: 2,
    EventKind.SIREN: 3,
    EventKind.ALARM: 3,
    EventKind.FIRE: 2,
    EventKind.DOG: 1,
    EventKind.BABY_CRY: 2,
}
"""Looks of 0.24 s that a score is averaged over: short sounds have few."""


def main() -> int:
    """Listen, fit the tails, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", type=Path)
    parser.add_argument("gathered", type=Path)
    parser.add_argument("--minutes", type=float, default=80)
    parser.add_argument("--per-day", type=float, default=PER_DAY)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    head = OnnxSession(store.find(DEFAULTS["find.incident"]))
    tagger = Yamnet(OnnxSession(store.find(DEFAULTS["find.sound"])))
    listener = StreetSounds(tagger, head)

    rng = np.random.default_rng(SEED)
    voices, others = (
        unused(options.packages, options.gathered, label, rng)
        for label in (sources.VOICE, sources.OTHER)
    )
    streets = [*beds(DATA, Half.FIX) * REAL, *surroundings(options.packages, learnt=False)]
    pieces = [
        piece(streets, voices, others, rng) for _ in range(int(options.minutes * 60 / PIECE_S))
    ]
    # a street in which a dog barks says nothing of false alarms
    bad = {id(one) for one in (*streets, *others) if not honest(one, tagger)}
    quiet = [
        listened(sound, listener)
        for sound, used in pieces
        if not any(id(one) in bad for one in used)
    ]
    events = events_of(streets, rng)
    heard = [listened(one.sound, listener) for one in events]
    rows = []
    for column, kind in enumerate(KINDS):
        threshold, passed = limit(quiet, column, LOOKS[kind], options.per_day * OFTEN.get(kind, 1))
        tops = np.array([peaks(one, LOOKS[kind])[column] for one in heard])
        mine = np.array([one.kind is kind for one in events])
        loud = np.array([float(one.standing.max()) for one in heard])
        reached = mine & (tops >= threshold)
        enough = int(reached.sum()) >= ENOUGH
        standing = min(STANDING_DB, float(np.quantile(loud[reached], 0.02))) if enough else QUIET_DB
        wrong = int((tops[~mine] >= threshold).sum())
        share = f"{reached.sum()} of {mine.sum()}" if mine.any() else "no recording"
        sys.stdout.write(
            f"{kind:10} on {threshold:.4f}  heard {share:12}  {wrong} of {(~mine).sum()} others,"
            f" {passed} of {len(quiet)} quiet pieces; standing {standing:.1f} dB\n"
        )
        rows.append((kind, threshold, standing))
    if options.write:
        sha256 = head.card.sha256
        FILE.write_text(text(rows, head.ref, sha256, options), encoding="utf-8")
    return 0


def unused(folder: Path, gathered: Path, label: str, rng: np.random.Generator) -> list[Sound]:
    """Recordings of a label without kinds that the fit never saw."""
    seen = {str(name) for name in np.load(gathered)["names"]}
    found = [
        clip
        for clip in sources.clips(folder, {label})
        if f"{clip.origin}/{clip.path.name}" not in seen
    ]
    rng.shuffle(found)
    taken: Counter[str] = Counter()
    sounds = []
    for clip in found:
        taken[clip.origin] += 1
        if taken[clip.origin] > MOST:
            continue
        try:
            sounds.append(load(clip.path)[: PIECE_S * 16_000])
        except (PassanteError, UnicodeDecodeError):  # of a tag in the file
            continue
    return [sound for sound in sounds if sound.size > 800 and np.abs(sound).max() > 1e-3]


def piece(
    streets: Sequence[Sound],
    voices: Sequence[Sound],
    others: Sequence[Sound],
    rng: np.random.Generator,
) -> tuple[Sound, list[Sound]]:
    """Ten seconds of a street in which somebody may talk and something else may happen.

    Also the recordings that it is made of.
    """
    used = [streets[int(rng.integers(len(streets)))]]
    made = street(used[0], PIECE_S * 16_000, rng)
    usual = float(np.sqrt((made**2).mean()))
    for sounds, often in ((voices, TALK), (others, HAPPENS)):
        if rng.random() < often:
            sound = sounds[int(rng.integers(len(sounds)))]
            used.append(sound)
            gain = usual * 10 ** (rng.uniform(-5, 15) / 20)
            gain /= float(np.sqrt((sound**2).mean()) + 1e-6)
            at = int(rng.integers(0, made.size - sound.size + 1))
            made[at : at + sound.size] += np.float32(gain) * sound
    made = np.clip(made * np.float32(10 ** rng.uniform(-1, 0.6)), -1, 1)
    return np.asarray(made, np.float32), used


def events_of(streets: Sequence[Sound], rng: np.random.Generator) -> list[Trial]:
    """The recordings to fix on, each in a street at two ratios."""
    made = []
    for one in recordings(DATA):
        if one.half is Half.FIX:
            for snr_db in (0.0, 12.0):
                bed = streets[int(rng.integers(len(streets)))]
                sound, start_s, end_s = placed(load(one.path), bed, snr_db, rng)
                made.append(Trial(sound, one.kind, one.label, one.group, snr_db, start_s, end_s))
    return made


def limit(quiet: Sequence[Scored], column: int, looks: int, per_day: float) -> tuple[float, int]:
    """The threshold of a kind, and how many pieces without it reach it."""
    tops = np.array([peaks(one, looks)[column] for one in quiet], np.float64)
    inner = np.clip(tops, 1e-9, 1 - 1e-6)
    number = above(np.log(inner / (1 - inner)), share=per_day / PIECES_A_DAY)
    threshold = float(1 / (1 + np.exp(-number)))
    return threshold, int((tops >= threshold).sum())


def above(numbers: NDArray[np.float64], *, share: float) -> float:
    """What only such a share of numbers like these exceeds, however few of them there are.

    The tail is taken to be exponential; of its two measures, mean and median, the larger counts.
    """
    start = float(np.quantile(numbers, 1 - TAIL))
    over = numbers[numbers > start] - start
    scale = float(max(over.mean(), np.median(over) / np.log(2)))
    return start + scale * float(np.log(TAIL / share))


def text(
    rows: Sequence[tuple[EventKind, float, float]],
    model: str,
    sha256: str,
    options: argparse.Namespace,
) -> str:
    """The file of limits."""
    lines = [
        "# Written by training/sounds/calibrate.py --write: not by hand.",
        f'model = "{model}"',
        f'sha256 = "{sha256}"',
        f"wanted_per_day = {options.per_day}",
        'measured_on = """',
        f"{options.minutes:g} minutes of streets in which somebody talks in six of ten pieces of",
        "ten seconds and something else happens in three, none of which the head was fitted on.",
        "The tail is drawn out from the highest 3 % of the pieces. Where less happens, fewer are",
        'false"""',
        'command = "python -m training.sounds.calibrate"',
    ]
    for kind, threshold, standing in rows:
        number = np.log(threshold / (1 - threshold))
        off = 1 / (1 + np.exp(-(number - 1.5)))
        lines += [
            "",
            "[[limits]]",
            f'kind = "{kind}"',
            f"on = {threshold:.6f}",
            f"off = {off:.6f}",
            f"looks = {LOOKS[kind]}",
            f"standing_db = {standing:.1f}",
            f"false_alarms_per_day = {options.per_day * OFTEN.get(kind, 1)}",
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
