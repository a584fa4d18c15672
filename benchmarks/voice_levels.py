"""What sound levels tell of speech: which digit, and who, to an attacker trained on levels.

    python benchmarks/voice_levels.py --count 400

Each digit stands somewhere in 2 s of quiet noise. Rows above the line are of all sound, as nobody
gets them; the last is what `--levels` writes of it, from the sound that `soundscape` leaves.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import voice_attacks as attacks
from measure import command_line, machine, publish
from measure import table as markdown
from passante.core.levels import QUIETEST_DB, LevelMeter, Step
from voice_people import interval
from voice_sound import RATE_HZ, Ours, Sound, load, table

Rows = NDArray[np.float64]


def embedded(row: dict[str, str], rng: np.random.Generator) -> Sound:
    """A digit somewhere in 2 s."""
    digit = load(f"speech/{row['file']}")[:18_000]
    made = np.asarray(3e-4 * rng.standard_normal(2 * RATE_HZ), np.float32)
    at = int(rng.integers(0, made.size - digit.size))
    made[at : at + digit.size] += digit
    return made


def steps(sound: Sound) -> list[Step]:
    """Its levels."""
    meter = LevelMeter(RATE_HZ, 1)
    return [*meter.push(sound[None]), *meter.flush()]


def octaves(measured: list[Step]) -> Rows:
    """(steps, bands)."""
    empty = (QUIETEST_DB,) * 25
    return np.array([step.bands_db or empty for step in measured])


def broadband(measured: list[Step]) -> Rows:
    """(steps, 2)."""
    return np.array([(step.leq_db, step.fast_max_db) for step in measured])


def mean_db(levels: Rows, count: int) -> Rows:
    """Of every `count` steps the level of their mean power."""
    power = 10 ** (levels / 10)
    return np.asarray(10 * np.log10(power.reshape(-1, count, levels.shape[1]).mean(axis=1)))


def features(rows: list[Rows]) -> Rows:
    """As they are, and once more with the loudest step in the middle."""
    stacked = np.stack(rows)
    if stacked.shape[1] == 1:
        return stacked[:, 0]
    loudest = stacked.mean(axis=2).argmax(axis=1)
    turned = [np.roll(row, 8 - at, axis=0) for row, at in zip(stacked, loudest, strict=True)]
    count = len(stacked)
    return np.concatenate([stacked.reshape(count, -1), np.stack(turned).reshape(count, -1)], axis=1)


def best(inputs: Rows, labels: NDArray[np.int64], test: NDArray[np.bool_]) -> str:
    """The better of LDA and a forest, with its interval."""
    discriminant = attacks.need("sklearn.discriminant_analysis", "scikit-learn")
    ensemble = attacks.need("sklearn.ensemble", "scikit-learn")
    shares = []
    for model in (
        discriminant.LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
        ensemble.ExtraTreesClassifier(300, random_state=0, n_jobs=1),
    ):
        model.fit(inputs[~test], labels[~test])
        shares.append(float((model.predict(inputs[test]) == labels[test]).mean()))
    return interval(max(shares) * test.sum(), int(test.sum()))


def run(count: int, rng: np.random.Generator) -> str:
    """The table."""
    clips = table("speech/digits.csv")
    clips = [clips[at] for at in rng.permutation(len(clips))[:count]]
    said = np.array([int(row["digit"]) for row in clips])
    who = np.unique([row["speaker"] for row in clips], return_inverse=True)[1]
    test = np.array([int(row["take"]) % 4 == 0 for row in clips])
    sounds = [embedded(row, rng) for row in clips]
    heard = [steps(sound) for sound in sounds]
    beside = [steps(Ours()(sound)) for sound in sounds]
    forms = {
        "third octaves every 125 ms": [octaves(one) for one in heard],
        "third octaves, once in 2 s": [mean_db(octaves(one), 16) for one in heard],
        "broadband every 125 ms": [broadband(one) for one in heard],
        "broadband every 1 s": [mean_db(broadband(one), 8) for one in heard],
        "**what is written**: both, beside the voices, every 125 ms": [
            np.concatenate([octaves(one), broadband(one)], axis=1) for one in beside
        ],
    }
    found = []
    for name, rows in forms.items():
        inputs = features(rows)
        found.append([name, best(inputs, said, test), best(inputs, who, test)])
    return (
        f"{count} clips, {int(test.sum())} of them for the test; the better of LDA and a forest, "
        "trained on levels of the same row.\n\n"
        + markdown(["levels", "digit, % (chance 10)", "speaker, % (chance 25)"], found)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=400, help="clips")
    parser.add_argument("--seed", type=int, default=20_260)
    parser.add_argument("--into", type=Path, help="page with markers to put the table into")
    chosen = parser.parse_args()
    before = machine()
    try:
        text = run(chosen.count, np.random.default_rng(chosen.seed))
    except attacks.AbsentError as error:
        sys.exit(str(error))
    publish("voice-levels", f"{text}\n\n`{command_line()}` on {before}.", chosen.into)


if __name__ == "__main__":
    main()
