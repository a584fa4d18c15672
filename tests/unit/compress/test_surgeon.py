import numpy as np
import pytest

from passante.compress.surgeon import Moments, adjusted, order


def seen(inputs=6, places=4000, seed=0):
    """Inputs of which the last is the sum of the first two, and the one before hardly fires."""
    chance = np.random.default_rng(seed)
    values = chance.standard_normal((inputs, places)) + 0.5
    values[-1] = values[0] + values[1]
    values[-2] *= 1e-3
    return values.astype(np.float32)


def test_what_others_can_stand_in_for_goes_first():
    moments = Moments(6)
    moments.add(seen())
    weight = np.random.default_rng(1).standard_normal((4, 6))
    cut = order(weight, moments.matrix(), least=2)
    assert set(cut.order[:2]) <= {0, 1, 4, 5}
    assert cut.losses[2] < 0.02
    assert (np.diff(cut.losses) >= 0).all()
    assert len(cut.order) == 4


def test_blocks_cost_at_least_what_single_inputs_do_and_hardly_more():
    moments = Moments(6)
    moments.add(seen())
    weight = np.random.default_rng(1).standard_normal((4, 6))
    single = order(weight, moments.matrix(), least=2).losses[-1]
    blocks = order(weight, moments.matrix(), least=2, block=2).losses[-1]
    assert single <= blocks * 1.001
    assert blocks < 3 * single + 1e-6


def test_what_is_left_gives_what_all_gave_where_it_can():
    values, chance = seen(), np.random.default_rng(2)
    moments = Moments(6)
    moments.add(values, most=4000)
    weight, bias = chance.standard_normal((4, 6)), chance.standard_normal(4)
    new, level = adjusted(weight, bias, moments.matrix(), (5,))
    before = weight @ values + bias[:, None]
    after = new @ values[:5] + level[:, None]
    assert after == pytest.approx(before, abs=0.05)


def test_what_never_fires_divides_nothing():
    moments = Moments(3)
    moments.add(np.zeros((3, 10), np.float32))
    new, level = adjusted(np.ones((2, 3)), np.ones(2), moments.matrix(), (0,))
    assert np.isfinite(new).all()
    assert np.isfinite(level).all()
