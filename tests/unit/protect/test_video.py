import math
from dataclasses import replace

import numpy as np
import pytest

from passante.core.errors import ProtectError
from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.core.names import Cause, Kind
from passante.inside.observation import Region
from passante.inside.video import AnalysedFrame, Plane
from passante.protect.operators import fill
from passante.protect.policy import Policy
from passante.protect.rules import (
    Fill,
    PictureRule,
    Pixelate,
    Reveal,
    Scene,
    Shape,
    Silence,
    Silhouette,
)
from passante.protect.video import ProtectVideo
from passante.testing import drive, raw_frame, video_format

FORM = video_format(64, 48)
BOX = Box(20, 16, 32, 32)
EVERYTHING = frozenset(Kind)
WHITE = Fill(Shape.BOX, 0, "#ffffff")
BLACK = Fill(Shape.BOX, 0, "#000000")
SHOWN = Reveal("a test")


def region(kind: Kind, box: Box = BOX, cause: Cause = Cause.DETECTION) -> Region:
    return Region(kind, box, 0.9, cause, 1)


def analysed(
    *regions: Region, looked: frozenset[Kind] = EVERYTHING, scene: tuple[Plane, ...] | None = None
) -> AnalysedFrame:
    return AnalysedFrame(raw_frame(7, FORM), regions, looked, scene)


def policy(
    head: PictureRule = SHOWN, plate: PictureRule = SHOWN, person: PictureRule = SHOWN
) -> Policy:
    return replace(Policy.named("silent"), head=head, plate=plate, person=person)


def test_everything_but_what_is_hidden_is_as_it_was() -> None:
    item = analysed(region(Kind.FACE))
    (made,) = drive(ProtectVideo(Policy.named("street"), ["b@1", "a@2"]), [item])
    raw = item.raw
    assert (made.stream, made.seq, made.pts, made.time_base, made.format) == (
        raw.stream,
        raw.seq,
        raw.pts,
        raw.time_base,
        raw.format,
    )
    for after, before in zip(made.planes, raw.planes, strict=True):
        assert after.dtype == before.dtype
        assert not after.flags.writeable
    assert made.receipt.models == ("a@2", "b@1")
    assert made.receipt.regions == 1
    assert made.receipt.policy == "street"


def test_the_raw_picture_is_not_written_to() -> None:
    item = analysed(region(Kind.FACE), region(Kind.PERSON), region(Kind.PLATE))
    before = [plane.copy() for plane in item.raw.planes]
    drive(ProtectVideo(Policy.named("person")), [item])
    for plane, wanted in zip(item.raw.planes, before, strict=True):
        np.testing.assert_array_equal(plane, wanted)


def test_a_picture_with_nothing_to_hide_is_not_copied() -> None:
    item = analysed(region(Kind.VEHICLE), region(Kind.PERSON))
    (made,) = drive(ProtectVideo(Policy.named("street")), [item])
    assert all(a is b for a, b in zip(made.planes, item.raw.planes, strict=True))
    assert made.receipt.regions == 0


@pytest.mark.parametrize("form", [FORM, video_format(63, 47), video_format(64, 48, "gbrp12le")])
def test_a_copy_lies_in_one_piece(form: VideoFormat) -> None:
    raw = raw_frame(form=form)
    (made,) = drive(
        ProtectVideo(policy(head=WHITE)),
        [AnalysedFrame(raw, (region(Kind.FACE),), EVERYTHING)],
    )
    ends = 0
    for plane in made.planes:
        assert plane.flags.c_contiguous
        start = plane.__array_interface__["data"][0]
        assert ends in (0, start)
        ends = start + plane.nbytes


@pytest.mark.parametrize(
    ("kind", "rules", "hidden"),
    [
        (Kind.FACE, policy(head=WHITE), True),
        (Kind.HEAD, policy(head=WHITE), True),
        (Kind.PLATE, policy(plate=WHITE), True),
        (Kind.PERSON, policy(person=WHITE), True),
        (Kind.PERSON, policy(head=WHITE, plate=WHITE), False),
        (Kind.FACE, policy(person=WHITE, plate=WHITE), False),
        (Kind.HEAD, policy(person=WHITE, plate=WHITE), False),
        (Kind.PLATE, policy(head=WHITE, person=WHITE), False),
        (Kind.VEHICLE, policy(head=WHITE, plate=WHITE, person=WHITE), False),
    ],
)
def test_each_kind_follows_its_rule(kind: Kind, rules: Policy, hidden: bool) -> None:
    item = analysed(region(kind))
    (made,) = drive(ProtectVideo(rules), [item])
    assert (made.planes[0][16:32, 20:32] == 235).all() == hidden
    assert (made.planes[0] is item.raw.planes[0]) != hidden


