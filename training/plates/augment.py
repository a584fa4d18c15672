"""What the trainer does to pictures of the bank, many at a time: no two looks are alike.

A part of each is cut out, as large or small as plates of 8 to 400 px need, turned, mirrored,
brightened, darkened, blurred and made noisy. Now and then four cuts share one picture, as close-ups
of vehicles do in the product, and what lies beyond a picture is grey as there.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from training.plates.bank import HIGH, LEVELS, MOST, WIDE, Bank, Drawn
from training.plates.targets import Truth

GREY = 114 / 255
_PLATE_PX = (9.0, 380.0)
"""Plates are brought to a length of so many px, small ones oftener."""
_ZOOMS = ((0.6, 2.5), (0.55, 1.4), (0.5, 1.5))
"""By how much pictures are made smaller or larger, at each level."""
_LEAST = (7.0, 2.4)
"""Length and height, px, under which a plate is no longer to be found."""
_VISIBLE = 0.55
"""Share of a plate within the picture from which it is to be found."""
_MIRRORED = 0.4


def cuts(
    bank: Bank, n: int, size: tuple[int, int], chance: torch.Generator
) -> tuple[Tensor, Truth]:
    """Parts of pictures, (n, 3, height, width) 0 to 1, and what is on them.

    Args:
        bank: Where the pictures are.
        n: How many parts; a third of them of pictures as they are, halved, and halved twice.
        size: (height, width) of the parts, px.
        chance: What it is left to.
    """
    pictures, quads, boxes = [], [], []
    for level in range(LEVELS):
        drawn = bank.draw((n + level) // LEVELS, level, chance)
        forward = _placed(drawn, size, _ZOOMS[level], chance)
        whole = functional.pad(forward, (0, 0, 0, 1))
        whole[:, 2, 2] = 1
        source = drawn.pictures.float() / 255 - GREY
        pictures.append(_sampled(source, torch.linalg.inv(whole), size) + GREY)
        quads.append(_nearest(_mapped(drawn.quads, forward), size))
        boxes.append(_nearest(_mapped(drawn.unclear, forward), size))
    return toned(torch.cat(pictures), chance), truth(torch.cat(quads), torch.cat(boxes), size)


def four_in_one(pictures: Tensor, truths: Truth) -> tuple[Tensor, Truth]:
    """(4n, 3, h, w) as (n, 3, 2h, 2w): four parts share a picture, 4 px of grey between them."""
    n, (high, wide) = len(pictures) // 4, pictures.shape[2:]
    framed = pictures.clone()
    framed[:, :, -4:], framed[:, :, :, -4:] = GREY, GREY
    grid = framed.reshape(n, 2, 2, 3, high, wide).permute(0, 3, 1, 4, 2, 5)
    canvas = grid.reshape(n, 3, 2 * high, 2 * wide)
    number = torch.arange(4 * n, device=pictures.device) % 4
    shift = torch.stack([(number % 2) * wide, (number // 2) * high], -1).float()
    boxes = truths.unclear + shift.repeat(1, 2)[:, None]
    quads = truths.quads + shift[:, None, None]
    return canvas, Truth(
        quads.reshape(n, -1, 4, 2), truths.there.reshape(n, -1), boxes.reshape(n, -1, 4)
    )


def truth(quads: Tensor, unclear: Tensor, size: tuple[int, int]) -> Truth:
    """What can be found of plates (n, m, 4, 2), px, in pictures of (height, width) px."""
    known = torch.isfinite(quads).all(-1).all(-1)
    quads = torch.where(known[:, :, None, None], quads, torch.zeros_like(quads))
    # A plate upside down is one all the same: its first corner is the one on the left.
    over = quads[:, :, 1, 0] < quads[:, :, 0, 0]
    quads = torch.where(over[:, :, None, None], quads.roll(2, 2), quads)
    low, high = quads.amin(2), quads.amax(2)
    limit = torch.tensor([size[1], size[0]], device=quads.device, dtype=quads.dtype)
    zero = torch.zeros_like(limit)
    seen = (torch.minimum(high, limit) - torch.maximum(low, zero)).clamp(min=0).prod(-1)
    share = seen / (high - low).prod(-1).clamp(min=1e-3)
    length = (quads[:, :, 1] - quads[:, :, 0]).norm(dim=-1)
    height = (quads[:, :, 3] - quads[:, :, 0]).norm(dim=-1)
    centre = quads.mean(2)
    inside = ((centre > zero) & (centre < limit)).all(-1)
    large = (torch.maximum(length, height) >= _LEAST[0]) & (
        torch.minimum(length, height) >= _LEAST[1]
    )
    there = known & inside & large & (share >= _VISIBLE)
    boxes = torch.cat([low, high], -1)
    far = torch.full_like(boxes, -1e4)
    lost = torch.where((known & ~there)[:, :, None], boxes, far)
    given = torch.cat([unclear.amin(2), unclear.amax(2)], -1)
    given = torch.where(torch.isfinite(given), given, torch.full_like(given, -1e4))
    return Truth(quads, there, torch.cat([lost, given], 1))


def toned(pictures: Tensor, chance: torch.Generator) -> Tensor:
    """Pictures (n, 3, h, w), 0 to 1, in other light, less sharp, with noise."""
    n, device = len(pictures), pictures.device

    def some(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand((n, *shape), generator=chance, device=device)

    def which(share: float) -> Tensor:
        return torch.rand((n, 1, 1, 1), generator=chance, device=device) < share

    none = torch.zeros((n, 1, 1, 1), device=device)
    pictures = torch.where(which(0.5), _blurred(pictures, some), pictures)
    grey = pictures.mean(1, keepdim=True)
    colour = torch.where(which(0.12), none, some(0.4, 1.3, 1, 1, 1))
    pictures = grey + (pictures - grey) * colour
    pictures = pictures * torch.where(which(0.6), some(0.88, 1.12, 3, 1, 1), none + 1)
    pictures = pictures.clamp(min=1e-4) ** torch.exp(some(-0.5, 0.5, 1, 1, 1))
    contrast, middle = some(0.5, 1.4, 1, 1, 1), some(0.2, 0.7, 1, 1, 1)
    pictures = torch.where(which(0.6), (pictures - middle) * contrast + middle, pictures)
    pictures = pictures + torch.where(which(0.5), some(-0.15, 0.15, 1, 1, 1), none)
    noise = torch.randn(pictures.shape, generator=chance, device=device)
    strength = torch.where(which(0.5), some(0.0, 0.06, 1, 1, 1), none)
    return (pictures + noise * strength).clamp(0, 1)


def _placed(
    drawn: Drawn, size: tuple[int, int], zoom: tuple[float, float], chance: torch.Generator
) -> Tensor:
    """(n, 2, 3): from px of drawn pictures to px of the parts."""
    n, device = len(drawn.quads), drawn.quads.device

    def some(*shape: int) -> Tensor:
        return torch.rand((n, *shape), generator=chance, device=device)

    known = torch.isfinite(drawn.quads).all(-1).all(-1)
    # One plate of each picture is the one that the part is made for.
    pick = (known.float() + 1e-6).multinomial(1, generator=chance)[:, 0]
    plate = drawn.quads[torch.arange(n, device=device), pick]
    has = torch.isfinite(plate).all(-1).all(-1)
    plate = torch.where(has[:, None, None], plate, torch.zeros_like(plate))
    length = (plate[:, 1] - plate[:, 0]).norm(dim=-1)
    low, high = (math.log(limit) for limit in _PLATE_PX)
    wanted = torch.exp(low + (high - low) * some() ** 1.25)
    free = torch.exp(math.log(zoom[0]) + math.log(zoom[1] / zoom[0]) * some())
    scale = torch.where(has, wanted / length.clamp(min=2), free).clamp(*zoom)
    tilt = torch.randn((n,), generator=chance, device=device) * math.radians(5)
    kind = some()
    tilt = torch.where(kind < 0.18, (some() - 0.5) * math.radians(100), tilt)
    tilt = torch.where(kind < 0.05, some() * 2 * math.pi, tilt)
    mirror = torch.where(some() < _MIRRORED, -1.0, 1.0)
    along = torch.exp((some() - 0.5) * 0.3) * scale * mirror
    cos, sin = torch.cos(tilt), torch.sin(tilt)
    linear = torch.stack(
        [torch.stack([cos * along, -sin * scale], -1), torch.stack([sin * along, cos * scale], -1)],
        1,
    )
    frame = torch.tensor([WIDE, HIGH], device=device, dtype=torch.float32)
    out = torch.tensor([size[1], size[0]], device=device, dtype=torch.float32)
    # The plate comes to lie anywhere; of pictures without one the middle part is shown.
    seen = torch.where(has[:, None], plate.mean(1), (0.25 + 0.5 * some(2)) * frame)
    where = torch.where(has[:, None], some(2), 0.25 + 0.5 * some(2)) * out
    shift = where - (linear @ seen[:, :, None])[:, :, 0]
    return torch.cat([linear, shift[:, :, None]], 2)


def _nearest(quads: Tensor, size: tuple[int, int]) -> Tensor:
    """Of quads (n, m, 4, 2), px, the MOST that are nearest to the middle of the picture."""
    middle = torch.tensor([size[1] / 2, size[0] / 2], device=quads.device)
    far = (quads.mean(2) - middle).abs().amax(-1).nan_to_num(nan=math.inf)
    nearest = far.topk(MOST, dim=1, largest=False).indices
    return torch.gather(quads, 1, nearest[:, :, None, None].expand(-1, -1, 4, 2))


def _sampled(source: Tensor, back: Tensor, size: tuple[int, int]) -> Tensor:
    """Parts of pictures; `back` (n, 3, 3) leads from px of the part to px of WIDE x HIGH."""
    device, (high, wide) = source.device, size
    y, x = torch.meshgrid(
        torch.arange(high, device=device) + 0.5,
        torch.arange(wide, device=device) + 0.5,
        indexing="ij",
    )
    points = torch.stack([x, y, torch.ones_like(x)], -1).reshape(-1, 3)
    found = points @ back[:, :2].transpose(1, 2)
    half = torch.tensor([WIDE / 2, HIGH / 2], device=device)
    grid = (found / half - 1).reshape(-1, high, wide, 2)
    return functional.grid_sample(source, grid, align_corners=False)


def _mapped(quads: Tensor, forward: Tensor) -> Tensor:
    """Corners (n, m, 4, 2) after an affine change; still clockwise where it mirrors."""
    moved = torch.einsum("nij,nmkj->nmki", forward[:, :, :2], quads) + forward[:, None, None, :, 2]
    mirrored = torch.linalg.det(forward[:, :, :2]) < 0
    return torch.where(mirrored[:, None, None, None], moved[:, :, [1, 0, 3, 2]], moved)


def _blurred(pictures: Tensor, some: Callable[..., Tensor]) -> Tensor:
    """Out of focus, or moved: each picture with a kernel of its own, 7x7."""
    n, device = len(pictures), pictures.device
    axis = torch.arange(7, device=device) - 3.0
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    turn = some(0, math.pi)
    long = some(0.3, 2.2)
    short = torch.minimum(long, some(0.3, 2.2))
    u = x * torch.cos(turn)[:, None, None] + y * torch.sin(turn)[:, None, None]
    v = -x * torch.sin(turn)[:, None, None] + y * torch.cos(turn)[:, None, None]
    kernel = torch.exp(-0.5 * ((u / long[:, None, None]) ** 2 + (v / short[:, None, None]) ** 2))
    kernel = kernel / kernel.sum((1, 2), keepdim=True)
    high, wide = pictures.shape[2:]
    flat = functional.pad(pictures, (3, 3, 3, 3), mode="replicate").reshape(
        1, n * 3, high + 6, wide + 6
    )
    return functional.conv2d(flat, kernel.repeat_interleave(3, 0)[:, None], groups=n * 3).reshape(
        n, 3, high, wide
    )
