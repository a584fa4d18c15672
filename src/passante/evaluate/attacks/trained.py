"""Attackers who train a network on the output of a method for other people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import onnx
from numpy.typing import NDArray

from passante.evaluate.attacks.networks import train_embedder, tune_recurrent
from passante.evaluate.attacks.recognise_words import picture
from passante.evaluate.attacks.verifiers import mel_energies
from passante.evaluate.sounds import Sound
from passante.models import store

Vector = NDArray[np.float32]
"""(d,), of length 1."""

Train = Callable[[Sequence[Sequence[Sound]], int], Callable[[Sound], Vector]]
"""Of each person, protected copies; and a seed -> what makes a vector of a recording."""

_STEPS, _TUNING_STEPS = 1500, 300


def from_nothing(people: Sequence[Sequence[Sound]], seed: int) -> Callable[[Sound], Vector]:
    """A time-delay network that has never heard clear speech."""
    shown = [picture(sound) for copies in people for sound in copies]
    embed = train_embedder(shown, _owners(people), steps=_STEPS, seed=seed)
    return lambda sound: embed([picture(sound)])[0]


def trained_on(people: Sequence[Sequence[Sound]], seed: int) -> Callable[[Sound], Vector]:
    """GE2E, trained on from where its makers left it.

    Raises:
        ModelError: The network is not on this machine.
    """
    model = onnx.load_model_from_string(store.find("ge2e").data)
    weights = {one.name: onnx.numpy_helper.to_array(one) for one in model.graph.initializer}
    shown = [_loud(sound) for copies in people for sound in copies]
    embed = tune_recurrent(weights, shown, _owners(people), steps=_TUNING_STEPS, seed=seed)
    return lambda sound: embed([_loud(sound)])[0]


def _owners(people: Sequence[Sequence[Sound]]) -> list[int]:
    return [number for number, copies in enumerate(people) for _ in copies]


def _loud(sound: Sound) -> NDArray[np.float32]:
    """Mel energies at the level that GE2E was trained at."""
    level = float(np.sqrt((sound**2).mean())) + 1e-9
    return mel_energies(sound * np.float32(10 ** (-30 / 20) / level))


TRAINED: Mapping[str, Train] = MappingProxyType(
    {"network from nothing": from_nothing, "ge2e trained on": trained_on}
)
"""Whoever learns."""
