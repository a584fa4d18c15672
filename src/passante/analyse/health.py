"""On which frames a finder can be relied on: fails closed around every look that raised."""

from __future__ import annotations


class Health:
    """On which frames one finder can be relied on."""

    def __init__(self) -> None:
        """Nothing is sure before the first good look."""
        self._good = -1
        self._bad_from: int | None = 0
        self._bad: list[range] = []

    def good(self, seq: int, oldest: int) -> None:
        """It looked at frame `seq`; `oldest` is the oldest frame still held."""
        if self._bad_from is not None and self._good >= 0:
            self._bad.append(range(self._bad_from, seq))
        self._bad_from = None
        self._bad = [bad for bad in self._bad if bad.stop > oldest]
        self._good = seq

    def failed(self) -> None:
        """It raised: nothing since its last good look is sure."""
        if self._bad_from is None:
            self._bad_from = self._good + 1

    def covers(self, seq: int) -> bool:
        """Whether frame `seq` may be released."""
        if self._bad_from is not None and seq >= self._bad_from:
            return False
        return not any(seq in bad for bad in self._bad)
