"""Patches to learn from: sounds mixed by chance, on log-mel energies alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FRAMES, BANDS = 96, 64
LOW, HIGH = -7.0, 6.0
"""What the 256 steps of frames span; as in `gather`, which needs more packages."""
SEED = 20_262


class Sounds:
    """Patches of sounds, alone and mixed, as loud as chance has it."""

    # Any: torch has no types where it is not installed.
    def __init__(self, kept: NDArray[np.uint8], lengths: NDArray[np.int32], device: str) -> None:
        import torch  # noqa: PLC0415 - an extra

        self._torch: Any = torch
        self._device = device
        ends = np.cumsum(lengths)
        long = lengths >= FRAMES
        starts = [
            np.arange(end - length, end - FRAMES + 1, 8)
            for end, length in zip(ends[long], lengths[long], strict=True)
        ]
        self.starts = np.concatenate(starts)
        self._starts = torch.as_tensor(self.starts, device=device)
        self._kept = torch.as_tensor(kept, device=device)
        self._dice = torch.Generator(device=device).manual_seed(SEED)

    def mixed(self, size: int, *, varied: bool = False) -> Any:
        """(size, 96, 64): half of it two sounds at once; energies of sounds add up.

        Args:
            size: How many.
            varied: Backwards, through filters, higher or lower, with textures of chance as well:
                what a network says of these is as good to learn from.
        """
        torch, dice, device = self._torch, self._dice, self._device

        def chance(*shape: int) -> Any:
            return torch.rand(shape, generator=dice, device=device)

        one, other = (self._varied(self._some(size)) if varied else self._some(size)
                      for _ in range(2))  # fmt: skip
        if varied:
            other = torch.where(chance(size, 1, 1) < 0.3, self._texture(size), other)
        one = one + (chance(size, 1, 1) * 7 - 5)
        other = other + (chance(size, 1, 1) * 7 - 6)
        other = torch.where(chance(size, 1, 1) < 0.5, other, torch.full_like(other, -20.0))
        noise = (
            chance(size, 1, 1) * 6 - 9 + 0.5 * torch.randn(one.shape, generator=dice, device=device)
        )
        energy = torch.logaddexp(torch.logaddexp(one, other), noise)
        return torch.clamp(energy, min=float(np.log(1e-3)), max=HIGH)

    def _varied(self, patches: Any) -> Any:
        """Half of them backwards; all through a filter, and moved along the bands."""
        torch, dice, device = self._torch, self._dice, self._device
        size = len(patches)
        back = torch.rand((size, 1, 1), generator=dice, device=device) < 0.3
        patches = torch.where(back, patches.flip(1), patches)
        curve = torch.randn((size, 1, 6), generator=dice, device=device) * 1.5
        patches = patches + torch.nn.functional.interpolate(curve, BANDS, mode="linear")
        moved = torch.randint(-6, 7, (size, 1, 1), generator=dice, device=device)
        index = (torch.arange(BANDS, device=device)[None, None] + moved).clamp(0, BANDS - 1)
        return torch.gather(patches, 2, index.expand(size, FRAMES, BANDS))

    def _texture(self, size: int) -> Any:
        """Smooth fields of chance, coarse or fine in time and in pitch."""
        torch, dice, device = self._torch, self._dice, self._device
        grid = [
            int(torch.randint(2, most, (1,), generator=dice, device=device)) for most in (48, 32)
        ]
        field = torch.randn((size, 1, *grid), generator=dice, device=device) * 2
        whole = torch.nn.functional.interpolate(
            field, (FRAMES, BANDS), mode="bilinear", align_corners=False
        )
        return whole[:, 0] - 1.0

    def _some(self, size: int) -> Any:
        torch = self._torch
        at = torch.randint(len(self._starts), (size,), generator=self._dice, device=self._device)
        index = self._starts[at][:, None] + torch.arange(FRAMES, device=self._device)[None]
        return self._kept[index].float() * ((HIGH - LOW) / 255) + LOW
