"""Pictures with plates, made by worker processes for as long as they are asked to, and kept.

Workers write into slots of shared memory; the trainer copies each slot into its bank, the oldest
picture of which it replaces, and hands the slot back. So a network sees each picture many times,
never twice alike, while new ones keep coming.
"""

from __future__ import annotations

import multiprocessing
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.queues import Queue
from multiprocessing.shared_memory import SharedMemory
from queue import Empty
from typing import Any, Protocol

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

WIDE, HIGH = 512, 320
"""Size of the pictures that are kept, px."""
MOST = 16
"""Plates of one picture, and unclear places, that are kept; pictures have fewer."""
_SLOTS = 64
_BEARABLE = 20
"""So many pictures in hundreds of thousands may fail."""
_PICTURE = HIGH * WIDE * 3
_CORNERS = MOST * 8
_SLOT = _PICTURE + 2 * _CORNERS * 4


class Sample(Protocol):
    """One picture and what is on it."""

    @property
    def picture(self) -> NDArray[np.uint8]:
        """(height, width, 3), RGB."""
        ...

    @property
    def quads(self) -> NDArray[np.float32]:
        """(n, 4, 2): corners of plates from their own top left clockwise, px."""
        ...

    @property
    def ignore(self) -> NDArray[np.float32]:
        """(m, 4, 2): corners of what may or may not be a plate, px."""
        ...


Make = Callable[[np.random.Generator], Sample]
"""Makes a sample of WIDE x HIGH px."""


