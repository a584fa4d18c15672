from __future__ import annotations

import numpy as np
import pytest

from passante.analyse.startle import Startle
from passante.analyse.voice import CHUNK
from sounds import noise, tone


def sudden(sound: np.ndarray, hold: int = 5) -> list[bool]:
    startle = Startle(hold)
    chunks = np.split(sound, sound.shape[1] // CHUNK, axis=1)
    return [startle.sudden(chunk) for chunk in chunks]


def test_everything_is_sudden_until_something_was_heard() -> None:
    assert sudden(noise(2.048)) == [True] * 12 + [False] * 52


@pytest.mark.parametrize("hz", [180, 700, 3000, 6000])
@pytest.mark.parametrize("channel", [0, 1])
def test_what_sets_in_is_sudden_at_once_in_any_band_and_channel(hz: float, channel: int) -> None:
    sound = np.concatenate([noise(2.048, seed=seed) for seed in (1, 2)])
    sound[channel, 40 * CHUNK :] += tone(hz, 24 * CHUNK / 16_000, level=0.1)[0]
    found = sudden(sound)
    assert found[12:40] == [False] * 28
    assert found[40:45] == [True] * 5
    assert not any(found[45:])


def test_what_swells_slowly_is_not() -> None:
    sound = noise(2.048) * np.linspace(0.3, 3, 64 * CHUNK, dtype=np.float32)
    assert not any(sudden(sound)[12:])


def test_what_is_no_number_is_sudden() -> None:
    sound = noise(2.048)
    sound[0, 40 * CHUNK + 5] = np.nan
    assert all(sudden(sound)[40:45])


def test_with_look_ahead_nothing_is() -> None:
    assert not any(sudden(noise(1.024), hold=0))
