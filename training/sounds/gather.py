"""Makes what the head learns from: mixtures, seen by YAMNet.

    python -m training.sounds.gather PACKAGES OUT.npz [--mixtures N] [--seed N]

PACKAGES holds one folder for each unpacked Debian package of sources.py; recordings of the half
that things are fixed on come from $PASSANTE_DATA. Nothing of the other half is read.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from passante.analyse.kinds import KINDS
from passante.analyse.tagger import Yamnet
from passante.core.errors import PassanteError
from passante.core.names import EventKind
from passante.evaluate.halves import Half, beds, recordings
from passante.evaluate.sounds import Sound, load
from passante.evaluate.trials import loudest
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession
from training.sounds import mix, sources, synthesise

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PASSANTE_DATA", ROOT.parent / "shared/data"))

SEED = 20_261_123
MOST = 90
"""Recordings of one package that are none of the kinds."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One sound, ready to be mixed."""

    sound: Sound
    kind: EventKind | None
    origin: str
    name: str


def main() -> int:
    """Mix, look, and write what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--mixtures", type=int, default=2800)
    parser.add_argument("--seed", type=int, help="other mixtures of the same sounds")
    options = parser.parse_args()
    rng = np.random.default_rng(SEED)
    tagger = Yamnet(OnnxSession(store.find(DEFAULTS["find.sound"])))
    found = [*packages(options.packages, rng), *fixed(), *made(rng)]
    if options.seed is not None:
        rng = np.random.default_rng(options.seed)
    streets = mix.beds(beds(DATA, Half.FIX), rng)
    for origin, count in sorted(Counter((one.origin, str(one.kind)) for one in found).items()):
        sys.stderr.write(f"{count:5} {origin}\n")
    logits, embeddings, kinds, holds, clips = [], [], [], [], []
    for number, (clip, one) in enumerate(drawn(found, options.mixtures, rng)):
        snr_db, loud_db = rng.uniform(-8, 22), rng.uniform(-50, -18)
        sound = None if one is None else mix.varied(one.sound, rng)
        windows = mix.mixture(sound, next(streets), snr_db, loud_db, rng)
        tags = tagger.look(windows.patches)
        logits.append(tags.logits.astype(np.float16))
        embeddings.append(tags.embedding.astype(np.float16))
        kind = -1 if one is None or one.kind is None else KINDS.index(one.kind)
        kinds.append(np.full(len(windows.holds), kind, np.int8))
        holds.append(windows.holds)
        clips.append(np.full(len(windows.holds), clip, np.int32))
        if number % 500 == 0:
            sys.stderr.write(f"{number} mixtures\n")
    np.savez(
        options.out,
        logits=np.concatenate(logits),
        embedding=np.concatenate(embeddings),
        kind=np.concatenate(kinds),
        holds=np.concatenate(holds),
        clip=np.concatenate(clips),
        names=np.array([f"{one.origin}/{one.name}" for one in found]),
    )
    return 0


def packages(folder: Path, rng: np.random.Generator) -> Iterator[Source]:
    """Recordings of packages."""
    clips = sources.clips(folder)
    rng.shuffle(clips)
    taken: Counter[str] = Counter()
    for clip in clips:
        if clip.kind is None:
            if taken[clip.origin] == MOST:
                continue
            taken[clip.origin] += 1
        try:
            sound = loudest(load(clip.path))
        except (PassanteError, UnicodeDecodeError):  # of a tag in the file
            continue
        if sound.size >= 800 and np.abs(sound).max() >= 1e-3:
            yield Source(sound, clip.kind, clip.origin, clip.path.name)


def fixed() -> Iterator[Source]:
    """The half of the recorded events that things are fixed on."""
    for one in recordings(DATA):
        if one.half is Half.FIX:
            yield Source(loudest(load(one.path)), one.kind, f"events {one.label}", one.path.name)


def made(rng: np.random.Generator) -> Iterator[Source]:
    """Sounds made of numbers."""
    for name, make in synthesise.KINDS.items():
        for number in range(40):
            yield Source(make(rng), EventKind(name), "made", f"{name}{number}")
    for name, make in synthesise.BESIDE.items():
        for number in range(30):
            yield Source(make(rng), None, "made", f"{name}{number}")


def drawn(
    found: list[Source], count: int, rng: np.random.Generator
) -> Iterator[tuple[int, Source | None]]:
    """Half of the mixtures hold a kind, each as often, recordings twice as often as made ones."""
    pools = [[n for n, one in enumerate(found) if one.kind is kind] for kind in KINDS]
    pools = [pool for pool in pools if pool]
    others = [n for n, one in enumerate(found) if one.kind is None]
    for _ in range(count):
        draw = rng.random()
        if draw < 0.1:
            yield -1, None
            continue
        pool = pools[int(rng.integers(len(pools)))] if draw < 0.55 else others
        weight = np.array([0.5 if found[n].origin == "made" else 1.0 for n in pool])
        number = int(rng.choice(pool, p=weight / weight.sum()))
        yield number, found[number]


if __name__ == "__main__":
    sys.exit(main())