LEVELS = 3
"""Pictures are kept as they are, halved, and halved twice."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """n pictures taken out of the bank, on its device, m plates and unclear places at most each."""

    pictures: Tensor
    """(n, 3, HIGH, WIDE), uint8."""
    quads: Tensor
    """(n, m, 4, 2), float32, px; what is not there is NaN."""
    unclear: Tensor
    """(n, m, 4, 2), likewise."""


class Bank:
    """The pictures that are kept, on a device."""

    def __init__(self, room: int, device: torch.device) -> None:
        """Empty, with room for so many."""
        self._levels = [
            torch.zeros((room, 3, HIGH >> level, WIDE >> level), dtype=torch.uint8, device=device)
            for level in range(LEVELS)
        ]
        self._corners = torch.full((2, room, MOST, 4, 2), torch.nan, device=device)
        self.device = device
        self._room = room
        self.taken = 0
        """How many pictures were ever put in."""

    def __len__(self) -> int:
        return min(self.taken, self._room)

    def put(
        self, pictures: NDArray[np.uint8], quads: NDArray[np.float32], unclear: NDArray[np.float32]
    ) -> None:
        """Keep n pictures (n, HIGH, WIDE, 3), corners (n, MOST, 4, 2) each; the oldest give way."""
        places = (torch.arange(len(pictures)) + self.taken).remainder(self._room).to(self.device)
        shown = torch.from_numpy(pictures).to(self.device).permute(0, 3, 1, 2)
        self._levels[0][places] = shown
        for level in range(1, LEVELS):
            small = functional.avg_pool2d(shown.float(), 2**level)
            self._levels[level][places] = small.round().to(torch.uint8)
        both = torch.from_numpy(np.stack([quads, unclear]))
        self._corners[:, places] = both.to(self.device)
        self.taken += len(pictures)

    def draw(self, n: int, level: int, chance: torch.Generator) -> Drawn:
        """N pictures by chance; at level 1 four halved ones side by side each, at level 2 sixteen.

        So there is no empty space around pictures that are made small.
        """
        side = 2**level
        which = torch.randint(len(self), (n * side * side,), generator=chance, device=self.device)
        tiles = self._levels[level][which].reshape(n, side, side, 3, HIGH // side, WIDE // side)
        pictures = tiles.permute(0, 3, 1, 4, 2, 5).reshape(n, 3, HIGH, WIDE)
        column = torch.arange(side * side, device=self.device) % side
        row = torch.arange(side * side, device=self.device) // side
        shift = torch.stack([column * (WIDE / side), row * (HIGH / side)], -1)
        corners = self._corners[:, which].reshape(2, n, side * side, MOST, 4, 2) / side
        corners = (corners + shift[:, None, None]).reshape(2, n, -1, 4, 2)
        return Drawn(pictures, corners[0], corners[1])


class Workers:
    """Processes that make pictures until they are closed."""

    def __init__(self, make: Make, *, number: int, seed: int) -> None:
        """Start them. Each draws from a generator of its own, of `seed` and its number.

        Args:
            make: Can be pickled: every process is a fresh interpreter. A fork would take the locks
                of other threads along, held for ever, and stand still at the first of them.
            number: Of processes.
            seed: Of what they draw.
        """
        context = multiprocessing.get_context("spawn")
        self.failures = 0
        """Pictures that could not be made."""
        self._memory = SharedMemory(create=True, size=_SLOTS * _SLOT)
        self._free: Queue[int] = context.Queue()
        self._full: Queue[int | str] = context.Queue()
        for slot in range(_SLOTS):
            self._free.put(slot)
        queues = {"memory": self._memory, "free": self._free, "full": self._full}
        self._processes = [
            context.Process(target=_work, args=(make, [seed, worker]), kwargs=queues, daemon=True)
            for worker in range(number)
        ]
        for process in self._processes:
            process.start()

    def fill(self, bank: Bank, *, wait_s: float) -> None:
        """Put what is ready into a bank; wait so long for the first, or not at all.

        Raises:
            RuntimeError: Pictures failed again and again, or none came in that time.
        """
        ready: list[int] = []
        while len(ready) < _SLOTS:
            wait = wait_s > 0 and not ready
            try:
                slot = self._full.get(timeout=wait_s) if wait else self._full.get_nowait()
            except Empty:
                if wait:
                    raise RuntimeError(f"no picture was made in {wait_s:g} s") from None
                break
            if isinstance(slot, str):
                self.failures += 1
                if self.failures > _BEARABLE:
                    raise RuntimeError(f"pictures cannot be made:\n{slot}")
                continue
            ready.append(slot)
        if ready:
            found = zip(*(_views(self._memory, slot) for slot in ready), strict=True)
            bank.put(*(np.stack(part) for part in found))
        for slot in ready:
            self._free.put(slot)

    def close(self) -> None:
        """End them."""
        for process in self._processes:
            process.kill()
            process.join()
        for queue in (self._free, self._full):
            queue.cancel_join_thread()
            queue.close()
        self._memory.close()
        self._memory.unlink()


def _work(
    make: Make,
    seed: list[int],
    *,
    memory: SharedMemory,
    free: Queue[int],
    full: Queue[int | str],
) -> None:
    os.nice(5)
    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed)
    while True:
        try:
            sample = make(rng)
        except Exception:  # whatever it is, the trainer has to hear of it
            full.put(traceback.format_exc())
            continue
        slot = free.get()
        picture, quads, unclear = _views(memory, slot)
        picture[:] = sample.picture
        quads[:] = padded(sample.quads)
        unclear[:] = padded(sample.ignore)
        full.put(slot)


def _views(
    memory: SharedMemory, slot: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
    start = slot * _SLOT

    # Any: the type of the numbers is an argument.
    def view(offset: int, shape: tuple[int, ...], dtype: type[Any]) -> NDArray[Any]:
        return np.ndarray(shape, dtype, memory.buf, start + offset)

    picture = view(0, (HIGH, WIDE, 3), np.uint8)
    quads = view(_PICTURE, (MOST, 4, 2), np.float32)
    return picture, quads, view(_PICTURE + _CORNERS * 4, (MOST, 4, 2), np.float32)


def padded(quads: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 4, 2) as (MOST, 4, 2), NaN where there is none; the largest where there are too many."""
    found = np.asarray(quads, np.float32).reshape(-1, 4, 2)
    if len(found) > MOST:
        spans = np.ptp(found, axis=1).prod(axis=1)
        found = found[np.argsort(-spans)[:MOST]]
    full = np.full((MOST, 4, 2), np.nan, np.float32)
    full[: len(found)] = found
    return full
