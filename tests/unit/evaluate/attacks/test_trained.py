from __future__ import annotations

import numpy as np
import pytest

from passante.evaluate.attacks import trained
from passante.evaluate.attacks.networks import AbsentError, torch_module
from passante.evaluate.attacks.trained import TRAINED
from unit.evaluate.talk import word


@pytest.mark.slow
@pytest.mark.models
@pytest.mark.parametrize("name", TRAINED)
def test_who_learns_from_voices_tells_them_apart(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        torch_module()
    except AbsentError:
        pytest.skip("PyTorch is not installed")
    monkeypatch.setattr(trained, "_STEPS", 20)
    monkeypatch.setattr(trained, "_TUNING_STEPS", 2)
    pitches = [100.0, 150.0, 200.0, 250.0]
    embed = TRAINED[name]([[word(1, n, pitch_hz=hz) for n in range(3)] for hz in pitches], 1)
    made = np.stack([embed(word(1, 9 + n, pitch_hz=hz)) for hz in pitches for n in range(2)])
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, atol=1e-3)
    near = made @ made.T
    assert np.mean([near[2 * n, 2 * n + 1] for n in range(4)]) > near[::2, 1::2].mean()
