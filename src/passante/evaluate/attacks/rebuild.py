"""Rebuilding hidden faces by a small network that learnt from pairs of hidden and clear ones.

A U-Net (Ronneberger et al., 2015) of three scales at 64 px, four pixels in one, trained by the mean
absolute error for half a minute on one core. It sees the hidden face and what regression makes of
it (see `restore`), and learns what is to be mended of that: from nothing it would need hours to
find what regression has at once. Larger networks and larger collections of faces draw prettier
faces; who it is must come out of what is left under the cover. PyTorch is needed (the extra
`attackers`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passante.core.geometry import Box
from passante.evaluate.attacks.networks import torch_module
from passante.evaluate.attacks.reidentify import Rebuilt
from passante.evaluate.attacks.restore import SIDE, Ridge, faces_of, rows_of
from passante.evaluate.pictures import Picture

_WIDTHS = (24, 48, 64)
_BATCH = 12
_PACE = 2e-3
_SHIFT_PX = 3

Faces = Sequence[tuple[Picture, Box]]


class Rebuilder:
    """Trains a network for each method and rebuilds with it.

    Args:
        steps: Batches of 12 that each network is trained with.
        seed: Of weights and order: the same seed rebuilds the same faces.
    """

    name = "rebuilt by a network"

    def __init__(self, *, steps: int, seed: int) -> None:
        self._torch = torch_module()
        self._steps = steps
        self._seed = seed

    def rebuild(self, hidden: Faces, clear: Faces, asked: Faces) -> Rebuilt:
        """Learn from pairs `hidden` and `clear`, and rebuild `asked`."""
        ridge = Ridge(rows_of(hidden, mirrored=False), rows_of(clear, mirrored=False))
        # what regression makes of a pair that it was not taught is what it will make of others
        net = self._train(_stack(hidden, ridge.left_out), _stack(clear))
        torch = self._torch
        with torch.no_grad():
            shown = _stack(asked, ridge(rows_of(asked, mirrored=False)))
            made = net(torch.from_numpy(shown)).clamp(0, 1).numpy()
        return faces_of(made.transpose(0, 2, 3, 1))

    def _train(self, inputs: NDArray[np.float32], wanted: NDArray[np.float32]) -> Any:
        torch = self._torch
        # the caller's own draws go on as if this had not been
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self._seed)
            net = _network(torch)
        rng = np.random.default_rng(self._seed)
        optimiser = torch.optim.Adam(net.parameters(), lr=_PACE)
        paces = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, self._steps)
        for _ in range(self._steps):
            chosen = rng.integers(0, len(inputs), _BATCH)
            shift = rng.integers(-_SHIFT_PX, _SHIFT_PX + 1, 2)
            flip = bool(rng.integers(2))
            x, y = (
                torch.from_numpy(_moved(part[chosen], shift, flip)) for part in (inputs, wanted)
            )
            loss = (net(x) - y).abs().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            paces.step()
        return net.eval()


def _moved(part: NDArray[np.float32], shift: NDArray[np.int64], flip: bool) -> NDArray[np.float32]:
    made = np.roll(part, shift, axis=(2, 3))
    return np.ascontiguousarray(made[..., ::-1] if flip else made)


def _stack(faces: Faces, guess: NDArray[np.float64] | None = None) -> NDArray[np.float32]:
    """(n, 3 or 6, side, side), 0 to 1: faces, behind what regression makes of them if there is."""
    rows = [] if guess is None else [guess]
    pictures = [one.reshape(-1, SIDE, SIDE, 3) for one in (*rows, rows_of(faces, mirrored=False))]
    return np.ascontiguousarray(
        np.concatenate(pictures, axis=3).transpose(0, 3, 1, 2), dtype=np.float32
    )


# Any: PyTorch is no dependency, so its types are not there.
def _network(torch: Any) -> Any:
    nn = torch.nn

    def block(into: int, out: int) -> Any:
        return nn.Sequential(
            nn.Conv2d(into, out, 3, padding=1), nn.ReLU(), nn.Conv2d(out, out, 3, padding=1),
            nn.ReLU(),
        )  # fmt: skip

    a, b, c = _WIDTHS

    class Net(nn.Module):  # type: ignore[misc,name-defined]
        """Down two scales and up again, with what was seen on the way."""

        def __init__(self) -> None:
            super().__init__()
            self.first, self.second, self.third = block(24, a), block(a, b), block(b, c)
            self.up, self.top = block(b + c, b), block(a + b, a)
            self.last = nn.Conv2d(a, 12, 1)
            # before it has learnt anything it says what regression says
            nn.init.zeros_(self.last.weight)
            nn.init.zeros_(self.last.bias)

        def forward(self, x: Any) -> Any:
            """Faces from what regression makes of hidden faces, and these."""
            # two by two pixels as channels: a quarter of the work, and nothing lost
            one = self.first(nn.functional.pixel_unshuffle(x, 2))
            two = self.second(nn.functional.avg_pool2d(one, 2))
            three = self.third(nn.functional.avg_pool2d(two, 2))
            two = self.up(torch.cat([two, _grown(three, 2)], 1))
            one = self.top(torch.cat([one, _grown(two, 2)], 1))
            return nn.functional.pixel_shuffle(self.last(one), 2) + x[:, :3]

    def _grown(x: Any, times: int) -> Any:
        return nn.functional.interpolate(x, scale_factor=times, mode="nearest")

    return Net()
