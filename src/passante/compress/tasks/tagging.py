"""The tagger of sounds: judged by what people have said is in a sound, and what is told of it.

Whether its likeliest class is the parent's is counted, too, but decides nothing where sounds have
labels: of 12 in 100 windows the two likeliest classes are nearly the same, and none is more right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from passante.analyse.kinds import KINDS, StreetSounds
from passante.analyse.limits import limits_for
from passante.analyse.logmel import FRAMES, HOP, WINDOW, log_mel, patches
from passante.analyse.tagger import Yamnet
from passante.compress.data import Form, Item
from passante.compress.tasks.outcome import Quality, Runner, Share, What
from passante.core.names import EventKind
from passante.evaluate.halves import KIND_OF
from passante.evaluate.rates import Rate
from passante.evaluate.trials import listened, told
from passante.models import store
from passante.models.catalogue import DEFAULTS
from passante.models.session import OnnxSession

_HOP = 48
"""Frames from one patch to the next."""
_SHORTEST = (FRAMES - 1) * HOP + WINDOW

CLASSES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "gunshot": (421, 422, 423, 424, 425, 426, 427),
        "explosion": (420, 429, 430),
        "siren": (316, 317, 318, 319, 390, 391),
        "alarm_clock": (382, 387, 388, 389, 392, 393, 394),
        "glass_break": (435, 436, 437),
        "car_horn": (302, 303, 304, 312),
        "baby_cry": (19, 20),
        "dog_bark": (69, 70, 71, 72, 73, 74, 75),
        "chainsaw": (340, 341),
        "helicopter": (329, 330, 333),
        "fire_crackling": (292, 293),
        "rain": (283, 284, 285, 286),
        "sea_waves": (282, 287, 288, 289, 290, 291, 294, 295),
        "thunder": (280, 281),
        "rooster": (93, 94, 95, 96, 97),
        "sneeze": (44, 42, 43),
        "coughing": (42, 43, 44),
        "applause": (61, 62, 63, 64, 65),
        "typing": (377, 378, 379, 380, 381),
        "clock_tick": (400, 401, 402, 403),
    }
)
"""Label of a clip -> numbers of the classes of AudioSet that say the same, as YAMNet counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What a tagger heard in one sound."""

    scores: NDArray[np.float32]
    """(patches, 521), 0 to 1."""
    label: str
    told: frozenset[EventKind] = frozenset()
    """The kinds that the product would tell, were it alone in a stream."""


@dataclass(frozen=True, slots=True)
class Tagging:
    """A tagger of sounds of 0.96 s."""

    form: Form = field(default=Form.SOUNDS, init=False)
    protective: bool = field(default=False, init=False)

    def ask(self, network: Runner, item: Item) -> Heard:
        """What the product's own tagger hears in a sound with this network."""
        assert item.sound is not None
        missing = max(0, _SHORTEST - item.sound.size)
        frames = log_mel(np.pad(item.sound, (0, missing)))
        tagger = Yamnet(network)
        scores = tagger.look(patches(frames, _HOP)).scores
        if not item.label:
            return Heard(scores, item.label)
        head = OnnxSession(store.find(DEFAULTS["find.incident"]))
        scored = listened(item.sound, StreetSounds(tagger, head))
        found = told(scored, KINDS, limits_for(head.card.sha256))
        return Heard(scores, item.label, frozenset(one.heard.kind for one in found))

    def judge(
        self, items: Iterable[Item], parent: Sequence[Heard], given: Sequence[Heard]
    ) -> Quality:
        """How often the likeliest class is the parent's; how often the label's; what is told."""
        same = [
            bool(a == b)
            for old, new in zip(parent, given, strict=True)
            for a, b in zip(old.scores.argmax(axis=1), new.scores.argmax(axis=1), strict=True)
        ]
        shares = [Share(What.AGREEMENT, "all", _rate(same), Rate.of(len(same), len(same)))]
        labelled = [at for at, heard in enumerate(parent) if heard.label in CLASSES]
        if labelled:
            right, before = (
                [_names(heard[at]) == heard[at].label for at in labelled]
                for heard in (given, parent)
            )
            shares.append(Share.beside(What.ACCURACY, right, before))
        ours = [at for at, heard in enumerate(parent) if heard.label in KIND_OF]
        if ours:
            now, then = (
                [KIND_OF[heard[at].label] in heard[at].told for at in ours]
                for heard in (given, parent)
            )
            shares.append(Share.beside(What.TOLD, now, then))
        known = [at for at, heard in enumerate(parent) if heard.label]
        if known:
            now, then = (
                [heard[at].told <= {KIND_OF.get(heard[at].label)} for at in known]
                for heard in (given, parent)
            )
            shares.append(Share.beside(What.CLEAN, now, then))
        return Quality(tuple(shares), 0.0, len(given))


def _names(heard: Heard) -> str:
    """Which of the labels a sound has, by the highest score of its classes at any time."""
    loudest = heard.scores.max(axis=0)
    return max(CLASSES, key=lambda label: float(loudest[list(CLASSES[label])].max()))


def _rate(hits: Sequence[bool]) -> Rate:
    return Rate.of(sum(hits), len(hits))
