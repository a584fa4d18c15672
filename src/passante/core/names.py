"""Closed vocabularies. A new word here makes every `match` that forgets it fail the type check."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

StreamId = NewType("StreamId", str)
"""Names one stream of one source, e.g. "video", "audio-1". Holds no address and no credential."""


class Kind(StrEnum):
    """What a finder can find in a picture."""

    FACE = "face"
    HEAD = "head"
    PERSON = "person"
    VEHICLE = "vehicle"
    PLATE = "plate"


class Sensitive(StrEnum):
    """What a policy decides about; every policy has an answer for each."""

    HEAD = "head"
    """Faces and heads, seen from any side."""
    PLATE = "plate"
    """Number plates."""
    PERSON = "person"
    """Whole people: body, clothing, gait."""
    SPEECH = "speech"
    """Who speaks and what is said."""


class Cause(StrEnum):
    """Why a region is covered on a frame."""

    DETECTION = "detection"
    """A finder saw it on this very frame."""
    TRACKING = "tracking"
    """Carried on between or after detections."""
    LOOK_AHEAD = "look_ahead"
    """Walked back from a later first detection."""
    PRIOR = "prior"
    """Follows from something else: a person has a head."""


class Loss(StrEnum):
    """Why an item that was read was not written."""

    UNANALYSED = "unanalysed"
    """A finder that the policy needs failed on it."""
    UNPROTECTED = "unprotected"
    """An operator failed on it."""
    LATE = "late"
    """A live queue was full."""
