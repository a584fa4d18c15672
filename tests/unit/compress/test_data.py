import shutil

import cv2
import numpy as np
import pytest

from passante.compress.data import Collection, Form, digest_of, near_duplicates
from passante.core.errors import SettingsError
from standins import Clip
from unit.compress import scenes


def test_pictures_come_in_order_with_what_is_marked(tmp_path):
    folder = scenes.pictures(tmp_path / "images", 3)
    scenes.boxes(tmp_path, [("images/p001.png", 5, 6, 10, 20)])
    items = list(Collection(folder, most=10))
    assert [item.name for item in items] == ["p000.png", "p001.png", "p002.png"]
    assert items[1].marked.tolist() == [[5, 6, 15, 26]]
    assert items[0].marked.shape == (0, 4)
    assert items[0].frame.format.width == 64


def test_no_more_are_taken_than_asked_and_they_are_spread(tmp_path):
    folder = scenes.pictures(tmp_path / "a", 9)
    assert [item.name for item in Collection(folder, most=3)] == [
        "p000.png",
        "p003.png",
        "p006.png",
    ]


def test_one_folder_is_split_into_two_that_share_nothing(tmp_path):
    folder = scenes.pictures(tmp_path / "a", 9)
    one = [item.name for item in Collection(folder, most=9, every=3)]
    other = [item.name for item in Collection(folder, most=9, skip=3)]
    assert len(one) == 3
    assert len(other) == 6
    assert not set(one) & set(other)


def test_frames_of_a_video_are_items(tmp_path):
    path = Clip(frames=8).write(tmp_path / "c.mp4")
    (tmp_path / "c.gt.txt").write_text("1,7,10,20,30,40,1,-1,-1,-1\n1,-1,0,0,5,5,1,-1,-1,-1\n")
    items = list(Collection(path, most=4))
    assert [item.name for item in items] == ["c.mp4#0", "c.mp4#2", "c.mp4#4", "c.mp4#6"]
    assert items[0].marked.tolist() == [[10, 20, 40, 60]]


def test_people_of_every_video_of_a_folder_are_read_with_their_ways(tmp_path):
    Clip(frames=8).write(tmp_path / "c.mp4")
    (tmp_path / "c.gt.txt").write_text("1,7,10,20,30,40,1,-1,-1,-1\n1,-1,0,0,5,5,1,-1,-1,-1\n")
    first = next(iter(Collection(tmp_path, most=3)))
    np.testing.assert_array_equal(first.marked, [[10, 20, 40, 60]])
    assert first.tracks.tolist() == [7]


def test_faces_of_a_clip_are_read_from_its_table(tmp_path):
    path = Clip(frames=3).write(tmp_path / "c.mp4")
    (tmp_path / "c.faces.csv").write_text("frame,left,top,width,height\n2,1,2,3,4\n")
    items = list(Collection(path, most=9))
    assert items[1].marked.tolist() == [[1, 2, 4, 6]]


def test_sounds_come_with_labels_at_one_rate(tmp_path):
    folder = tmp_path / "s"
    folder.mkdir()
    scenes.sound(folder / "a.wav", 440)
    scenes.sound(folder / "b.wav", 880, rate=32_000)
    (folder / "events.csv").write_text("file,label\na.wav,siren\n")
    items = Collection(folder, most=5)
    assert items.form is Form.SOUNDS
    first, second = items
    assert first.label == "siren"
    assert second.label == ""
    assert abs(first.sound.size - second.sound.size) < 5
    spectrum = np.abs(np.fft.rfft(second.sound))
    assert np.argmax(spectrum) * 16_000 / second.sound.size == pytest.approx(880, abs=5)


@pytest.mark.parametrize("what", ["empty", "text"])
def test_nothing_to_read_is_an_error(tmp_path, what):
    if what == "text":
        (tmp_path / "readme.txt").write_text("hello")
    with pytest.raises(SettingsError, match="no pictures"):
        Collection(tmp_path, most=3)


def test_the_same_and_nearly_the_same_are_found(tmp_path):
    one, other = scenes.pictures(tmp_path / "a", 4), scenes.pictures(tmp_path / "b", 3, first=50)
    shutil.copy(one / "p001.png", other / "copy.png")
    brighter = cv2.imread(str(one / "p002.png")).astype(np.int16) + 3
    cv2.imwrite(str(other / "nearly.png"), np.clip(brighter, 0, 255).astype(np.uint8))
    found = near_duplicates(Collection(one, most=9), Collection(other, most=9))
    assert sorted(found) == [("p001.png", "copy.png"), ("p002.png", "nearly.png")]


def test_frames_of_a_fixed_camera_are_not_taken_for_one_another(tmp_path):
    path = Clip(frames=6, squares=lambda _: []).write(tmp_path / "c.mp4")
    items = Collection(path, most=6)
    early, late = items.without(frozenset({"c.mp4#5"})), Collection(path, most=6, every=5)
    assert len(early) == 5
    assert all(a.split("#")[0] == "c.mp4" for a, _ in near_duplicates(early, late))


def test_the_hash_is_of_the_content(tmp_path):
    one = Collection(scenes.pictures(tmp_path / "a", 2), most=9)
    same = Collection(scenes.pictures(tmp_path / "b", 2), most=9)
    other = Collection(scenes.pictures(tmp_path / "c", 3), most=9)
    assert digest_of(one) == digest_of(same) != digest_of(other)


def test_an_item_says_nothing_of_what_it_shows(tmp_path):
    (item,) = Collection(scenes.pictures(tmp_path / "a", 1), most=1)
    assert repr(item) == f"Item({item.digest[:8]})"


def test_some_of_a_collection_are_spread_evenly(tmp_path):
    items = Collection(scenes.pictures(tmp_path / "a", 8), most=8)
    assert [item.name for item in items.some(2)] == ["p000.png", "p004.png"]
    assert len(items) == 8
