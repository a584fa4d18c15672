"""One colour over all that was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.protect.operators.cells import (
    Grid,
    Patch,
    Plane,
    box_patch,
    ellipse_patch,
    merged,
    paint,
    with_margin,
)
from passante.protect.operators.colour import samples
from passante.protect.rules import Fill, Shape


def render(planes: Sequence[Plane], form: VideoFormat, boxes: Sequence[Box], rule: Fill) -> None:
    """Write the colour of `rule` over every box, in place.

    Args:
        planes: A copy of the picture's planes; shapes by `form.plane_shape`.
        form: What the planes are.
        boxes: px of the coded frame; may lie partly or wholly outside.
        rule: Shape, margin and colour.
    """
    grid = Grid.of(form)
    colour = samples(rule.colour, form)
    patches = [patch for box in boxes if (patch := covered(box, grid, rule))]
    for patch in merged(patches):
        paint(planes, form, grid, patch, colour)


def covered(box: Box, grid: Grid, rule: Fill) -> Patch | None:
    """What a fill of one box takes, or None where the box lies outside the picture."""
    grown = with_margin(box, rule.margin)
    match rule.shape:
        case Shape.ELLIPSE:
            return ellipse_patch(grown, grid)
        case Shape.BOX:
            return box_patch(grown, grid)
        case _:
            assert_never(rule.shape)
