"""The operators: what is done to what was found. One a file, pure, on bare arrays.

The table below is all there is. It cannot be added to from outside: the line is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from passante.protect.rules import OperatorName


@dataclass(frozen=True, slots=True)
class Operator:
    """What there is to know about an operator."""

    name: OperatorName
    version: int
    """Grows when its output changes."""
    does: str
    leaks: str
    """What of the hidden thing can still be told from its output, in plain words."""
    non_interfering: bool
    """Whether its output is the same whatever stood where it drew."""

    @property
    def ref(self) -> str:
        """Its name with version, e.g. "fill@1"."""
        return f"{self.name}@{self.version}"


_ALL = (
    Operator(
        OperatorName.FILL,
        1,
        "One colour over all that was found, as an ellipse through the corners of its box or as "
        "the box.",
        "Where it is, how large it is and how it moves.",
        non_interfering=True,
    ),
    Operator(
        OperatorName.SILHOUETTE,
        1,
        "A plain figure on a plain ground in place of a person; the same figure for everybody.",
        "Where a person is, how large the box around them is and how it moves: standing or lying, "
        "roughly how tall, and to a patient watcher something of the rhythm of walking.",
        non_interfering=True,
    ),
    Operator(
        OperatorName.PIXELATE,
        1,
        "At most 8 by 8 blocks over a head, each the mean of what it covers.",
        "Colour of skin, hair and hat, glasses, where the head looks, and to whoever knows the "
        "method who it is: of 100 pictures of 36 people in 8 by 8 blocks an attacker who puts "
        "photographs through the same blocks named 57, one who trained on such blocks 81; guessing "
        "gives 3. One who knows nothing of the method named 14. Many frames tell more than one.",
        non_interfering=False,
    ),
    Operator(
        OperatorName.SCENE,
        1,
        "The empty background of a fixed camera in place of what was found; a fill while that is "
        "not known.",
        "Shadows and reflections outside the box, the edge of the box where light has changed "
        "since the background was seen, and whoever stood still for so long that they were taken "
        "for background.",
        non_interfering=True,
    ),
    Operator(
        OperatorName.SOUNDSCAPE,
        2,
        "Speech gives way to the place: what was heard there shortly before goes on, or fresh "
        "noise of its level and colour; sounds beside the voices stay.",
        "When somebody speaks, in steps of a quarter of a second; where another sound is about as "
        "loud as the speech, faint traces of the voice beneath that sound; and speech that was "
        "not noticed may be heard again in pieces of a fifth of a second.",
        non_interfering=False,
    ),
    Operator(
        OperatorName.REVOICE,
        1,
        "Words stay, said by one voice that is the same for everybody; sounds beside the voices "
        "stay. English only: of other languages the nearest English phones are left.",
        "What is said, with a legal basis in words on every receipt, and so whoever tells their "
        "name; how fast and with which pauses; and some of an accent. What it leaks of who speaks "
        "stands in docs/voice.md.",
        non_interfering=False,
    ),
    Operator(OperatorName.SILENCE, 1, "No sound at all.", "Nothing.", non_interfering=True),
    Operator(
        OperatorName.REVEAL,
        1,
        "Shown on purpose, with a legal basis in words on every receipt.",
        "Everything.",
        non_interfering=False,
    ),
)
OPERATORS: Mapping[OperatorName, Operator] = MappingProxyType({op.name: op for op in _ALL})
