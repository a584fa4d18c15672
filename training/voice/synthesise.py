"""Sentences to train on, spoken by flite, which says when each phone ends.

    python -m training.voice.synthesise --out .bench/voice --count 1400

Nobody's recording is used: flite's voices (CMU, permissive) speak English sentences of licences
that every Debian system has, and words of the CMU dictionary in any order. Needs the program
`flite` (Debian package flite 2.2) and the dictionary of pocketsphinx.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
from collections.abc import Iterator
from importlib import util
from pathlib import Path

VOICES = ("slt", "slt", "slt", "rms", "rms", "awb", "awb", "kal16", "kal")
LICENCES = Path("/usr/share/common-licenses")


def sentences() -> list[str]:
    """Sentences and clauses of 5 to 14 words."""
    found: set[str] = set()
    for path in sorted(LICENCES.iterdir()):
        text = re.sub(r"\s+", " ", path.read_text(encoding="utf-8", errors="ignore"))
        for part in re.split(r"[.;:|]", text):
            clause = part.strip()
            if 5 <= len(clause.split()) <= 14 and re.fullmatch(r"[A-Za-z ,'-]+", clause):
                found.add(clause)
    return sorted(found)


def dictionary() -> list[str]:
    """Words of 2 to 9 letters."""
    spec = util.find_spec("pocketsphinx")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("pocketsphinx is not installed: its dictionary is needed")
    folder = Path(spec.submodule_search_locations[0]) / "model" / "en-us"
    (path,) = folder.glob("*.dict")
    words = (line.split()[0] for line in path.read_text(encoding="utf-8").splitlines() if line)
    return sorted({word for word in words if re.fullmatch("[a-z]{2,9}", word)})


def texts(count: int, seed: int) -> Iterator[str]:
    """Now a sentence, now words in any order."""
    rng = random.Random(seed)  # noqa: S311 - nothing secret
    prose, words = sentences(), dictionary()
    rng.shuffle(prose)
    for number in range(count):
        text = " ".join(rng.sample(words, rng.randint(6, 10)))
        if number % 2:
            text = prose[number // 2 % len(prose)]
        if number % 5 == 0:
            text += ", " + " ".join(rng.sample(words, 3))
        yield text


def main() -> None:
    """Speak and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(".bench/voice"))
    parser.add_argument("--count", type=int, default=1400)
    parser.add_argument("--seed", type=int, default=5)
    chosen = parser.parse_args()
    folder: Path = chosen.out
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(chosen.seed + 1)  # noqa: S311
    with (folder / "spoken.tsv").open("w", encoding="utf-8") as table:
        for number, text in enumerate(texts(chosen.count, chosen.seed)):
            voice, path = VOICES[number % len(VOICES)], folder / f"{number:05d}.wav"
            slower = rng.uniform(0.85, 1.25)
            command = [
                "flite",
                "-voice",
                voice,
                "-psdur",
                "--setf",
                f"duration_stretch={slower:.2f}",
            ]
            said = subprocess.run(  # noqa: S603
                [*command, "-t", text, "-o", str(path)], capture_output=True, text=True, check=True
            )
            table.write(f"{path.name}\t{voice}\t{said.stdout.strip()}\n")


if __name__ == "__main__":
    main()
