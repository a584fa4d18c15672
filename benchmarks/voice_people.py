"""Who speaks and which digit is said, to attackers who train on our output."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

import voice_attacks as attacks
from measure import table as markdown
from voice_sound import LOW, RATE_HZ, Form, Ours, Sound, baselines, load, table


def interval(hits: float, trials: int) -> str:
    """A share with its 95 % Wilson interval, in %."""
    if not trials:
        return "-"
    share, z = hits / trials, 1.96
    middle = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = (
        z * np.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2) / (1 + z * z / trials)
    )
    return f"{100 * share:.1f} ({100 * (middle - half):.1f}-{100 * (middle + half):.1f})"


def digits(
    count: int, rng: np.random.Generator, only: Sequence[str] = (), *, deep: bool = False
) -> str:
    """Which digit was said and who said it, to an attacker who trains on our output."""
    clips = table("speech/digits.csv")
    clips = [clips[at] for at in rng.permutation(len(clips))[:count]]
    said = np.array([int(row["digit"]) for row in clips])
    who = np.unique([row["speaker"] for row in clips], return_inverse=True)[1]
    test = np.array([int(row["take"]) % 4 == 0 for row in clips])
    forms: dict[str, Form] = {**baselines(rng), "soundscape": Ours(), "low delay": LOW}
    rows = []
    for form, apply in forms.items():
        if only and form not in only:
            continue
        inputs = np.stack([attacks.log_mel(apply(_embedded(row, rng))) for row in clips])
        cells = []
        for labels in (said, who):
            right = attacks.lda_accuracy(inputs, labels, test)
            if deep:
                found = attacks.cnn_accuracy(inputs, labels, test, epochs=12, seed=1)
                right = max(right, found)
            cells.append(interval(right * test.sum(), int(test.sum())))
        rows.append([form, *cells])
        print(rows[-1], flush=True)
    return (
        f"{count} clips, {int(test.sum())} of them for the test; "
        f"{'the better of a convolutional network and LDA' if deep else 'LDA'}, trained on the "
        "output of the same row. Each digit stands somewhere in 1.3 s of quiet noise, so that the "
        "length of the file tells nothing.\n\n"
        + markdown(["sound", "digit, % (chance 10)", "speaker, % (chance 25)"], rows)
    )


def _embedded(row: dict[str, str], rng: np.random.Generator) -> Sound:
    digit = load(f"speech/{row['file']}")[:18_000]
    made = np.asarray(3e-4 * rng.standard_normal(int(1.3 * RATE_HZ)), np.float32)
    at = int(rng.integers(0, made.size - digit.size))
    made[at : at + digit.size] += digit
    return made


def speakers(count: int, rng: np.random.Generator) -> str:
    """Who speaks, to a verifier that knows nothing, something, or has trained on our output."""
    people = [r["file"] for r in table("speech/single_speakers.csv") if float(r["duration_s"]) > 7]
    known = [row["file"] for row in table("speech/attacker_train.csv")[:count]]
    ids = np.arange(len(people))
    half = 4 * RATE_HZ
    plain = _embedded_voices([load(f"speech/{file}")[:half] for file in people])
    forms: dict[str, Form] = {**baselines(rng), "soundscape": Ours()}
    rows = []
    for form, apply in forms.items():
        made = [apply(load(f"speech/{file}")) for file in people]
        enrol = _embedded_voices([sound[:half] for sound in made])
        trial = _embedded_voices([sound[half:] for sound in made])
        copies = [np.array_split(apply(load(f"speech/{file}")), 3) for file in known]
        project = attacks.fit_lda(
            _embedded_voices([part for parts in copies for part in parts]),
            np.repeat(np.arange(count), 3),
        )
        figures = [
            attacks.rates(plain, ids, trial, ids),
            attacks.rates(enrol, ids, trial, ids),
            attacks.rates(project(enrol), ids, project(trial), ids),
        ]
        eers = [100 * eer for eer, _ in figures]
        found = 100 * max(tpr for _, tpr in figures)
        rows.append([form, *(f"{eer:.1f}" for eer in eers), f"{min(eers):.1f}", f"{found:.1f}"])
        print(rows[-1], flush=True)
    head = ["sound", "ignorant", "lazy", "informed", "lowest", "highest TPR at 1 % FPR"]
    return (
        f"EER in % of GE2E, {len(people)} speakers, the first 4 s of a recording to enrol and the "
        f"rest to try ({len(people)} targets); the informed one has LDA trained on the "
        f"output for {count} other people.\n\n" + markdown(head, rows)
    )


def _embedded_voices(sounds: list[Sound]) -> NDArray[np.float32]:
    return np.stack([attacks.embed(sound) for sound in sounds])
