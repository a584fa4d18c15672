"""What networks are calibrated and judged on: pictures, frames of videos, sounds; one at a time.

Nothing of it is kept: an item is opened, looked at and let go, as often as it is needed.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.analyse.logmel import log_mel
from passante.core.dsp import RATE_HZ
from passante.core.errors import SettingsError, SourceError
from passante.inside.audio import RawAudio
from passante.inside.video import RawFrame
from passante.sources import open_source

_PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
_VIDEOS = {".mp4", ".avi", ".mkv", ".mov", ".webm", ".ts"}
_SOUNDS = {".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a"}
_LONGEST_S = 30
"""Of a sound no more than its beginning is heard."""
_GRID = 16
NEAR_BITS = 14
"""Two pictures or sounds of which at most this many of 256 bits differ are the same one."""


class Form(StrEnum):
    """What sort of items there are."""

    PICTURES = "pictures"
    SOUNDS = "sounds"


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One picture, or one sound. Personal: it is never written anywhere."""

    name: str
    """Name of its file, and the number of the frame in a video."""
    digest: str
    """sha256 of its content, hexadecimal."""
    looks: NDArray[np.bool_]
    """(256,): where it grows brighter (or louder) on a coarse grid."""
    frame: RawFrame | None = None
    sound: NDArray[np.float32] | None = None
    """(n,) at 16 kHz."""
    marked: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 4), np.float32))
    """(n, 4): boxes that others have marked, px of the frame."""
    tracks: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """(n,): who is marked, the same number in every frame of a video; -1 where nobody said so."""
    label: str = ""
    """What it is, where somebody has said so."""

    def __repr__(self) -> str:
        return f"Item({self.digest[:8]})"


@dataclass(frozen=True, slots=True)
class _Place:
    """One item that can be opened."""

    path: Path
    frame: int = -1
    """Number of a frame in a video, from 0; -1 for a file of its own."""


class Collection:
    """Items of a folder, a video or a sound, in the order of their names."""

    def __init__(
        self,
        path: Path,
        *,
        most: int,
        every: int = 1,
        skip: int = 0,
        since: float = 0.0,
        until: float = 1.0,
    ) -> None:
        """Find out what there is.

        Args:
            path: A folder (with what lies in it), a picture, a video or a sound.
            most: Take no more than this many, spread evenly.
            every: Take every so manieth only.
            skip: Leave every so manieth out; 0 for none.
            since: Share of all places before which nothing is taken.
            until: Share of all places from which on nothing is taken.

        Raises:
            SettingsError: There is nothing that can be read.
        """
        self.path = path
        files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        places = [place for file in files for place in _places(file)]
        places = places[round(since * len(places)) : round(until * len(places))]
        kept = [place for at, place in enumerate(places) if not skip or at % skip]
        self._places = _spread(kept[::every], most)
        if not self._places:
            raise SettingsError(
                f"{path.name}: there are no pictures, videos or sounds in it",
                hint="name a folder of pictures, a video, or sounds",
            )
        self.form = Form.SOUNDS if self._places[0].path.suffix.lower() in _SOUNDS else Form.PICTURES
        self._truth = _Truth(path)

    def __len__(self) -> int:
        return len(self._places)

    def without(self, names: frozenset[str]) -> Collection:
        """The same collection without items of these names."""
        other = object.__new__(Collection)
        other.path, other.form, other._truth = self.path, self.form, self._truth
        other._places = [place for place in self._places if _name(place) not in names]
        return other

    def some(self, most: int) -> Collection:
        """No more than this many of the same items, spread evenly."""
        kept = {_name(place) for place in _spread(self._places, most)}
        return self.without(frozenset(_name(place) for place in self._places) - kept)

    def __iter__(self) -> Iterator[Item]:
        """One item after the other, opened now.

        Raises:
            SourceError: A file cannot be read.
        """
        for path, places in groupby(self._places, key=lambda place: place.path):
            yield from self._open(path, list(places))

    def _open(self, path: Path, places: list[_Place]) -> Iterator[Item]:
        if path.suffix.lower() in _SOUNDS:
            sound = _sound(path)
            digest = hashlib.sha256(sound.tobytes()).hexdigest()
            label = self._truth.labels.get(path.name, "")
            yield Item(path.name, digest, _heard(sound), None, sound, label=label)
            return
        wanted = {place.frame for place in places}
        with closing(open_source(path)) as source:
            number = -1
            for raw in source:
                if not isinstance(raw, RawFrame):
                    continue
                number += 1
                if wanted == {-1} or number in wanted:
                    yield self._picture(path, raw, number if -1 not in wanted else -1)
                if number >= max(wanted):
                    break

    def _picture(self, path: Path, raw: RawFrame, number: int) -> Item:
        name = _name(_Place(path, number))
        digest = hashlib.sha256()
        for plane in raw.planes:
            digest.update(np.ascontiguousarray(plane).tobytes())
        small = cv2.resize(raw.grey(), (_GRID + 1, _GRID), interpolation=cv2.INTER_AREA)
        marked, tracks = self._truth.boxes(path, number)
        return Item(name, digest.hexdigest(), _rises(small), raw, marked=marked, tracks=tracks)


