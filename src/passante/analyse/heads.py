"""Where the head of a person must be, from the person's box: seen or not, it gets covered."""

from __future__ import annotations

from collections.abc import Iterable

from passante.core.geometry import Box

_SHALLOWEST = 0.25
"""Depth below the top of the box, in its heights: someone who stands, arms down."""
_DEPTHS = (0.75, 1.0)
"""Depth in widths of the box: of narrow and of wide boxes."""
_NARROW, _WIDE = 0.4, 0.8
"""Width over height of someone who walks, and of someone who sits or is cut off at the waist. The
wider the box, the nearer it is to showing little else than head and shoulders."""
_ABOVE = 0.2
"""What hair, hats and a loose box need above the top, in widths."""
_BESIDE = 0.05
"""And on either side."""
_FACE_ACROSS, _FACE_UP, _FACE_DOWN = 0.35, 0.5, 0.2
"""What a head has around its face, in widths and heights of the face."""


_FACE_LEAST, _FACE_MOST = 0.15, 1.2
"""Height of a face in depths of where the head lies: further off or nearer, it is somebody else's.
Arms that are stretched out make the box wide, so that a face looks small for it."""
_ASIDE = 0.15
"""So much more is asked for of a face at the edge of a box: people behind are seen there."""


_LOWEST = 0.65
"""In depths from the top: below are hands and knees that look like faces."""


def may_wear(person: Box, face: Box) -> bool:
    """Whether a face has the size and the height that this person's would have.

    Args:
        person: Box of the person, px of an upright picture.
        face: Box of the face, px.
    """
    depth = _depth(person)
    aside = abs(face.centre[0] - person.centre[0]) / max(person.width / 2, 1e-3)
    sized = (_FACE_LEAST + _ASIDE * aside) * depth <= face.height <= _FACE_MOST * depth
    return sized and face.centre[1] <= person.y0 + _LOWEST * depth


_TIGHT = 0.8
"""Where a head must lie is drawn generously: a face nearer to the edge is another's."""


def head_of(person: Box, faces: Iterable[Box] = ()) -> Box:
    """The area in which the head of a person lies: wide where only the person is known.

    It fits people who stand, walk, sit or are cut off by the picture's lower edge; not those who
    lie, bend down or are seen from straight above.

    Args:
        person: Box of the person, px of an upright picture.
        faces: Faces found in the same picture, px. One that is where this person's face would be
            makes the area exact; the others play no part.
    """
    own = [face for face in faces if _may_own(person, face)]
    if own:
        # The highest: below it may be the face of somebody who stands in front.
        face = min(own, key=lambda found: found.y0)
        return Box(
            face.x0 - _FACE_ACROSS * face.width,
            face.y0 - _FACE_UP * face.height,
            face.x1 + _FACE_ACROSS * face.width,
            face.y1 + _FACE_DOWN * face.height,
        )
    return Box(
        person.x0 - _BESIDE * person.width,
        person.y0 - _ABOVE * person.width,
        person.x1 + _BESIDE * person.width,
        person.y0 + _depth(person),
    )


def likely_head(person: Box) -> tuple[Box, ...]:
    """Where a finder may take a face for that person's own, px of the upright picture."""
    return (head_of(person).scaled(_TIGHT),)


def _depth(person: Box) -> float:
    """How far below the top of the person's box the head may reach, px."""
    if person.area == 0:
        return person.height
    aspect = person.width / person.height
    least, most = _DEPTHS
    between = min(1.0, max(0.0, (aspect - _NARROW) / (_WIDE - _NARROW)))
    widths = least + between * (most - least)
    return min(person.height, max(_SHALLOWEST * person.height, widths * person.width))


def _may_own(person: Box, face: Box) -> bool:
    """Whether a face is where the face of that person would be."""
    x, y = face.centre
    in_middle = abs(x - person.centre[0]) <= 0.4 * person.width
    # Half of what a head may need at most is more than where its middle ever is.
    return in_middle and person.y0 - 0.1 * person.width <= y <= person.y0 + 0.5 * _depth(person)
