from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from passante.core.media import LAYOUTS, VideoFormat
from passante.core.names import StreamId
from passante.outside._mint import MINT
from passante.outside.media import ProtectedAudio, ProtectedFrame
from passante.outside.receipt import Receipt

RECEIPT = Receipt("test", "00", (("head", "fill@1"),), (), "passante test")


def audio(samples: NDArray[np.generic]) -> ProtectedAudio:
    return ProtectedAudio(
        StreamId("audio-0"),
        seq=3,
        pts=4_800,
        time_base=Fraction(1, 48_000),
        rate_hz=48_000,
        layout="mono",
        samples=samples,  # type: ignore[arg-type]
        receipt=RECEIPT,
        mint=MINT,
    )


def test_times_are_those_of_the_source() -> None:
    form = VideoFormat(2, 2, LAYOUTS["gray"])
    frame = ProtectedFrame(
        StreamId("video"),
        seq=0,
        pts=3_003,
        time_base=Fraction(1, 90_000),
        format=form,
        planes=(np.zeros((2, 2), np.uint8),),
        receipt=RECEIPT,
        mint=MINT,
    )
    assert frame.pts_ns == 33_366_666
    assert audio(np.zeros((1, 480), np.float32)).pts_ns == 100_000_000


@pytest.mark.parametrize("samples", [np.zeros(480, np.float32), np.zeros((1, 480), np.float64)])
def test_samples_are_float32_by_channel(samples: NDArray[np.generic]) -> None:
    with pytest.raises(ValueError, match="samples are"):
        audio(samples)


def test_the_mint_prints_its_name_alone() -> None:
    assert repr(MINT) == "Mint()"
