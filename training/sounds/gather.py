"""Makes what the head learns from: mixtures, as frames that any tagger can look at.

    python -m training.sounds.gather PACKAGES OUT.npz [--mixtures N] [--seed N]

PACKAGES holds one folder for each unpacked Debian package of sources.py; recordings of the half
that things are fixed on come from $PASSANTE_DATA. Nothing of the other half is read. A recording
that is said to hold none of the kinds is left out where YAMNet is sure of a siren, a dog, a baby,
a scream or glass in it: names of files are no proof.
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
from passante.analyse.logmel import FRAMES, HOP, WINDOW, log_mel, patches
from passante.analyse.tagger import Yamnet
from passante.core.errors import PassanteError
from passante.core.names import EventKind
from passante.evaluate.halves import Half, beds, recordings
from passante.evaluate.packaged import CLASSES_OF, PACKAGED
from passante.evaluate.sounds import RATE_HZ, Sound, load
from passante.evaluate.trials import loudest
from passante.models import store
from passante.models.session import OnnxSession
from training.sounds import mix, sources, synthesise

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PASSANTE_DATA", ROOT.parent / "shared/data"))

SEED = 20_261_123
MOST = 50
"""Recordings of one package that are none of the kinds."""

CHECKED = (
    EventKind.SCREAM,
    EventKind.GLASS,
    EventKind.SIREN,
    EventKind.DOG,
    EventKind.BABY_CRY,
)
"""Kinds that a recording of something else must not hold: those that YAMNet knows well."""
SURE = 0.5

REAL = 14
"""How often each real street stands among the beds beside the recordings of packages."""


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
    tagger = Yamnet(OnnxSession(store.find(PACKAGED)))
    found = [*packages(options.packages, tagger, rng), *fixed(), *synthetic(rng)]
    if options.seed is not None:
        rng = np.random.default_rng(options.seed)
    streets = mix.beds([*beds(DATA, Half.FIX) * REAL, *surroundings(options.packages)], rng)
    for origin, count in sorted(Counter((one.origin, str(one.kind)) for one in found).items()):
        sys.stderr.write(f"{count:5} {origin}\n")
    made, kinds, clips = [], [], []
    for clip, one in drawn(found, options.mixtures, rng):
        snr_db, loud_db = rng.uniform(-8, 22), rng.uniform(-50, -18)
        sound = None if one is None else mix.varied(one.sound, rng)
        made.append(mix.mixture(sound, next(streets), snr_db, loud_db, rng))
        kinds.append(-1 if one is None or one.kind is None else KINDS.index(one.kind))
        clips.append(clip)
    np.savez(
        options.out,
        frames=np.stack([one.frames.astype(np.float16) for one in made]),
        holds=np.stack([one.holds for one in made]),
        kind=np.array(kinds, np.int8),
        clip=np.array(clips, np.int32),
        names=np.array([f"{one.origin}/{one.name}" for one in found]),
    )
    return 0


def surroundings(folder: Path, *, learnt: bool = True) -> list[Sound]:
    """What is heard all the time, of packages: two of three to learn, the others for limits."""
    found = []
    for clip in sources.clips(folder, {sources.STREET}):
        if (sources.share(clip.path.name) < 2 / 3) is learnt:
            sound = load(clip.path)[: 60 * RATE_HZ]
            if sound.size >= RATE_HZ and float((sound**2).mean()) > 1e-7:
                found.append(sound)
    return found


def honest(sound: Sound, tagger: Yamnet) -> bool:
    """Whether YAMNet hears none of the kinds that it knows well."""
    frames = log_mel(np.pad(sound, (0, max(0, FRAMES * HOP + WINDOW - sound.size))))
    scores = tagger.look(patches(frames, FRAMES)).scores
    return all(scores[:, list(CLASSES_OF[kind])].max() < SURE for kind in CHECKED)


def packages(folder: Path, tagger: Yamnet, rng: np.random.Generator) -> Iterator[Source]:
    """Recordings of packages."""
    clips = sources.clips(folder, {*KINDS, sources.OTHER, sources.VOICE})
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
        if sound.size < 800 or np.abs(sound).max() < 1e-3:
            continue
        if clip.kind is None and not honest(sound, tagger):
            sys.stderr.write(f"left out: {clip.origin}/{clip.path.name}\n")
        else:
            yield Source(sound, clip.kind, clip.origin, clip.path.name)


def fixed() -> Iterator[Source]:
    """The half of the recorded events that things are fixed on."""
    for one in recordings(DATA):
        if one.half is Half.FIX:
            yield Source(loudest(load(one.path)), one.kind, f"events {one.label}", one.path.name)


def synthetic(rng: np.random.Generator) -> Iterator[Source]:
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
    """Half of the mixtures hold a kind, each as often; real events thrice as often as others."""
    pools = [[n for n, one in enumerate(found) if one.kind is kind] for kind in KINDS]
    pools = [pool for pool in pools if pool]
    others = [n for n, one in enumerate(found) if one.kind is None]
    for _ in range(count):
        draw = rng.random()
        if draw < 0.1:
            yield -1, None
            continue
        pool = pools[int(rng.integers(len(pools)))] if draw < 0.55 else others
        weight = np.array([_weight(found[n].origin) for n in pool])
        number = int(rng.choice(pool, p=weight / weight.sum()))
        yield number, found[number]


def _weight(origin: str) -> float:
    if origin == "made":
        return 0.5
    return 3.0 if origin.startswith("events ") else 1.0


if __name__ == "__main__":
    sys.exit(main())
