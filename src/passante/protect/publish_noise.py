"""Noise that hides one person, drawn by OpenDP: discrete, so that no rounding gives anything away.

The mechanism is the discrete Laplace one (Ghosh, Roughgarden and Sundararajan 2012), sampled
exactly as by Canonne, Kamath and Steinke (2020). Nothing here draws random numbers by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from passante.core.errors import ProtectError, SettingsError

MOST = 2**40
"""Totals are held between 0 and this, whatever comes in."""


@dataclass(frozen=True, slots=True)
class Noisy:
    """Numbers with noise, and how much."""

    values: tuple[int, ...]
    scale: float
    """Of the discrete Laplace distribution: probabilities fall by e within it."""


class Noise(Protocol):
    """Adds noise to whole numbers."""

    def add(self, values: Sequence[int], *, sensitivity: int, epsilon: float) -> Noisy:
        """`values` with noise, such that all that change by `sensitivity` in sum are hidden.

        Args:
            values: Totals.
            sensitivity: The most that one person changes all of them by, added up, over the day.
            epsilon: How much may be told of one person.
        """
        ...


class OpenDpNoise:
    """The noise of the OpenDP library.

    Raises:
        SettingsError: The library is not installed. Nothing is published then.
    """

    def __init__(self) -> None:
        try:
            # Any: what the library gives has no types that mean anything here
            self._dp: Any = import_module("opendp.prelude")
        except ImportError as error:
            raise SettingsError(
                "statistics are published with the noise of OpenDP, which is not installed",
                hint="pip install 'passante[publish]'",
            ) from error
        self._dp.enable_features("contrib")
        self._made: dict[float, Any] = {}

    def add(self, values: Sequence[int], *, sensitivity: int, epsilon: float) -> Noisy:
        """`values` with discrete Laplace noise of scale `sensitivity` / `epsilon`.

        Raises:
            ProtectError: The library does not vouch for `epsilon`, or fails.
        """
        if not values:
            return Noisy((), sensitivity / epsilon)
        scale = sensitivity / epsilon * (1 + 1e-9)
        held = [min(max(int(value), 0), MOST) for value in values]
        try:
            mechanism = self._mechanism(scale)
            spent = float(mechanism.map(sensitivity))
            if not spent <= epsilon:
                raise ProtectError(f"the noise costs {spent}, more than {epsilon}")
            drawn = mechanism(held)
        except ProtectError:
            raise
        except Exception as error:  # whatever the library raises, nothing is published
            raise ProtectError(f"no noise could be drawn ({type(error).__name__})") from error
        return Noisy(tuple(int(value) for value in drawn), scale)

    # Any: as above.
    def _mechanism(self, scale: float) -> Any:
        if scale not in self._made:
            dp = self._dp
            space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64")
            self._made[scale] = dp.m.make_laplace(*space, scale)
        return self._made[scale]
