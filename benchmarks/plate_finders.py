"""A cascade to compare our finder of plates with, and networks that are not shipped yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.inside.video import View


class HaarFinder:
    """OpenCV's cascade for Russian plates."""

    kinds = frozenset({Kind.PLATE})
    model = "haarcascade_russian_plate_number"

    def __init__(self) -> None:
        """Load it from the package of OpenCV."""
        folder = Path(cv2.__file__).parent / "data"
        self._cascade = cv2.CascadeClassifier(str(folder / f"{self.model}.xml"))

    def look(self, view: View) -> Detections:
        """Everything it takes for a plate."""
        grey = cv2.cvtColor(view.pixels, cv2.COLOR_RGB2GRAY)
        found = [(x, y, x + w, y + h) for x, y, w, h in self._cascade.detectMultiScale(grey)]
        boxes = view.to_frame(np.array(found, np.float32).reshape(-1, 4))
        scores = np.ones(len(found), np.float32)
        return Detections(boxes, scores, (Kind.PLATE,) * len(found), self.model)


class Loose:
    """A network of a file that has no card yet."""

    def __init__(self, path: Path) -> None:
        """Open it."""
        self.ref = path.name
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.enable_mem_pattern = False
        self._session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    # Any: whatever the network takes and gives.
    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """Its outputs."""
        names = [given.name for given in self._session.get_inputs()]
        return tuple(self._session.run(None, dict(zip(names, arrays, strict=True))))
