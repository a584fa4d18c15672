"""The line, for pictures: what was found in them is hidden as the policy says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import assert_never

import numpy as np

from passante.core.errors import ProtectError
from passante.core.geometry import Box
from passante.core.names import Kind, Sensitive
from passante.inside.observation import Region
from passante.inside.video import AnalysedFrame, Plane, RawFrame
from passante.outside._mint import MINT
from passante.outside.media import ProtectedFrame
from passante.outside.receipt import Receipt
from passante.protect.operators import fill, pixelate, scene, silhouette
from passante.protect.policy import PICTURE, Policy
from passante.protect.rules import (
    Fill,
    OperatorName,
    Pixelate,
    Reveal,
    Revoice,
    Scene,
    Silence,
    Silhouette,
    Soundscape,
)

_ORDER = (
    OperatorName.SCENE,
    OperatorName.PIXELATE,
    OperatorName.FILL,
    OperatorName.SILHOUETTE,
)
"""Where regions overlap, the later operator stands. The background comes first: a parked car's
plate that is part of it is still hidden by the plate's own rule. Blocks come before fills."""


class ProtectVideo:
    """Stage: pictures in which everything was looked for become pictures that may leave.

    A picture in which nothing is to be hidden keeps its planes without a copy; any other gets one
    copy of them, in one piece of memory, plane after plane.

    Args:
        policy: What is hidden and how.
        models: References of the networks behind the regions, for the receipts.
    """

    def __init__(self, policy: Policy, models: Iterable[str] = ()) -> None:
        self._policy = policy
        self._needed = policy.kinds_needed
        self._bare = policy.receipt(PICTURE, models)
        self._receipts: dict[int, Receipt] = {0: self._bare}

    @property
    def delay_ns(self) -> int:
        """Nothing is held back."""
        return 0

    def push(self, item: AnalysedFrame, /) -> tuple[ProtectedFrame]:
        """The picture, protected.

        Raises:
            ProtectError: A finder that the policy needs has not looked, or an operator failed.
        """
        missing = self._needed - item.looked
        if missing:
            raise ProtectError(
                f"nothing has looked for: {', '.join(sorted(missing))}",
                hint="the policy needs a finder for each",
            )
        try:
            return (self._protect(item),)
        except Exception as error:
            # Whatever went wrong, the picture is not protected. Its own words may hold content.
            raise ProtectError(
                f"a picture could not be protected: {type(error).__name__}"
            ) from error

    def flush(self) -> tuple[()]:
        """Nothing was held back."""
        return ()

    def _protect(self, item: AnalysedFrame) -> ProtectedFrame:
        raw = item.raw
        hidden = self._hidden(item.regions)
        planes = raw.planes
        if hidden:
            planes = _copy(raw)
            for kind in sorted(hidden, key=self._rank):
                self._render(planes, item, kind, hidden[kind])
        return ProtectedFrame(
            stream=raw.stream,
            seq=raw.seq,
            pts=raw.pts,
            time_base=raw.time_base,
            format=raw.format,
            planes=planes,
            receipt=self._receipt(sum(len(boxes) for boxes in hidden.values())),
            mint=MINT,
        )

    def _hidden(self, regions: Iterable[Region]) -> dict[Sensitive, list[Box]]:
        """The boxes of everything that is to be hidden, by what the policy calls it."""
        hidden: dict[Sensitive, list[Box]] = {}
        for region in regions:
            kind = hidden_as(region.kind, self._policy)
            if kind is not None:
                hidden.setdefault(kind, []).append(region.box)
        return hidden

    def _rank(self, kind: Sensitive) -> int:
        operator = self._policy.rule(kind).operator
        return _ORDER.index(operator) if operator in _ORDER else len(_ORDER)

    def _render(
        self, planes: Sequence[Plane], item: AnalysedFrame, kind: Sensitive, boxes: Sequence[Box]
    ) -> None:
        form = item.raw.format
        rule = self._policy.rule(kind)
        match rule:
            case Fill():
                fill.render(planes, form, boxes, rule)
            case Silhouette():
                silhouette.render(planes, form, boxes, rule)
            case Pixelate():
                pixelate.render(planes, form, boxes, rule)
            case Scene():
                scene.render(planes, form, boxes, rule, item.scene)
            case Reveal() | Soundscape() | Revoice() | Silence():
                raise ValueError(f"{rule.operator} hides nothing in a picture")
            case _:
                assert_never(rule)

    def _receipt(self, regions: int) -> Receipt:
        """The receipt of a picture with so many regions; equal ones are one object."""
        found = self._receipts.get(regions)
        if found is None:
            found = self._receipts[regions] = replace(self._bare, regions=regions)
        return found


def hidden_as(kind: Kind, policy: Policy) -> Sensitive | None:
    """What a policy hides something as that a finder found, or None where it stays visible."""
    found = sensitive(kind)
    return None if found is None or isinstance(policy.rule(found), Reveal) else found


def sensitive(kind: Kind) -> Sensitive | None:
    """What a policy calls something that a finder finds, or None where it is not personal."""
    match kind:
        case Kind.FACE | Kind.HEAD:
            return Sensitive.HEAD
        case Kind.PLATE:
            return Sensitive.PLATE
        case Kind.PERSON:
            return Sensitive.PERSON
        case Kind.VEHICLE:
            return None
        case _:
            assert_never(kind)


def _copy(raw: RawFrame) -> tuple[Plane, ...]:
    """The planes of a picture, writable, one after another in one piece of memory.

    An encoder can take even-sized 4:2:0 planes that lie so without another copy.
    """
    size, columns = sum(plane.size for plane in raw.planes), raw.format.width
    # (height * 3 / 2, width) for even-sized 4:2:0, which is the shape encoders ask for.
    shape = (size // columns, columns) if size % columns == 0 else (size,)
    flat = np.empty(shape, raw.planes[0].dtype).reshape(-1)
    copies: list[Plane] = []
    start = 0
    for plane in raw.planes:
        view = flat[start : start + plane.size].reshape(plane.shape)
        np.copyto(view, plane)
        copies.append(view)
        start += plane.size
    return tuple(copies)
