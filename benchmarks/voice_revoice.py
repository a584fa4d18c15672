"""Words kept and the voice gone: `revoice` beside other ways to do it.

    python benchmarks/voice_revoice.py words | who

`codebook N` is the usual way without a network: the smooth spectrum of every 20 ms, less the
speaker's mean, is replaced by the nearest of N; pitch is thrown away. It goes through the same
vocoder. Needs what benchmarks/voice.py needs, and `passante models pull whisper-tiny-en-encoder`.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import voice_attacks as attacks
from measure import command_line, machine, publish
from measure import table as markdown
from passante.analyse.speech import AnalyseSpeech
from passante.pipeline.build import Equipment
from passante.protect.audio import ProtectAudio
from passante.protect.operators.lone_voice import AFTER, BEFORE, LoneVoice
from passante.protect.operators.phones import FRAME, PHONES, PhoneReader
from passante.protect.operators.revoice import Speaker
from passante.protect.policy import Policy
from passante.protect.rules import Revoice
from passante.testing import drive
from voice_sound import RATE_HZ, Form, Ours, Sound, blocks, load, mcadams, mix, networks, table

CEPSTRUM = 28
COPIES = 2
"""Fresh protected copies of each recording that the attacker tries and trains on."""


@cache
def _equipment() -> Equipment:
    return Equipment(replace(Policy.named("street"), speech=Revoice("a measurement")))


class _Remembers:
    """A reader that reads the same sound once: what it names is not drawn by chance."""

    def __init__(self, reader: PhoneReader) -> None:
        self._reader = reader
        self._known: dict[bytes, NDArray[np.intp]] = {}
        self.models = reader.models

    def read(self, mels: NDArray[np.float32]) -> NDArray[np.intp]:
        """As the reader does."""
        key = hashlib.sha256(mels.tobytes()).digest()
        if key not in self._known:
            self._known[key] = self._reader.read(mels)
        return self._known[key]


def revoiced(sound: Sound, copies: int = 1) -> list[Sound]:
    """What comes out of our stages, drawn several times."""
    detector, separator = networks()
    tools = _equipment()
    assert tools.speaker is not None
    reader: Any = _Remembers(tools.speaker.reader)  # it has what is used of a PhoneReader
    speaker = Speaker(reader, tools.speaker.voice)
    analyse = AnalyseSpeech(detector, separator)
    items = [item for raw in blocks(sound[None], RATE_HZ) for item in analyse.push(raw)]
    items += analyse.flush()
    made = []
    for _ in range(copies):
        protect = ProtectAudio(tools.policy, analyse.models, speaker=speaker)
        made.append(np.concatenate([block.samples[0] for block in drive(protect, items)]))
        if protect.failures:
            raise RuntimeError("the operator failed: this is no measurement")
    return made


# --- the usual way -------------------------------------------------------------------------------


def colours(sound: Sound) -> NDArray[np.float64]:
    """(moments, 58): two cepstra and two shares of humming for every 20 ms."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(sound, (176, 512)), 512)[::160]
    log = np.log(np.abs(np.fft.rfft(windows * np.hanning(513)[:-1], axis=1)) + 1e-4)
    smooth = np.fft.irfft(log, axis=1)[:, :CEPSTRUM]
    shape = np.hanning(800)
    longer = np.lib.stride_tricks.sliding_window_view(np.pad(sound, (320, 800)), 800)[::160]
    auto, own = (
        np.fft.irfft(np.abs(np.fft.rfft(rows, 2048)) ** 2) for rows in (longer * shape, shape)
    )
    high = (auto[:, 40:267] / own[40:267] / (auto[:, :1] / own[0] + 1e-9)).max(axis=1)
    count = sound.size // FRAME
    parts = (smooth, np.clip((high - 0.35) / 0.25, 0, 1)[:, None])
    return np.concatenate([part[: 2 * count].reshape(count, -1) for part in parts], axis=1)


