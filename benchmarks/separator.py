"""DTLN in 8-bit integers beside floating point: what of speech would stay, and what it saves.

    python benchmarks/separator.py [--sentences 12] [--write docs/compression.md]

Weights of recurrent layers and of products of matrices go into integers a channel, what they read
is rounded as it comes (`onnxruntime.quantization.quantize_dynamic`). Speech in city noise goes
through the product's own analysis, once with each pair of networks, in turns.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic

from measure import command_line, publish, table
from passante.analyse.separate import DtlnSeparator
from passante.analyse.speech import DEFAULT, AnalyseSpeech
from passante.core.dsp import CELL
from passante.models import store
from passante.models.catalogue import DEFAULTS, card
from voice import english, noises
from voice_sound import RATE_HZ, Sound, active, blocks, load, mix, networks

SNRS = (-5, 0, 10)
SEED = 3


class Timed:
    """A network, and the processor time that it has taken, s."""

    def __init__(self, path: Path) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._names = [one.name for one in self._session.get_inputs()]
        self.ref = path.name
        self.size_mb = path.stat().st_size / 1e6
        self.spent_s = 0.0

    def run(self, *given: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """As a network of the product."""
        began = time.process_time()
        found = self._session.run(None, dict(zip(self._names, given, strict=True)))
        self.spent_s += time.process_time() - began
        return tuple(found)


def pairs(folder: Path) -> dict[str, tuple[Timed, Timed]]:
    """Mask and second half, in floating point and in integers."""
    floats = [store.place(card(DEFAULTS[task])) for task in ("mask.speech", "refine.speech")]
    whole = []
    for path in floats:
        whole.append(folder / path.name)
        quantize_dynamic(path, whole[-1], per_channel=True, weight_type=QuantType.QInt8)
    made = {
        "floating point": (floats[0], floats[1]), "mask in integers": (whole[0], floats[1]),
        "second half in integers": (floats[0], whole[1]), "both": (whole[0], whole[1]),
    }  # fmt: skip
    return {name: (Timed(mask), Timed(refine)) for name, (mask, refine) in made.items()}


def analysed(
    pair: tuple[Timed, Timed], sound: Sound
) -> tuple[NDArray[np.bool_], NDArray[np.float32], NDArray[np.bool_]]:
    """Cells that are kept (n, bands), what is left beside the voice, samples that are marked."""
    stage = AnalyseSpeech(networks()[0], DtlnSeparator(*pair), DEFAULT)
    kept, rest, marks = [], [], []
    for raw in [*blocks(sound[None], RATE_HZ), None]:
        for item in stage.push(raw) if raw else stage.flush():
            marks.append(item.speech > 0)
            rest.append(np.zeros(marks[-1].size) if item.rest is None else item.rest)
            kept += [] if item.keep is None else [item.keep > 0]
    return np.concatenate(kept), np.concatenate(rest), np.concatenate(marks)


def of_speech(rest: NDArray[np.float32], clean: Sound) -> float:
    """Share of the rest's energy that the clean speech explains, at whatever delay."""
    size = 2 ** int(np.ceil(np.log2(rest.size + clean.size)))
    spectrum = np.fft.rfft(rest, size) * np.conj(np.fft.rfft(clean, size))
    most = float(np.abs(np.fft.irfft(spectrum)).max())
    return most**2 / float(np.dot(clean, clean) * np.dot(rest, rest) + 1e-9)


def measured(count: int) -> str:
    """The table."""
    rng = np.random.default_rng(SEED)
    city, seconds = noises(rng), 0.0
    sums: dict[tuple[str, int], NDArray[np.float64]] = defaultdict(lambda: np.zeros(6))
    with tempfile.TemporaryDirectory() as folder:
        made = pairs(Path(folder))
    for row in english(rng, count):
        clean, noise = np.pad(load(f"speech/{row['file']}"), RATE_HZ // 4), next(city)
        spoken = np.repeat(active(clean), 512)
        cells = np.asarray(spoken[: spoken.size // CELL * CELL].reshape(-1, CELL).any(axis=1))
        for snr in SNRS:
            mixed, parent = mix(clean, noise, snr), None
            seconds += mixed.size / RATE_HZ
            for name, pair in made.items():
                kept, rest, marks = analysed(pair, mixed)
                some = kept[: cells.size][cells[: len(kept)]]
                parent = some if parent is None else parent
                sums[name, snr] += (
                    (spoken & ~marks[: spoken.size]).sum(), spoken.sum(), some.sum(),
                    (some & ~parent).sum(), some.size, of_speech(rest, clean) / count,
                )  # fmt: skip
    rows = []
    for name, pair in made.items():
        share = [f"{100 * one.spent_s / seconds:.2f}" for one in pair]
        cells_of = [
            f"{100 * missed / spoken:.2f} / {100 * stay / total:.1f} ({100 * new / total:.2f}) "
            f"/ {100 * voice:.2f}"
            for missed, spoken, stay, new, total, voice in (sums[name, snr] for snr in SNRS)
        ]
        rows.append([name, f"{sum(one.size_mb for one in pair):.2f}", " + ".join(share), *cells_of])
    head = ["DTLN", "MB", "CPU, % of one core", *(f"{snr} dB" for snr in SNRS)]
    return (
        f"`{command_line()}`\n\n{count} sentences in city noise. In each cell: speech not marked, "
        "% of its time / cells kept while somebody speaks, % (of them kept by this pair alone) / "
        "what of the energy that is left beside the voice the clean speech explains, %.\n\n"
        + table(head, rows)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sentences", type=int, default=12)
    parser.add_argument("--write", type=Path, help="page to put the figures into")
    options = parser.parse_args()
    publish("separator", measured(options.sentences), options.write)


if __name__ == "__main__":
    main()
