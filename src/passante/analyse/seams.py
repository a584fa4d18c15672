"""Who stands across the seam of two tiles: each of them shows a part."""

from __future__ import annotations

import numpy as np

from passante.core.media import VideoFormat
from passante.inside.observation import Detections
from passante.inside.video import View

_SLIP = 3.0
"""A box that ends so near to an edge of its tile, px of the view, goes on beyond it."""
_TALLEST = 1.3
"""Height of a face, in widths."""


def completed(found: Detections, view: View, form: VideoFormat) -> Detections:
    """Finds of a tile, those at its inner edges made as large as a face may be.

    Another look may show all of the face, but not on this frame. What the edge of the whole frame
    cuts off is not meant: there is no more of that.

    Args:
        found: Faces, px of the frame.
        view: The tile that was looked at.
        form: Format of the frame.
    """
    if not len(found):
        return found
    boxes, area, slip = found.boxes.copy(), view.area, _SLIP / view.scale
    wide, high = (boxes[:, 2:] - boxes[:, :2]).T
    sideways = form.rotation in (90, 270)
    lacks_w = np.maximum(0, (high * _TALLEST if sideways else high) - wide)
    lacks_h = np.maximum(0, (wide if sideways else wide * _TALLEST) - high)
    for edge, lacks, sign, cut in (
        (0, lacks_w, -1, (boxes[:, 0] < area.x0 + slip) & (area.x0 > 0)),
        (1, lacks_h, -1, (boxes[:, 1] < area.y0 + slip) & (area.y0 > 0)),
        (2, lacks_w, 1, (boxes[:, 2] > area.x1 - slip) & (area.x1 < form.width)),
        (3, lacks_h, 1, (boxes[:, 3] > area.y1 - slip) & (area.y1 < form.height)),
    ):
        boxes[:, edge] += np.where(cut, sign * lacks, 0)
    return Detections(boxes, found.scores, found.kinds, found.by)
