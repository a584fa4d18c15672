"""A still keeps one protected picture, and only that."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from passante.core.clock import NS_PER_S
from passante.core.errors import BoundaryError, SinkError
from passante.core.media import VideoFormat
from passante.core.names import Kind
from passante.inside.video import AnalysedFrame
from passante.outside.media import ProtectedFrame
from passante.protect.policy import Policy
from passante.protect.video import ProtectVideo
from passante.sinks.still import Outline, StillSink, page, upright, with_grid
from passante.testing import raw_frame, video_format

FORM = video_format(160, 120)
OUTLINES = (
    Outline("square", ((10, 10), (90, 10), (90, 80)), closed=True),
    Outline("gate", ((120, 10), (120, 110)), closed=False, arrow="in"),
)


def protected(seq: int, form: VideoFormat = FORM) -> ProtectedFrame:
    (made,) = ProtectVideo(Policy.named("person")).push(
        AnalysedFrame(raw_frame(seq, form), (), frozenset(Kind))
    )
    return made


def test_the_first_picture_from_the_moment_on_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "still.png"
    sink = StillSink(target, at_ns=NS_PER_S // 5)
    pictures = [protected(seq) for seq in range(10)]
    for one in pictures:
        sink.write(one)
    sink.close()
    sink.close()
    shown = np.asarray(cv2.imread(str(target)))
    wanted = with_grid(upright(pictures[5]), (), FORM)[..., ::-1]
    np.testing.assert_array_equal(shown, wanted)


def test_a_picture_stored_turned_is_shown_as_a_viewer_sees_it(tmp_path: Path) -> None:
    stored = protected(0)
    lying = protected(0, replace(FORM, rotation=90))
    sink = StillSink(tmp_path / "still.png", at_ns=0)
    sink.write(lying)
    sink.close()
    assert cv2.imread(str(tmp_path / "still.png")).shape == (160, 120, 3)
    np.testing.assert_array_equal(upright(lying), np.rot90(upright(stored), -1))


def test_the_grid_and_what_was_drawn_leave_the_rest_as_it_is() -> None:
    picture = np.full((120, 160, 3), 90, np.uint8)
    bare, drawn = with_grid(picture, (), FORM), with_grid(picture, OUTLINES, FORM)
    assert (picture == 90).all()
    assert 0.02 < (bare != picture).any(axis=2).mean() < 0.5
    assert (bare != drawn).any(axis=2).mean() > 0.01


def test_a_page_holds_names_that_cannot_end_its_script() -> None:
    odd = Outline("</script><b>", ((0, 0), (9, 0), (9, 9)), closed=True)
    text = page(np.zeros((120, 160, 3), np.uint8), (odd,), FORM)
    assert "</script><b>" not in text
    assert text.count("</script>") == 1
    assert "default-src 'none'" in text
    assert "{{" not in text


def test_a_page_is_written_by_its_ending(tmp_path: Path) -> None:
    sink = StillSink(tmp_path / "page.html", at_ns=0, outlines=OUTLINES)
    sink.write(protected(0))
    sink.close()
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_without_a_picture_nothing_is_written(tmp_path: Path) -> None:
    sink = StillSink(tmp_path / "still.png", at_ns=0)
    with pytest.raises(SinkError, match="no picture"):
        sink.close()
    assert list(tmp_path.iterdir()) == []


def test_given_up_nothing_is_left(tmp_path: Path) -> None:
    sink = StillSink(tmp_path / "still.png", at_ns=0)
    sink.write(protected(0))
    sink.abort()
    sink.close()
    assert list(tmp_path.iterdir()) == []


def test_only_a_protected_picture_is_taken(tmp_path: Path) -> None:
    sink = StillSink(tmp_path / "still.png", at_ns=0)
    with pytest.raises(BoundaryError, match="protected picture"):
        sink.write(raw_frame(0, FORM))
    sink.abort()