class Codebook:
    """The nearest of a few sounds, in place of each."""

    ref = "codebook"

    def __init__(self, size: int, rows: NDArray[np.float64]) -> None:
        cluster = attacks.need("sklearn.cluster", "scikit-learn")
        # distance of cepstra is distance of spectra; humming counts a little
        self._spread = np.ones(rows.shape[1])
        means = cluster.MiniBatchKMeans(size, random_state=1, n_init=1, batch_size=4096)
        self._means = means.fit(rows / self._spread)
        self._colour = np.zeros(rows.shape[1])

    def colour(self, mean: NDArray[np.float64]) -> None:
        """Give everybody this mean."""
        self._colour = mean

    def signs(self, rows: NDArray[np.float64]) -> NDArray[np.intp]:
        """The places of the nearest, behind those of all phones."""
        return np.asarray(self._means.predict(rows / self._spread) + len(PHONES))

    # Any: as a session.
    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """What the sign in the middle sounds like."""
        places = arrays[0][:, BEFORE] - len(PHONES)
        found = self._means.cluster_centers_[np.maximum(places, 0)] * self._spread
        found = found + self._colour
        found[places < 0, :] = -9
        return (found.astype(np.float32),)


def _centred(rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows less their mean over what is not silence, and that mean; humming is left as it is."""
    loud = rows[:, 0] > rows[:, 0].max() - 4
    mean = rows[loud].mean(axis=0)
    mean[2 * CEPSTRUM :] = 0
    return rows - mean, mean


@cache
def codebook(size: int) -> Codebook:
    """Of a hundred people who are not tried."""
    files = [row["file"] for row in table("speech/attacker_train.csv")[:100]]
    parts = [_centred(colours(load(f"speech/{file}"))) for file in files]
    made = Codebook(size, np.concatenate([rows for rows, _ in parts]))
    made.colour(np.mean([mean for _, mean in parts], axis=0))
    return made


def quantised(sound: Sound, size: int) -> Sound:
    """Spoken from a codebook."""
    book = codebook(size)
    signs = book.signs(_centred(colours(sound))[0])
    voice = LoneVoice(book, np.random.default_rng)
    made = voice.push(np.append(signs, np.full(AFTER + 1, signs[-1])))
    made = np.resize(made, sound.size)
    return np.asarray(0.05 * made / (made.std() + 1e-9), np.float32)


def forms(rng: np.random.Generator) -> dict[str, Form]:
    """What is compared."""
    return {
        "untouched": lambda sound: sound,
        "McAdams": lambda sound: mcadams(sound, rng),
        "codebook 256": lambda sound: quantised(sound, 256),
        "codebook 64": lambda sound: quantised(sound, 64),
        "revoice": lambda sound: revoiced(sound)[0],
    }


def words(count: int, rng: np.random.Generator, only: Sequence[str]) -> str:
    """Words that a recogniser still hears."""
    rows = [
        row
        for row in table("speech/utterances.csv")
        if row["language"] == "en"
        and row["speaker"].startswith("ls_")
        and 3 < float(row["duration_s"]) < 8
    ]
    chosen = [rows[at] for at in rng.permutation(len(rows))[:count]]
    hum = np.asarray(rng.standard_normal(10 * RATE_HZ), np.float32)
    found = []
    for name, apply in forms(rng).items():
        if only and name not in only:
            continue
        cells = []
        for snr in (None, 10):
            wrong = right = total = 0
            for row in chosen:
                sound = np.pad(load(f"speech/{row['file']}"), RATE_HZ // 2)
                truth = attacks.words(row["transcript"])
                heard = attacks.words(
                    attacks.whisper(apply(sound if snr is None else mix(sound, hum, snr)))
                )
                wrong += attacks.errors(truth, heard)
                right += attacks.hits(truth, heard)
                total += len(truth)
            cells.append(f"{100 * wrong / total:.0f} ({100 * right / total:.0f})")
        found.append([name, *cells])
        print(found[-1], flush=True)
    return (
        f"WER of Whisper tiny.en in % (in brackets: words heard in order, %), {count} sentences "
        f"of LibriSpeech with {total} words.\n\n"
        + markdown(["sound", "clean", "white noise at 10 dB"], found)
    )


def who(count: int, rng: np.random.Generator, only: Sequence[str]) -> str:
    """Who speaks."""
    people = [r["file"] for r in table("speech/single_speakers.csv") if float(r["duration_s"]) > 7]
    known = [row["file"] for row in table("speech/attacker_train.csv")[-count:]]
    ids, half = np.arange(len(people)), 4 * RATE_HZ
    plain = _embedded([load(f"speech/{file}")[:half] for file in people])
    several = np.tile(ids, COPIES)
    found = []
    tried_forms: dict[str, Form] = {**forms(rng), "soundscape": Ours()}
    for name, apply in tried_forms.items():
        if only and name not in only:
            continue
        copies = 1 if name in {"untouched", "codebook 256", "codebook 64"} else COPIES
        # one list of copies for each recording
        several_of = functools.partial(_copies, name, apply, copies)
        made = list(zip(*(several_of(load(f"speech/{file}")) for file in people), strict=True))
        enrol = np.mean([_embedded([sound[:half] for sound in one]) for one in made], axis=0)
        trial = np.concatenate([_embedded([sound[half:] for sound in one]) for one in made])
        tried = several[: len(trial)]
        parts = [
            part
            for file in known
            for copy in several_of(load(f"speech/{file}"))
            for part in np.array_split(copy, 3)
        ]
        labels = np.repeat(np.arange(count), 3 * copies)
        project = attacks.fit_lda(_embedded(parts), labels)
        figures = [
            attacks.rates(plain, ids, trial, tried),
            attacks.rates(enrol, ids, trial, tried),
            attacks.rates(project(enrol), ids, project(trial), tried),
        ]
        eers = [100 * eer for eer, _ in figures]
        most = 100 * max(tpr for _, tpr in figures)
        found.append([name, *(f"{eer:.1f}" for eer in eers), f"{min(eers):.1f}", f"{most:.1f}"])
        print(found[-1], flush=True)
    head = ["sound", "ignorant", "lazy", "informed", "lowest", "highest TPR at 1 % FPR"]
    return (
        f"EER in % of GE2E, {len(people)} speakers, the first 4 s of a recording to enrol and the "
        f"rest to try, {COPIES} fresh copies of what is drawn by chance (enrolled by their mean); "
        f"the informed one has LDA trained on as many copies of {count} other people.\n\n"
        + markdown(head, found)
    )


def _copies(name: str, apply: Form, copies: int, sound: Sound) -> list[Sound]:
    if name == "revoice":
        return revoiced(sound, copies)
    return [apply(sound) for _ in range(copies)]


def _embedded(sounds: list[Sound]) -> NDArray[np.float32]:
    return np.stack([attacks.embed(sound) for sound in sounds])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", choices=["words", "who"])
    parser.add_argument("--count", type=int, help="sentences or people")
    parser.add_argument("--seed", type=int, default=20_260)
    parser.add_argument("--only", action="append", default=[], help="only this sound")
    parser.add_argument("--into", type=Path, help="page with markers to put the table into")
    chosen = parser.parse_args()
    function, usual = {"words": (words, 12), "who": (who, 60)}[chosen.run]
    before = machine()
    try:
        rng = np.random.default_rng(chosen.seed)
        text = function(chosen.count or usual, rng, chosen.only)
    except attacks.AbsentError as error:
        sys.exit(str(error))
    note = f"`{command_line()}` on {before}."
    publish(f"voice-revoice-{chosen.run}", f"{text}\n\n{note}", chosen.into)


if __name__ == "__main__":
    main()
