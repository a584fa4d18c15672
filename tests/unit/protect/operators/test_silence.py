import numpy as np

from passante.protect.operators.silence import SilenceSound
from sounds import noise


def test_as_many_zeros_as_there_were_samples() -> None:
    operator = SilenceSound()
    made = operator.push(noise(0.1), np.zeros(1600, np.float32), None, None)
    assert made.shape == (1, 1600)
    assert not made.any()
    assert operator.flush().shape == (1, 0)
