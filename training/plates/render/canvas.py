"""The picture in the making: colours by day, how much light each pixel gets, whose plate it is."""

from __future__ import annotations

import cv2
import numpy as np

from training.plates.render.dice import Colour, Floats, Mask, Picture

NOBODY = 0


class Canvas:
    """Painted from far to near.

    colours: uint8 (height, width, 3), RGB, as under an even light. light: float32 (height, width),
    what each pixel is multiplied with. owner: uint8 (height, width), the plate seen there.
    """

    def __init__(self, background: Picture, ambient: float) -> None:
        self.colours = np.ascontiguousarray(background)
        self.ambient = ambient
        self.light = np.full(background.shape[:2], ambient, np.float32)
        self.owner = np.zeros(background.shape[:2], np.uint8)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.colours.shape[1], self.colours.shape[0]

    def paste(
        self,
        picture: Picture,
        alpha: Mask,
        source: Floats,
        target: Floats,
        *,
        light: float | None = None,
        owner: int = NOBODY,
    ) -> None:
        """Lay a texture so that its points `source` (4, 2) come to `target` (4, 2)."""
        picture, alpha, source = _no_finer_than_needed(picture, alpha, source, target)
        high, wide = picture.shape[:2]
        there = cv2.getPerspectiveTransform(source.astype(np.float32), target.astype(np.float32))
        edge = np.asarray([[[0, 0], [wide, 0], [wide, high], [0, high]]], np.float32)
        landed = cv2.perspectiveTransform(edge, there)[0]
        if not np.isfinite(landed).all():
            return
        x0, y0 = np.maximum(np.floor(landed.min(axis=0)).astype(int), 0)
        x1, y1 = np.minimum(np.ceil(landed.max(axis=0)).astype(int) + 1, self.size)
        if x1 <= x0 or y1 <= y0:
            return
        move = np.asarray([[1, 0, -x0], [0, 1, -y0], [0, 0, 1]], np.float64) @ there
        shape = (int(x1 - x0), int(y1 - y0))
        coloured = cv2.warpPerspective(
            picture, move, shape, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        where = cv2.warpPerspective(alpha, move, shape, flags=cv2.INTER_LINEAR)
        self.blend(
            np.asarray(coloured, np.uint8),
            np.asarray(where, np.uint8),
            (int(x0), int(y0)),
            light=light,
            owner=owner,
        )

    def blend(
        self, picture: Picture, alpha: Mask, at: tuple[int, int], *, light: float | None, owner: int
    ) -> None:
        """Blend pixels in at a place that lies inside the canvas."""
        left, top = at
        rows, columns = slice(top, top + alpha.shape[0]), slice(left, left + alpha.shape[1])
        share = alpha.astype(np.float32) * np.float32(1 / 255)
        below = self.colours[rows, columns]
        below[...] = cv2.blendLinear(picture, np.ascontiguousarray(below), share, 1 - share)
        lit = self.light[rows, columns]
        lit += ((self.ambient if light is None else light) - lit) * share
        self.owner[rows, columns][alpha > 127] = owner

    def polygon(self, points: Floats, colour: Colour) -> None:
        """A filled polygon (n, 2) that hides what is below, in the ambient light."""
        fixed = [np.round(np.clip(points, -4000, 4000) * 16).astype(np.int32)]
        cv2.fillPoly(self.colours, fixed, colour, cv2.LINE_AA, 4)
        cv2.fillPoly(self.light, fixed, (self.ambient,), cv2.LINE_8, 4)
        cv2.fillPoly(self.owner, fixed, (NOBODY,), cv2.LINE_8, 4)

    def darken(self, points: Floats, share: float, blur: float) -> None:
        """A soft shadow over a polygon (n, 2)."""
        x, y, wide, high = cv2.boundingRect(np.round(np.clip(points, -2000, 2000)).astype(np.int32))
        pad = int(3 * blur) + 2
        x0, y0 = max(x - pad, 0), max(y - pad, 0)
        x1, y1 = min(x + wide + pad, self.size[0]), min(y + high + pad, self.size[1])
        if x1 <= x0 or y1 <= y0:
            return
        mask = np.zeros((y1 - y0, x1 - x0), np.float32)
        shifted = np.round(np.clip(points, -2000, 2000) - (x0, y0)).astype(np.int32)
        cv2.fillPoly(mask, [shifted], (share,))
        mask = np.asarray(cv2.blur(mask, (2 * int(blur) + 1, 2 * int(blur) + 1)), np.float32)
        below = self.colours[y0:y1, x0:x1]
        kept = 1 - mask
        cv2.multiply(below, cv2.merge((kept, kept, kept)), dst=below, dtype=cv2.CV_8U)


def _no_finer_than_needed(
    picture: Picture, alpha: Mask, source: Floats, target: Floats
) -> tuple[Picture, Mask, Floats]:
    """The texture shrunk, by averaging, to about the size it will have."""
    across = max(
        float(np.linalg.norm(target[1] - target[0])), float(np.linalg.norm(target[2] - target[3]))
    )
    down = max(
        float(np.linalg.norm(target[3] - target[0])), float(np.linalg.norm(target[2] - target[1]))
    )
    reach = source.max(axis=0) - source.min(axis=0)
    x = min(1.0, 1.25 * across / max(float(reach[0]), 1))
    y = min(1.0, 1.25 * down / max(float(reach[1]), 1))
    if min(x, y) > 0.8:
        return picture, alpha, source
    high, wide = picture.shape[:2]
    size = (max(2, round(wide * x)), max(2, round(high * y)))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    thin = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), np.uint8)
    scaled = source * np.asarray((size[0] / wide, size[1] / high), np.float32)
    return small, thin, scaled.astype(np.float32)