@pytest.mark.parametrize("cause", list(Cause))
def test_a_region_is_hidden_whatever_it_follows_from(cause: Cause) -> None:
    (made,) = drive(ProtectVideo(policy(head=WHITE)), [analysed(region(Kind.HEAD, cause=cause))])
    assert (made.planes[0][16:32, 20:32] == 235).all()


@pytest.mark.parametrize("missing", [Kind.FACE, Kind.PERSON, Kind.PLATE, Kind.VEHICLE])
def test_a_picture_that_nobody_looked_at_for_something_is_refused(missing: Kind) -> None:
    item = analysed(looked=EVERYTHING - {missing})
    with pytest.raises(ProtectError, match=f"nothing has looked for: {missing}"):
        ProtectVideo(Policy.named("street")).push(item)


def test_an_operator_that_fails_gives_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("pixels: 1 2 3")

    monkeypatch.setattr(fill, "render", broken)
    with pytest.raises(ProtectError) as caught:
        ProtectVideo(policy(head=WHITE)).push(analysed(region(Kind.FACE)))
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert "pixels" not in str(caught.value)


def test_a_rule_for_sound_gives_no_picture() -> None:
    rules = policy(head=Silence())  # type: ignore[arg-type]  # what an untyped caller may do
    with pytest.raises(ProtectError):
        ProtectVideo(rules).push(analysed(region(Kind.FACE)))


def test_a_background_of_another_size_gives_no_picture() -> None:
    item = analysed(region(Kind.PERSON), scene=raw_frame(form=video_format(32, 32)).planes)
    with pytest.raises(ProtectError):
        ProtectVideo(policy(person=Scene())).push(item)


@pytest.mark.parametrize(
    "rule", [WHITE, Fill(Shape.ELLIPSE, 0, "#ffffff"), Silhouette(0, "#ffffff", "#ffffff")]
)
@pytest.mark.parametrize("box", [Box(math.nan, 0, 9, 9), Box(0, 0, math.inf, 9)])
def test_a_box_that_is_not_a_number_hides_the_whole_picture(rule: PictureRule, box: Box) -> None:
    (made,) = drive(ProtectVideo(policy(person=rule)), [analysed(region(Kind.PERSON, box))])
    assert (made.planes[0] == 235).all()


def test_a_plate_that_is_part_of_the_background_stays_hidden() -> None:
    empty = raw_frame(99, FORM).planes
    item = analysed(region(Kind.PLATE), region(Kind.PERSON, Box(0, 0, 64, 48)), scene=empty)
    (made,) = drive(ProtectVideo(policy(plate=WHITE, person=Scene(0))), [item])
    assert (made.planes[0][16:32, 20:32] == 235).all()
    np.testing.assert_array_equal(made.planes[0][:16], empty[0][:16])


def test_a_silhouette_stands_over_the_fill_of_its_head() -> None:
    item = analysed(region(Kind.FACE), region(Kind.PERSON))
    rules = policy(head=WHITE, person=Silhouette(0, "#000000", "#000000"))
    (made,) = drive(ProtectVideo(rules), [item])
    assert (made.planes[0][16:32, 20:32] == 16).all()


def test_a_fill_stands_over_blocks() -> None:
    item = analysed(region(Kind.FACE), region(Kind.PERSON))
    (made,) = drive(ProtectVideo(policy(head=Pixelate(0), person=BLACK)), [item])
    assert (made.planes[0][16:32, 20:32] == 16).all()


def test_what_is_shown_on_purpose_is_on_every_receipt() -> None:
    items = [analysed(region(Kind.FACE)), analysed()]
    for made in drive(ProtectVideo(Policy.named("street")), items):
        ((kind, basis),) = made.receipt.revealed
        assert kind == "person"
        assert len(basis.split()) > 5


def test_equal_receipts_are_one_object() -> None:
    stage = ProtectVideo(Policy.named("street"))
    first, second, third = drive(
        stage, [analysed(region(Kind.FACE)), analysed(), analysed(region(Kind.FACE))]
    )
    assert first.receipt is third.receipt
    assert second.receipt.regions == 0


def test_an_encoder_finds_even_420_as_one_picture_of_half_as_many_rows_more() -> None:
    (made,) = drive(ProtectVideo(policy(head=WHITE)), [analysed(region(Kind.FACE))])
    whole = made.planes[0].base
    assert isinstance(whole, np.ndarray)
    assert whole.shape == (48 * 3 // 2, 64)
    np.testing.assert_array_equal(whole[:48], made.planes[0])
    np.testing.assert_array_equal(whole[48:].ravel()[32 * 24 :], made.planes[2].ravel())


def test_nothing_is_held_back() -> None:
    stage = ProtectVideo(Policy.named("street"))
    assert stage.delay_ns == 0
    assert len(stage.push(analysed())) == 1
    assert list(stage.flush()) == []
