"""The line at run time: only `passante.protect` makes what may leave, and nothing tells content."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from passante.core.errors import BoundaryError
from passante.core.geometry import Box
from passante.core.names import Cause, EventKind, Kind, Phase, PlaceId, Quantity, StreamId, Unit
from passante.inside.audio import AnalysedAudio, RawAudio
from passante.inside.incident import Incident
from passante.inside.observation import Region
from passante.inside.tally import Tally
from passante.inside.video import AnalysedFrame, RawFrame, View
from passante.outside._mint import MINT, Mint, check
from passante.outside.facts import Event, ExactStatistic, Statistic
from passante.outside.media import ProtectedAudio, ProtectedFrame
from passante.outside.receipt import Receipt
from passante.protect.facts import FactMaker
from passante.protect.policy import PICTURE, SOUND, Policy
from passante.protect.video import ProtectVideo
from passante.testing import raw_audio, raw_frame

POLICY = Policy.named("street")
REGION = Region(Kind.FACE, Box(10, 10, 20, 20), 0.9, Cause.DETECTION, 4711)


def analysed() -> AnalysedFrame:
    return AnalysedFrame(raw_frame(), (REGION,), frozenset(Kind))


def protected() -> ProtectedFrame:
    (made,) = ProtectVideo(POLICY).push(analysed())
    return made


def analysed_audio() -> AnalysedAudio:
    raw = raw_audio()
    return AnalysedAudio(raw, np.zeros(raw.samples.shape[1], np.float32))


def audio(mint: object = MINT) -> ProtectedAudio:
    raw = raw_audio()
    return ProtectedAudio(
        stream=raw.stream,
        seq=raw.seq,
        pts=raw.pts,
        time_base=raw.time_base,
        rate_hz=raw.rate_hz,
        layout=raw.layout,
        samples=raw.samples * 0,
        receipt=POLICY.receipt(SOUND, []),
        mint=mint,
    )


def frame(mint: object = MINT, *, planes: Any = None) -> ProtectedFrame:  # Any: wrong ones too
    raw = raw_frame()
    return ProtectedFrame(
        stream=raw.stream,
        seq=raw.seq,
        pts=raw.pts,
        time_base=raw.time_base,
        format=raw.format,
        planes=raw.planes if planes is None else planes,
        receipt=POLICY.receipt(PICTURE, []),
        mint=mint,
    )


def event(mint: object = MINT) -> Event:
    return Event(
        kind=EventKind.FALL,
        phase=Phase.BEGAN,
        place=PlaceId("square"),
        stream=StreamId("video"),
        zone=None,
        start_ns=0,
        end_ns=1,
        at=None,
        score=0.9,
        threshold=0.5,
        mint=mint,
    )


def statistic(mint: object = MINT) -> Statistic:
    return Statistic(
        quantity=Quantity.CROSSINGS,
        unit=Unit.COUNT,
        place=PlaceId("square"),
        stream=StreamId("video"),
        zone=None,
        of=Kind.PERSON,
        direction=None,
        start_ns=0,
        end_ns=1,
        at=None,
        value=12.0,
        suppressed=False,
        noise_scale=2.0,
        epsilon=0.5,
        uncertainty=6.0,
        mint=mint,
    )


def exact(mint: object = MINT) -> ExactStatistic:
    return ExactStatistic(
        quantity=Quantity.CROSSINGS,
        unit=Unit.COUNT,
        place=PlaceId("square"),
        stream=StreamId("video"),
        zone=None,
        of=Kind.PERSON,
        direction=None,
        start_ns=0,
        end_ns=1,
        at=None,
        value=12.0,
        n=12,
        mint=mint,
    )


FACTS: list[Callable[[], Any]] = [event, statistic, exact]  # Any: they share no base class
INSIDE: list[Callable[[], object]] = [
    raw_frame,
    lambda: raw_frame().view(32, 32),
    analysed,
    raw_audio,
    analysed_audio,
]
OUTSIDE: list[Callable[[], object]] = [protected, audio]
MEDIA = [*INSIDE, *OUTSIDE]


class Lookalike:
    """Says that it equals everything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash(MINT)


@pytest.mark.parametrize("mint", [None, True, object(), Mint, Mint(), "Mint()", Lookalike()])
@pytest.mark.parametrize("make", [frame, audio, event, statistic, exact])
def test_without_the_mint_nothing_that_may_leave_is_made(
    make: Callable[[object], object], mint: object
) -> None:
    with pytest.raises(BoundaryError, match=r"only passante\.protect"):
        make(mint)


