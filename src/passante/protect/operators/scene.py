"""The empty background of a fixed camera in place of what was found."""

from __future__ import annotations

from collections.abc import Sequence

from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.protect.operators import fill
from passante.protect.operators.cells import Grid, Plane, box_patch, paint, with_margin
from passante.protect.rules import Fill, Scene, Shape


def render(
    planes: Sequence[Plane],
    form: VideoFormat,
    boxes: Sequence[Box],
    rule: Scene,
    scene: Sequence[Plane] | None,
) -> None:
    """Write the background over every box, in place; a fill where it is not known.

    Args:
        planes: A copy of the picture's planes; shapes by `form.plane_shape`.
        form: What the planes are.
        boxes: px of the coded frame; may lie partly or wholly outside.
        rule: Margin, and colour while the background is not known.
        scene: Planes of the empty background, shaped like `planes`, or None.

    Raises:
        ValueError: The background has another shape or depth than the picture.
    """
    if scene is None:
        fill.render(planes, form, boxes, Fill(Shape.BOX, rule.margin, rule.colour))
        return
    for plane, empty in zip(planes, scene, strict=True):
        if plane.shape != empty.shape or plane.dtype != empty.dtype:
            raise ValueError("the background is of another format than the picture")
    grid = Grid.of(form)
    for box in boxes:
        patch = box_patch(with_margin(box, rule.margin), grid)
        if patch:
            paint(planes, form, grid, patch, scene)
