import numpy as np
import pytest

from passante.compress.data import Collection
from passante.compress.tasks.classifying import Classifying, Levels
from passante.compress.tasks.outcome import What
from unit.compress import scenes


class Echo:
    """Notes what it is given."""

    ref = "echo"

    def __init__(self):
        self.given = None

    def run(self, values):
        self.given = values
        return (values.reshape(1, -1)[:, :4],)


@pytest.mark.parametrize(
    ("levels", "low", "high"),
    [
        (Levels.BYTES, 0, 255),
        (Levels.UNIT, 0, 1),
        (Levels.SIGNED, -1, 1),
        (Levels.IMAGENET, -2.2, 2.7),
    ],
)
def test_brightness_becomes_what_the_network_wants(tmp_path, levels, low, high):
    (item,) = Collection(scenes.pictures(tmp_path / "a", 1), most=1)
    network = Echo()
    Classifying((32, 24), levels).ask(network, item)
    assert network.given.shape == (1, 3, 24, 32)
    assert network.given.dtype == np.float32
    assert low <= network.given.min() < network.given.max() <= high
    assert network.given.max() > low + 0.4 * (high - low)


def test_channels_may_come_last_and_be_one(tmp_path):
    (item,) = Collection(scenes.pictures(tmp_path / "a", 1), most=1)
    network = Echo()
    Classifying((32, 24), Levels.UNIT, rows_last=True, channels=1).ask(network, item)
    assert network.given.shape == (1, 24, 32, 1)


def test_the_likeliest_class_is_compared():
    said = [np.array([0, 1.0]), np.array([1.0, 0])]
    other = [np.array([0, 2.0]), np.array([0, 0.1])]
    (share,) = Classifying((1, 1), Levels.UNIT).judge([], said, other).shares
    assert share.what is What.AGREEMENT
    assert (share.rate.successes, share.rate.trials) == (1, 2)
