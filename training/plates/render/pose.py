"""Where things stand before the camera: metres to pixels.

A vehicle's own axes: x to the right of whoever looks at its facing end, y down, z away from the
looker; the origin lies on the ground under the middle of that end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.plates.render.dice import Floats

NEAREST_M = 0.3


def turn(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """The rotation (3, 3) of three angles in radians: yaw about y, pitch about x, roll about z."""
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (np.cos, np.sin))
    about_y = np.asarray([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.asarray([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.asarray([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(about_z @ about_x @ about_y, np.float64)


@dataclass(frozen=True, slots=True)
class View:
    """A camera's look at one vehicle: focal length and middle in pixels, place in metres."""

    focal_px: float
    middle: tuple[float, float]
    rotation: np.ndarray
    place: np.ndarray

    def project(self, points: Floats | np.ndarray) -> Floats:
        """Points (n, 3) of the vehicle as pixels (n, 2)."""
        seen = np.asarray(points, np.float64) @ self.rotation.T + self.place
        depth = np.maximum(seen[:, 2:], NEAREST_M)
        placed = seen[:, :2] / depth * self.focal_px + np.asarray(self.middle)
        return np.asarray(placed, np.float32)

    def depth(self, point: tuple[float, float, float]) -> float:
        """How far away a point of the vehicle is, in metres along the axis of the camera."""
        return float((self.rotation @ np.asarray(point) + self.place)[2])

    def faces(self, normal: tuple[float, float, float], point: tuple[float, float, float]) -> bool:
        """Whether a surface at a point is turned towards the camera."""
        seen = self.rotation @ np.asarray(point, np.float64) + self.place
        return float(seen @ (self.rotation @ np.asarray(normal, np.float64))) < 0


def looking_at(
    *,
    target: tuple[float, float, float],
    pixel: tuple[float, float],
    depth_m: float,
    focal_px: float,
    middle: tuple[float, float],
    rotation: np.ndarray,
) -> View:
    """The view in which a point of the vehicle is seen at a pixel, that far away."""
    ray = np.asarray([(pixel[0] - middle[0]) / focal_px, (pixel[1] - middle[1]) / focal_px, 1.0])
    place = ray * depth_m - rotation @ np.asarray(target, np.float64)
    return View(focal_px, middle, rotation, place)
