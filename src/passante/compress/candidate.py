"""One smaller network, and what was done to get it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from passante.compress.cost import Fusion
from passante.models.convert.recipe import Recipe


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One network that could take its parent's place."""

    name: str
    """Words with hyphens."""
    made_by: str
    """What was done to the parent, for people."""
    data: bytes = field(repr=False)
    """ONNX."""
    size: tuple[int, int] | None
    """Width and height at which pictures are looked at, px; None where that does not apply."""
    mmac: float
    """Multiply-accumulates of one run, 10^6."""
    parameters: int
    fusion: Fusion
    drift_db: float
    """Signal over error of its outputs beside the parent's, dB."""
    is_parent: bool = False
    """It computes what the parent does, in floating point."""
    student: bool = False
    """It was taught for one camera, and is asked as students are."""
    kept_float: tuple[str, ...] = ()
    """Layers left in floating point on purpose."""
    recipe: Recipe | None = field(default=None, repr=False)
    """How it is made again from its parent; None where numbers alone do not make it."""

    @property
    def sha256(self) -> str:
        """Of its file, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def size_mb(self) -> float:
        """Of its file."""
        return len(self.data) / 1e6

    @property
    def whole(self) -> bool:
        """Whether most of it is in integers."""
        return self.fusion.share > 0.5
