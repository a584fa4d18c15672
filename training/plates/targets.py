"""What the maps should have been, and how far off they are."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.plates.layers import CELL, UNIT

_SPREAD = 0.13
"""Heat falls off over this share of a plate's length and height."""
_LEAST_SPREAD = 0.5 * CELL
"""But never faster than over this, px."""
_ANSWERS = 0.3
"""Cells at least so warm have to know the corners."""
_ALPHA, _BETA = 2.0, 4.0
_CORNERS, _SIZE, _OVERLAP = 2.0, 1.0, 1.0
"""Weights of the parts of the loss; heat has 1."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is to be found on n pictures, at most m plates and k unclear places each; px."""

    quads: Tensor
    """(n, m, 4, 2): corners from the top left clockwise, x and y."""
    there: Tensor
    """(n, m), bool: which of `quads` are plates."""
    unclear: Tensor
    """(n, k, 4): boxes in which nothing is learnt."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What the maps should be; rows and columns of cells as one axis, c cells."""

    heat: Tensor
    """(n, c), 0 to 1; exactly 1 in the middle of a plate."""
    counts: Tensor
    """(n, c): 0 where nothing is learnt of heat, else 1."""
    weight: Tensor
    """(n, c): how much the corners matter."""
    quads: Tensor
    """(n, c, 4, 2): corners of the plate of this cell, px."""
    places: Tensor
    """(c, 2): middles of cells, px."""


def targets(truth: Truth, rows: int, columns: int) -> Targets:
    """The maps that would be right."""
    device = truth.quads.device
    y, x = torch.meshgrid(
        torch.arange(rows, device=device), torch.arange(columns, device=device), indexing="ij"
    )
    places = (torch.stack([x, y], -1).reshape(-1, 2).float() + 0.5) * CELL
    quads = truth.quads.float()
    centre = quads.mean(2)
    along = (quads[:, :, 1] - quads[:, :, 0] + quads[:, :, 2] - quads[:, :, 3]) / 2
    across = (quads[:, :, 3] - quads[:, :, 0] + quads[:, :, 2] - quads[:, :, 1]) / 2
    length, height = along.norm(dim=-1), across.norm(dim=-1)
    gap = places[None, None] - centre[:, :, None]
    u = _dot(gap, along[:, :, None]) / length.clamp(min=1e-3)[:, :, None]
    v = _dot(gap, _turned(along)[:, :, None]) / length.clamp(min=1e-3)[:, :, None]
    spread_u = (_SPREAD * length).clamp(min=_LEAST_SPREAD)[:, :, None]
    spread_v = (_SPREAD * height).clamp(min=_LEAST_SPREAD)[:, :, None]
    warm = torch.exp(-0.5 * ((u / spread_u) ** 2 + (v / spread_v) ** 2))
    middle = (gap.abs().amax(-1) <= CELL / 2) & truth.there[:, :, None]
    # Of two cells that share a middle on their border, both count: neither is wrong.
    warm = torch.where(middle, torch.ones_like(warm), warm) * truth.there[:, :, None]
    heat, whose = warm.max(1)
    chosen = torch.gather(quads, 1, whose[:, :, None, None].expand(-1, -1, 4, 2))
    weight = torch.where(heat > _ANSWERS, heat, torch.zeros_like(heat))
    per_plate = torch.zeros_like(truth.there, dtype=torch.float32).scatter_add(1, whose, weight)
    weight = weight / torch.gather(per_plate, 1, whose).clamp(min=1e-3)
    low, high = truth.unclear[:, :, None, :2], truth.unclear[:, :, None, 2:]
    inside = ((places > low) & (places < high)).all(-1).any(1)
    counts = (~inside | (heat == 1)).float()
    return Targets(heat, counts, weight, chosen, places)


def loss(maps: Tensor, truth: Truth) -> tuple[Tensor, dict[str, Tensor]]:
    """How far maps (n, 10, rows, columns) are off; and the parts of that.

    Heat by the focal loss with less weight near plates (Law and Deng, 2018), corners and size by
    their distance, and the box around the corners by its overlap with the true one.
    """
    n, _, rows, columns = maps.shape
    wanted = targets(truth, rows, columns)
    flat = maps.float().reshape(n, maps.shape[1], -1)
    plates = truth.there.sum().clamp(min=1)
    heat = _heat_loss(flat[:, 0], wanted) / plates
    size = _area(wanted.quads).clamp(min=1).sqrt()
    log_size = torch.log(size / UNIT)
    size_loss = (
        functional.smooth_l1_loss(flat[:, 1], log_size, reduction="none") * wanted.weight
    ).sum() / plates
    given = flat[:, 2:].transpose(1, 2).reshape(n, -1, 4, 2)
    right = (wanted.quads - wanted.places[None, :, None]) / size[:, :, None, None]
    # Of a plate that stands on its end nobody can say which corner is the first.
    off = torch.minimum(
        (given - right).abs().mean((2, 3)), (given - right.roll(2, 2)).abs().mean((2, 3))
    )
    corners = (off * wanted.weight).sum() / plates
    shape = ((1 - _overlap(given, right)) * wanted.weight).sum() / plates
    total = heat + _SIZE * size_loss + _CORNERS * corners + _OVERLAP * shape
    parts = {"heat": heat, "size": size_loss, "corners": corners, "shape": shape}
    return total, {name: part.detach() for name, part in parts.items()}


def _heat_loss(logits: Tensor, wanted: Targets) -> Tensor:
    likely = torch.sigmoid(logits)
    hit = -functional.logsigmoid(logits) * (1 - likely) ** _ALPHA
    miss = -functional.logsigmoid(-logits) * likely**_ALPHA * (1 - wanted.heat) ** _BETA
    return (torch.where(wanted.heat == 1, hit, miss) * wanted.counts).sum()


def _overlap(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union of the boxes around quads (n, c, 4, 2)."""
    a0, a1, b0, b1 = a.amin(2), a.amax(2), b.amin(2), b.amax(2)
    both = (torch.minimum(a1, b1) - torch.maximum(a0, b0)).clamp(min=0).prod(-1)
    either = (a1 - a0).prod(-1) + (b1 - b0).prod(-1) - both
    return both / either.clamp(min=1e-3)


def _area(quads: Tensor) -> Tensor:
    """Of quads (..., 4, 2), px²."""
    first, second = quads[..., 2, :] - quads[..., 0, :], quads[..., 3, :] - quads[..., 1, :]
    return (first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]).abs() / 2


def _dot(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum(-1)


def _turned(v: Tensor) -> Tensor:
    return torch.stack([-v[..., 1], v[..., 0]], -1)