def test_with_the_mint_it_is_made() -> None:
    check(MINT)
    assert frame().receipt.policy == "street"
    assert audio().receipt.policy == "street"


def test_the_mint_does_not_stay_with_what_it_made() -> None:
    for made in (frame(), audio(), *(make() for make in FACTS)):
        assert not hasattr(made, "mint")
        assert not hasattr(made, "__dict__")
        assert all(getattr(made, name) is not MINT for name in made.__slots__)


@pytest.mark.parametrize("make", [frame, audio, *FACTS])
def test_what_may_leave_cannot_be_dressed_again(make: Callable[[], Any]) -> None:
    made = make()
    with pytest.raises((ValueError, TypeError)):
        dataclasses.replace(made, stream="other")  # it wants the mint
    with pytest.raises((BoundaryError, TypeError)):
        dataclasses.replace(made, stream="other", mint=None)


@pytest.mark.parametrize("make", FACTS)
@pytest.mark.parametrize("how", [pickle.dumps, copy.copy, copy.deepcopy])
def test_no_fact_is_copied_past_the_mint(
    make: Callable[[], object], how: Callable[[object], object]
) -> None:
    with pytest.raises(BoundaryError):
        how(make())


def test_a_fact_has_no_field_that_could_hold_a_track_a_picture_or_a_word() -> None:
    incident = Incident(
        kind=EventKind.FALL,
        phase=Phase.BEGAN,
        stream=StreamId("video"),
        zone=None,
        start_ns=0,
        end_ns=1,
        score=0.9,
        tracks=(4711,),
    )
    told = FactMaker(PlaceId("square")).event(incident)
    assert "4711" not in repr(told)
    for kind in (Event, Statistic, ExactStatistic):
        names = {field.name for field in dataclasses.fields(kind)}
        assert not names & {"track", "tracks", "box", "boxes", "text", "label", "picture", "mint"}


@pytest.mark.parametrize("make", MEDIA)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_no_media_is_pickled(make: Callable[[], object], protocol: int) -> None:
    with pytest.raises(BoundaryError):
        pickle.dumps(make(), protocol)
    with pytest.raises(BoundaryError):
        pickle.dumps({"held": [make()]}, protocol)


@pytest.mark.parametrize("make", MEDIA)
@pytest.mark.parametrize("how", [copy.copy, copy.deepcopy])
def test_no_media_is_copied(make: Callable[[], object], how: Callable[[object], object]) -> None:
    with pytest.raises(BoundaryError):
        how(make())


@pytest.mark.parametrize("make", MEDIA)
def test_nothing_of_the_content_is_printed(make: Callable[[], object]) -> None:
    made = make()
    for text in (repr(made), str(made), f"{made}", repr([made]), repr({"a": made})):
        assert "array" not in text
        assert "4711" not in text
        assert "Box(" not in text
        assert len(text) < 140


@pytest.mark.parametrize("make", MEDIA)
def test_media_cannot_be_changed(make: Callable[[], Any]) -> None:
    made = make()
    for name in (field.name for field in dataclasses.fields(made)):
        with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
            setattr(made, name, None)
    with pytest.raises((AttributeError, TypeError)):
        made.something_new = 1


def test_no_plane_and_no_sample_can_be_written() -> None:
    raw, made, sound, safe = raw_frame(), protected(), raw_audio(), audio()
    for array in (*raw.planes, *made.planes, sound.samples, safe.samples):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@pytest.mark.parametrize("make", MEDIA)
def test_media_is_compared_by_identity(make: Callable[[], object]) -> None:
    made = make()
    assert made == made  # noqa: PLR0124  # that is the promise
    assert made != make()


def test_the_two_sides_share_no_base_class() -> None:
    inside = (RawFrame, AnalysedFrame, RawAudio, AnalysedAudio, View)
    for outside in (ProtectedFrame, ProtectedAudio, Event, Statistic, ExactStatistic):
        for kind in (*inside, Incident, Tally):
            assert set(outside.__mro__) & set(kind.__mro__) == {object}


def test_a_protected_picture_has_the_shape_of_its_format() -> None:
    with pytest.raises(ValueError, match="plane 0"):
        frame(planes=(np.zeros((2, 2), np.uint8),) * 3)


@pytest.mark.parametrize("missing", ["policy", "policy_sha256", "operators", "software"])
def test_a_receipt_is_never_empty(missing: str) -> None:
    receipt = POLICY.receipt(PICTURE, [])
    empty: dict[str, Any] = {missing: () if missing == "operators" else ""}
    with pytest.raises(ValueError, match="a receipt names"):
        dataclasses.replace(receipt, **empty)
    assert isinstance(receipt, Receipt)
