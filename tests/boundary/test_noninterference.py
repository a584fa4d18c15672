"""The same street twice, other people in it: the same output."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passante.core.geometry import Box
from passante.core.media import VideoFormat
from passante.core.names import Cause, Kind, Sensitive
from passante.inside.observation import Region
from passante.inside.video import AnalysedFrame
from passante.protect.operators import OPERATORS
from passante.protect.policy import PICTURE, Policy
from passante.protect.rules import (
    ALLOWED,
    Fill,
    OperatorName,
    PictureRule,
    Pixelate,
    Reveal,
    Scene,
    Shape,
    Silhouette,
)
from passante.protect.video import ProtectVideo, sensitive
from passante.testing import raw_frame, video_format
from streets import differing, formats, regions
from touching import touched

EVERYTHING = frozenset(Kind)
SHOWN = Reveal("a test")
FILLS = [Fill(), Fill(Shape.BOX, 0.0), Fill(Shape.ELLIPSE, 0.0)]
HEADS: list[PictureRule] = [*FILLS, Scene(), SHOWN]
PERSONS: list[PictureRule] = [*FILLS, Silhouette(), Silhouette(0.0), Scene(0.0), SHOWN]
LISTED_EXCEPTIONS = {OperatorName.PIXELATE, OperatorName.REVEAL}


def under(form: VideoFormat, found: tuple[Region, ...], rules: Policy) -> list[np.ndarray]:
    """Every sample of every plane that a region which the policy hides touches."""
    masks = [np.zeros(form.plane_shape(number), np.bool_) for number in range(form.layout.planes)]
    for region in found:
        kind = sensitive(region.kind)
        if kind is None or isinstance(rules.rule(kind), Reveal):
            continue
        for number, mask in enumerate(masks):
            np.logical_or(mask, touched(form, number, region.box), out=mask)
    return masks


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    form=formats(),
    found=regions(),
    head=st.sampled_from(HEADS),
    plate=st.sampled_from(HEADS),
    person=st.sampled_from(PERSONS),
    known=st.booleans(),
)
def test_who_stands_under_the_regions_does_not_change_the_output(
    *,
    form: VideoFormat,
    found: tuple[Region, ...],
    head: PictureRule,
    plate: PictureRule,
    person: PictureRule,
    known: bool,
) -> None:
    rules = replace(Policy.named("silent"), head=head, plate=plate, person=person)
    first = raw_frame(form=form)
    second = differing(first, under(form, found, rules), seed=1)
    scene = raw_frame(form=form, seed=2).planes if known else None
    stage = ProtectVideo(rules)
    (one,) = stage.push(AnalysedFrame(first, found, EVERYTHING, scene))
    (two,) = stage.push(AnalysedFrame(second, found, EVERYTHING, scene))
    for a, b in zip(one.planes, two.planes, strict=True):
        np.testing.assert_array_equal(a, b)
    assert one.receipt == two.receipt


@pytest.mark.parametrize("name", ["street", "person", "silent"])
@settings(deadline=None, max_examples=50)
@given(form=formats(), found=regions())
def test_no_shipped_policy_tells_who_stands_under_the_regions(
    name: str, form: VideoFormat, found: tuple[Region, ...]
) -> None:
    rules = Policy.named(name)
    first = raw_frame(form=form)
    second = differing(first, under(form, found, rules), seed=1)
    stage = ProtectVideo(rules)
    (one,) = stage.push(AnalysedFrame(first, found, EVERYTHING))
    (two,) = stage.push(AnalysedFrame(second, found, EVERYTHING))
    for a, b in zip(one.planes, two.planes, strict=True):
        np.testing.assert_array_equal(a, b)


def test_blocks_do_tell_and_are_listed_as_such() -> None:
    form = video_format(64, 48)
    found = (Region(Kind.FACE, Box(20, 16, 32, 32), 0.9, Cause.DETECTION, 1),)
    rules = replace(Policy.named("silent"), head=Pixelate(), person=SHOWN)
    first = raw_frame(form=form)
    second = differing(first, under(form, found, rules), seed=1)
    stage = ProtectVideo(rules)
    (one,) = stage.push(AnalysedFrame(first, found, EVERYTHING))
    (two,) = stage.push(AnalysedFrame(second, found, EVERYTHING))
    assert (one.planes[0] != two.planes[0]).any()
    assert not OPERATORS[OperatorName.PIXELATE].non_interfering


def test_every_operator_for_pictures_is_tested_here_or_listed() -> None:
    tested = {rule.operator for rule in [*HEADS, *PERSONS]} - LISTED_EXCEPTIONS
    for kind in PICTURE:
        assert ALLOWED[kind] <= tested | LISTED_EXCEPTIONS
    assert {name for name in tested if not OPERATORS[name].non_interfering} == set()
    assert {name for name in LISTED_EXCEPTIONS if OPERATORS[name].non_interfering} == set()


def test_a_policy_speaks_of_every_sensitive_kind() -> None:
    assert {sensitive(kind) for kind in Kind} - {None} == set(PICTURE)
    assert set(PICTURE) == set(Sensitive) - {Sensitive.SPEECH}
