"""No sound at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

VERSION = "1"


class SilenceSound:
    """Zeros, as many as there were samples. Leaves only how long the recording is."""

    _channels = 0

    def push(
        self,
        samples: NDArray[np.float32],
        speech: NDArray[np.float32],
        keep: NDArray[np.float32] | None,
        rest: NDArray[np.float32] | None,
    ) -> NDArray[np.float32]:
        """(channels, n) of zeros."""
        self._channels = samples.shape[0]
        del speech, keep, rest
        return np.zeros_like(samples)

    def flush(self) -> NDArray[np.float32]:
        """Nothing is ever held."""
        return np.zeros((self._channels, 0), np.float32)
