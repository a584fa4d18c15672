"""A still for setting up a camera is protected, whatever the rest of the recording shows."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from passante.analyse.zones import Zones
from passante.core.errors import SettingsError, SinkError
from passante.pipeline.still import protected_still
from passante.protect.policy import Policy
from standins import Clip, equipment

ZONES = Zones.parse(
    """
[[zone]]
name = "half"
polygon = [[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]]
[[line]]
name = "gate"
points = [[0.7, 0.1], [0.7, 0.9]]
""",
    where="test",
)


def still(source: Path, target: Path, **more: object) -> np.ndarray:
    protected_still(source, target, Policy.named("person"), equipment=equipment("person"), **more)
    return np.asarray(cv2.imread(str(target)))


def marked(picture: np.ndarray) -> int:
    """Pixels in the colour of a face."""
    blue, green, red = (picture[..., i].astype(int) for i in range(3))
    return int(((blue - red > 60) & (blue - green > 30)).sum())


@pytest.fixture
def street(tmp_path: Path) -> Path:
    return Clip(frames=60).write(tmp_path / "street.mp4")


def test_nobody_is_in_it(street: Path, tmp_path: Path) -> None:
    picture = still(street, tmp_path / "still.png", at_s=1.0)
    assert picture.shape == (144, 192, 3)
    assert marked(picture) == 0


def test_zones_and_lines_are_drawn_over_it(street: Path, tmp_path: Path) -> None:
    bare = still(street, tmp_path / "bare.png", at_s=1.0)
    drawn = still(street, tmp_path / "drawn.png", at_s=1.0, zones=ZONES)
    assert (bare != drawn).any(axis=2).mean() > 0.01


def test_a_page_holds_the_picture_and_loads_nothing(street: Path, tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    protected_still(
        street, target, Policy.named("person"), zones=ZONES, equipment=equipment("person")
    )
    text = target.read_text(encoding="utf-8")
    assert "data:image/png;base64," in text
    assert "http://www.w3.org/2000/svg" in text
    assert 'src="http' not in text
    assert '"half"' in text


def test_a_single_picture_is_a_still_as_well(tmp_path: Path) -> None:
    source = tmp_path / "street.png"
    cv2.imwrite(str(source), np.full((120, 160, 3), 90, np.uint8))
    assert still(source, tmp_path / "still.png").shape == (120, 160, 3)


def test_what_has_no_pictures_has_no_still(tmp_path: Path) -> None:
    sound = Clip(frames=0).write(tmp_path / "sound.wav")
    with pytest.raises(SettingsError, match="no pictures"):
        protected_still(sound, tmp_path / "still.png", Policy.named("person"))
    assert not (tmp_path / "still.png").exists()


def test_a_second_beyond_the_end_gives_nothing(street: Path, tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="no picture"):
        still(street, tmp_path / "still.png", at_s=500.0)
    assert not (tmp_path / "still.png").exists()
