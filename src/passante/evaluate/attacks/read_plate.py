"""Reading number plates with a real reader of writing, given where each plate is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray

from passante.core.errors import ModelContractError
from passante.core.geometry import Box
from passante.evaluate.pictures import Picture, Shown
from passante.evaluate.rates import Rate
from passante.evaluate.results import Finding, Section
from passante.evaluate.subjects import Method
from passante.evaluate.threat import Knows, ThreatModel, Wants
from passante.models.session import OnnxSession
from passante.models.store import VerifiedModel

_HIGH, _STEP = 48, 32
_NARROWEST, _WIDEST = 320, 640
_RIM = 0.06
"""Added on each side of the plate, in its heights: boxes of the truth are tight."""
_WRONG = 1
"""A plate counts as read with at most so many characters wrong: the rest a register gives."""
_LIKE = str.maketrans({"O": "0", "Q": "0", "I": "1"})
"""What looks the same on plates is the same."""


class Reader(Protocol):
    """Reads a line of writing."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def read(self, line: Picture) -> str:
        """What stands there; "" for nothing."""
        ...


class NetworkReader:
    """PP-OCRv4: a column of likelihoods for every eighth column of pixels."""

    def __init__(self, model: VerifiedModel) -> None:
        """Make it ready.

        Raises:
            ModelContractError: The file does not bring its alphabet along.
        """
        self._session = OnnxSession(model)
        metadata = onnx.load_model_from_string(model.data).metadata_props
        letters = next((item.value for item in metadata if item.key == "character"), None)
        if letters is None:
            raise ModelContractError(f"{model.card.ref}: there is no alphabet in the file")
        self._alphabet = ["", *letters.split("\n"), " "]

    @property
    def name(self) -> str:
        """Name of its card."""
        return self._session.card.name

    def read(self, line: Picture) -> str:
        """What stands there."""
        high, wide = line.shape[:2]
        width = min(_WIDEST, max(1, round(wide * _HIGH / max(1, high))))
        small = cv2.resize(line, (width, _HIGH), interpolation=cv2.INTER_LINEAR)
        canvas = np.zeros((1, 3, _HIGH, max(_NARROWEST, -(-width // _STEP) * _STEP)), np.float32)
        # the network takes BGR
        canvas[0, :, :, :width] = small[:, :, ::-1].transpose(2, 0, 1) / np.float32(127.5) - 1
        (chances,) = self._session.run(canvas)
        return decode(chances[0].argmax(axis=1), self._alphabet)


def decode(best: NDArray[np.intp], alphabet: Sequence[str]) -> str:
    """Characters of the likeliest path: repeated ones count once, 0 separates."""
    kept = [
        int(now)
        for before, now in zip([0, *best[:-1]], best, strict=True)
        if now not in (0, before)
    ]
    return "".join(alphabet[number] for number in kept if number < len(alphabet))


def plain(text: str) -> str:
    """Its letters and digits alone, capitals, what looks alike made one."""
    return "".join(c for c in text.upper() if c.isascii() and c.isalnum()).translate(_LIKE)


def distance(said: str, read: str) -> int:
    """Least number of characters to change, add or leave out."""
    row = list(range(len(read) + 1))
    for i, one in enumerate(said, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(read, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (one != other))
    return row[-1]


def is_read(truth: str, read: str) -> bool:
    """Whether a plate is as good as read."""
    return distance(plain(truth), plain(read)) <= _WRONG


def attack(shown: Sequence[Shown], methods: Sequence[Method], reader: Reader) -> list[Finding]:
    """The reader on every method, all plates together."""
    clear = [reader.read(line_of(one.pixels, one.box)) for one in shown]
    # guessing: whatever can be read off any other plate
    guessed = [
        is_read(one.answer, text)
        for one in shown
        for other, text in zip(shown, clear, strict=True)
        if one.answer != other.answer
    ]
    baseline = Rate.of(sum(guessed), len(guessed))
    control = _rate(shown, clear)
    threat = ThreatModel(Wants.PLATE, Knows.NOTHING, "the place of every plate, and a reader")
    findings = []
    for method in methods:
        read = [reader.read(line_of(method.hide(one.pixels, [one.box]), one.box)) for one in shown]
        findings.append(
            Finding(
                section=Section.PLATES,
                attack=reader.name,
                threat=threat,
                subject=method.subject,
                rate=_rate(shown, read),
                control=control,
                baseline=baseline,
                of=f"plates read with at most {_WRONG} character wrong, one picture each",
            )
        )
    return findings


def _rate(shown: Sequence[Shown], read: Sequence[str]) -> Rate:
    hits = sum(is_read(one.answer, text) for one, text in zip(shown, read, strict=True))
    return Rate.of(hits, len(shown))


def line_of(pixels: Picture, box: Box) -> Picture:
    """The line of writing in a box, with a little around it."""
    high, wide = pixels.shape[:2]
    area = box.grown(_RIM * box.height).cover(wide, high)
    if area is None:
        return np.zeros((_HIGH, _HIGH, 3), np.uint8)
    return pixels[area.top : area.bottom, area.left : area.right]
