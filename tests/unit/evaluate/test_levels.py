from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from passante.evaluate.levels import LEVELS, Recorder, levels
from passante.models.catalogue import REVOICING
from passante.protect.policy import Policy
from unit.evaluate.talk import word

SOUND = np.concatenate([word(1, 0), word(2, 0)])


def test_a_level_without_sound_needs_no_network() -> None:
    (silent,), absent = levels([Policy.named("silent")], quick=True)
    assert not absent
    assert silent.subject.name == "level silent (policy silent)"
    assert silent.subject.ours
    first, second = silent.prepare(SOUND, np.random.default_rng(0))(2)
    assert first.shape == second.shape == SOUND.shape
    assert not first.any()


@pytest.mark.models
def test_every_level_is_there_and_says_which_policies_use_it() -> None:
    made, absent = levels([Policy.named("street"), Policy.named("person")], quick=False)
    assert len(made) + len(absent) == len(LEVELS)
    assert made[0].subject.name == "level soundscape (policy street, person)"


def test_a_level_whose_networks_are_absent_is_left_out_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSANTE_MODELS", str(tmp_path))
    made, absent = levels([Policy.named("silent")], quick=False)
    assert [one.subject.name for one in made] == ["level silent (policy silent)"]
    assert len(absent) == len(LEVELS) - 1
    assert all("passante models pull" in why for why in absent.values())


@pytest.mark.models
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.models(*REVOICING) if name == "revoice" else ())
        for name in LEVELS
    ],
)
def test_copies_are_as_long_as_the_recording_and_repeat_with_the_seed(name: str) -> None:
    recorder = Recorder(LEVELS[name])
    first, second = recorder.prepare(SOUND, np.random.default_rng(3))(2)
    assert first.shape == second.shape == SOUND.shape
    assert np.isfinite(first).all()
    again = recorder.prepare(SOUND, np.random.default_rng(3))(1)[0]
    np.testing.assert_array_equal(first, again)
