"""What a policy may say about one sensitive kind: an operator and its parameters."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from passante.core.names import Sensitive


class OperatorName(StrEnum):
    """Every operator there is. There is no plug-in point: the line is ours."""

    FILL = "fill"
    SILHOUETTE = "silhouette"
    PIXELATE = "pixelate"
    SCENE = "scene"
    SOUNDSCAPE = "soundscape"
    REVOICE = "revoice"
    SILENCE = "silence"
    REVEAL = "reveal"


class Shape(StrEnum):
    """What a fill looks like. Both hide every pixel that the found box touches."""

    ELLIPSE = "ellipse"
    """Through the corners of the box: about 1.6 times its area."""
    BOX = "box"
    """The box itself."""


MARGIN_MAX = 2.0
BLOCKS_MAX = 8
"""Blocks across a head. More of them let even a face matcher that knows nothing of the method name
people; whoever knows it names most of them at 8 and at 6 as well."""


def _check_margin(margin: float) -> None:
    if not (math.isfinite(margin) and 0 <= margin <= MARGIN_MAX):
        raise ValueError(f'"margin" must be 0 to {MARGIN_MAX:g}, not {margin:g}')


def _check_colour(colour: str) -> None:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise ValueError(f'a colour looks like "#5f5f5f", not "{colour}"')


@dataclass(frozen=True, slots=True)
class Fill:
    """One colour over all that was found."""

    operator: ClassVar[OperatorName] = OperatorName.FILL
    shape: Shape = Shape.ELLIPSE
    margin: float = 0.1
    """Added on each side, as a share of the box's width or height."""
    colour: str = "#5f5f5f"
    """sRGB, "#rrggbb"."""

    def __post_init__(self) -> None:
        _check_margin(self.margin)
        _check_colour(self.colour)


@dataclass(frozen=True, slots=True)
class Silhouette:
    """A plain figure on a plain ground in place of a person."""

    operator: ClassVar[OperatorName] = OperatorName.SILHOUETTE
    margin: float = 0.05
    """Added on each side, as a share of the box's width or height."""
    colour: str = "#9a9a9a"
    """Of the figure; sRGB, "#rrggbb"."""
    ground: str = "#5f5f5f"
    """Of the rest of the box; sRGB, "#rrggbb"."""

    def __post_init__(self) -> None:
        _check_margin(self.margin)
        _check_colour(self.colour)
        _check_colour(self.ground)


@dataclass(frozen=True, slots=True)
class Pixelate:
    """Few large blocks, each the mean of what it covers. Weaker than a fill: a mean still tells."""

    operator: ClassVar[OperatorName] = OperatorName.PIXELATE
    margin: float = 0.1
    """Added on each side, as a share of the box's width or height."""
    blocks: int = 6
    """At most so many blocks across and so many down, however large the head is."""

    def __post_init__(self) -> None:
        _check_margin(self.margin)
        if not 1 <= self.blocks <= BLOCKS_MAX:
            raise ValueError(f'"blocks" must be 1 to {BLOCKS_MAX}, not {self.blocks}')


@dataclass(frozen=True, slots=True)
class Scene:
    """The empty background of a fixed camera; a fill while that is not known."""

    operator: ClassVar[OperatorName] = OperatorName.SCENE
    margin: float = 0.1
    """Added on each side, as a share of the box's width or height."""
    colour: str = "#5f5f5f"
    """Of the fill while the background is not known; sRGB, "#rrggbb"."""

    def __post_init__(self) -> None:
        _check_margin(self.margin)
        _check_colour(self.colour)


@dataclass(frozen=True, slots=True)
class Soundscape:
    """Speech is remade without content and identity; other sounds stay."""

    operator: ClassVar[OperatorName] = OperatorName.SOUNDSCAPE
    low_delay: bool = False
    """Without look-ahead, for live streams that cannot wait 0.6 s: the first 30 to 60 ms of a word
    after silence pass, and other sounds within speech are gone."""


@dataclass(frozen=True, slots=True)
class Revoice:
    """Words stay, said by one voice that is the same for everybody; other sounds stay."""

    operator: ClassVar[OperatorName] = OperatorName.REVOICE
    basis: str
    """Why words may be kept, in words; written on every receipt."""

    def __post_init__(self) -> None:
        if not self.basis.strip():
            raise ValueError('"basis" must say in words why what is said may be kept')


@dataclass(frozen=True, slots=True)
class Silence:
    """No sound at all."""

    operator: ClassVar[OperatorName] = OperatorName.SILENCE


@dataclass(frozen=True, slots=True)
class Reveal:
    """Shown on purpose."""

    operator: ClassVar[OperatorName] = OperatorName.REVEAL
    basis: str
    """Why that is allowed, in words; written on every receipt."""

    def __post_init__(self) -> None:
        if not self.basis.strip():
            raise ValueError('"basis" must say in words why this may be shown')


PictureRule = Fill | Silhouette | Pixelate | Scene | Reveal
SoundRule = Soundscape | Revoice | Silence
Rule = PictureRule | SoundRule

ALLOWED: dict[Sensitive, frozenset[OperatorName]] = {
    Sensitive.HEAD: frozenset(
        {OperatorName.FILL, OperatorName.PIXELATE, OperatorName.SCENE, OperatorName.REVEAL}
    ),
    Sensitive.PLATE: frozenset({OperatorName.FILL, OperatorName.SCENE, OperatorName.REVEAL}),
    Sensitive.PERSON: frozenset(
        {OperatorName.FILL, OperatorName.SILHOUETTE, OperatorName.SCENE, OperatorName.REVEAL}
    ),
    Sensitive.SPEECH: frozenset(
        {OperatorName.SOUNDSCAPE, OperatorName.REVOICE, OperatorName.SILENCE}
    ),
}
"""Which operators a kind may have. Blocks on plates or bodies leave characters and clothes to
read, and sound as captured never leaves: neither is offered."""