def near_duplicates(one: Collection, other: Collection) -> list[tuple[str, str]]:
    """Pairs of names, of one item in each, that are the same or nearly the same.

    Frames of videos are compared by their content alone: two of a fixed camera look alike.
    """
    known = [(item.name, item.digest, item.looks, _moves(item)) for item in one]
    bits = np.array([looks for _, _, looks, _ in known]).reshape(len(known), -1)
    found = []
    for item in other:
        apart = (bits != item.looks).sum(axis=1)
        for at, (name, digest, _, moves) in enumerate(known):
            alike = apart[at] <= NEAR_BITS and not moves and not _moves(item)
            if digest == item.digest or alike:
                found.append((name, item.name))
                break
    return found


def digest_of(items: Collection) -> str:
    """sha256 over the content of all items, hexadecimal."""
    whole = hashlib.sha256()
    for item in items:
        whole.update(item.digest.encode())
    return whole.hexdigest()


class _Truth:
    """What others have marked: boxes or labels in tables beside the items."""

    def __init__(self, path: Path) -> None:
        folder = path if path.is_dir() else path.parent
        self._boxes: dict[tuple[str, int], list[list[float]]] = {}
        self.labels: dict[str, str] = {}
        for table in sorted([*folder.glob("*.csv"), *folder.parent.glob("*.csv")]):
            with table.open(newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    self._take(row, table)
        for table in sorted(path.rglob("*.gt.txt")) if path.is_dir() else []:
            self._take_tracks(table)
        if not path.is_dir():
            self._take_tracks(path.with_suffix("").with_suffix(".gt.txt"))

    def boxes(self, path: Path, frame: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Boxes (n, 4) of a picture, or of a frame of a video, px, and whose each is (n,)."""
        rows = np.array(self._boxes.get((path.name, frame), []), np.float64).reshape(-1, 5)
        return rows[:, :4].astype(np.float32), rows[:, 4].astype(np.int64)

    def _take(self, row: dict[str, str], table: Path) -> None:
        if {"image", "left", "top", "box_width", "box_height"} <= row.keys():
            size = [float(row[key]) for key in ("left", "top", "box_width", "box_height")]
            self._add(Path(row["image"]).name, -1, size)
        elif {"frame", "left", "top", "width", "height"} <= row.keys():
            clip = table.name.split(".")[0]
            size = [float(row[key]) for key in ("left", "top", "width", "height")]
            for suffix in _VIDEOS:
                self._add(f"{clip}{suffix}", int(row["frame"]) - 1, size)
        elif {"file", "label"} <= row.keys():
            self.labels[Path(row["file"]).name] = row["label"]

    def _take_tracks(self, table: Path) -> None:
        """People of a video in the text of the MOT challenge."""
        if not table.is_file():
            return
        clip = table.name.removesuffix(".gt.txt")
        for line in table.read_text(encoding="ascii").splitlines():
            frame, track, *size = (float(word) for word in line.split(",")[:6])
            if track >= 0:
                for suffix in _VIDEOS:
                    self._add(f"{clip}{suffix}", int(frame) - 1, size, int(track))

    def _add(self, name: str, frame: int, size: Sequence[float], track: int = -1) -> None:
        left, top, width, height = size
        box = [left, top, left + width, top + height, track]
        self._boxes.setdefault((name, frame), []).append(box)


def _places(path: Path) -> list[_Place]:
    suffix = path.suffix.lower()
    if suffix in _PICTURES | _SOUNDS:
        return [_Place(path)]
    if suffix not in _VIDEOS:
        return []
    with closing(open_source(path)) as source:
        video = source.info.video
        frames = video.frames if video is not None else None
        if frames is None:
            frames = sum(isinstance(raw, RawFrame) for raw in source)
    return [_Place(path, number) for number in range(frames)]


def _name(place: _Place) -> str:
    return place.path.name if place.frame < 0 else f"{place.path.name}#{place.frame}"


def _moves(item: Item) -> bool:
    return "#" in item.name


def _spread(places: list[_Place], most: int) -> list[_Place]:
    if len(places) <= most:
        return places
    return [places[at * len(places) // most] for at in range(most)]


def _sound(path: Path) -> NDArray[np.float32]:
    """The beginning of a sound file, mono at 16 kHz."""
    blocks: list[NDArray[np.float32]] = []
    held = 0
    with closing(open_source(path)) as source:
        for raw in source:
            if isinstance(raw, RawAudio):
                blocks.append(raw.samples.mean(axis=0))
                held += raw.samples.shape[1]
                rate = raw.rate_hz
                if held >= _LONGEST_S * rate:
                    break
    if not blocks:
        raise SourceError(f"{path.name}: there is no sound in it")
    samples = np.concatenate(blocks)
    if rate == RATE_HZ:
        return np.asarray(samples, np.float32)
    # Linear interpolation after averaging: good enough to calibrate on, exact for 16 kHz.
    step = max(1, rate // RATE_HZ)
    calm = np.convolve(samples, np.full(step, 1 / step), "same")
    at = np.arange(0, len(samples) - 1, rate / RATE_HZ)
    return np.asarray(np.interp(at, np.arange(len(samples)), calm), np.float32)


def _heard(sound: NDArray[np.float32]) -> NDArray[np.bool_]:
    frames = log_mel(sound)
    if not len(frames):
        return np.zeros(_GRID * _GRID, np.bool_)
    grid = cv2.resize(frames, (_GRID + 1, _GRID), interpolation=cv2.INTER_AREA)
    return _rises(np.asarray(grid))


def _rises(grid: NDArray[np.generic]) -> NDArray[np.bool_]:
    wide = grid.astype(np.float32)
    return np.asarray(wide[:, 1:] > wide[:, :-1], np.bool_).reshape(-1)
