import os
from pathlib import Path

import pytest

from passante.cli.plan import plan
from passante.core.errors import SettingsError, SourceUnavailableError


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def touch(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(name.encode())


def pairs(made):
    return [(str(task.source), str(task.target)) for task in made.tasks]


def test_one_file_becomes_one_file(here):
    touch("a.mp4")
    made = plan(["a.mp4"], "safe.mp4")
    assert pairs(made) == [("a.mp4", "safe.mp4")]
    assert made.folder is None


@pytest.mark.parametrize("output", ["out", "new/"])
def test_one_file_into_a_folder_keeps_its_name(here, output):
    touch("a.mp4", "out/x")
    assert pairs(plan(["a.mp4"], output)) == [("a.mp4", f"{output.rstrip('/')}/a.mp4")]


def test_a_missing_file_is_still_a_task_so_that_opening_it_says_why(here):
    assert pairs(plan(["missing.mp4"], "safe.mp4")) == [("missing.mp4", "safe.mp4")]


def test_several_files_go_into_a_folder_under_their_names(here):
    touch("a.mp4", "b.png")
    made = plan(["a.mp4", "b.png"], "out")
    assert pairs(made) == [("a.mp4", "out/a.mp4"), ("b.png", "out/b.png")]
    assert made.folder == Path("out")


def test_a_folder_keeps_its_structure(here):
    touch("in/b/c.MP4", "in/a.jpg", "in/b/d/e.wav")
    assert pairs(plan(["in"], "out")) == [
        ("in/a.jpg", "out/a.jpg"),
        ("in/b/c.MP4", "out/b/c.MP4"),
        ("in/b/d/e.wav", "out/b/d/e.wav"),
    ]


def test_what_is_no_media_in_a_folder_is_named_and_hidden_files_are_not(here):
    touch("in/a.jpg", "in/notes.txt", "in/.DS_Store", "in/.cache/b.jpg", "in/sub/list.csv")
    made = plan(["in"], "out")
    assert pairs(made) == [("in/a.jpg", "out/a.jpg")]
    assert sorted(made.skipped) == ["notes.txt", "sub/list.csv"]


def test_a_named_file_is_taken_whatever_it_is_called(here):
    touch("a.mp4", "clip.bin")
    assert len(plan(["a.mp4", "clip.bin"], "out").tasks) == 2


def test_a_quoted_pattern_is_expanded(here):
    touch("a1.mp4", "a2.mp4", "b.mp4", "a3.txt")
    made = plan(["a*"], "out")
    assert pairs(made) == [("a1.mp4", "out/a1.mp4"), ("a2.mp4", "out/a2.mp4")]
    assert made.skipped == ("a3.txt",)


def test_a_pattern_over_folders_keeps_their_structure(here):
    touch("cams/n/1.mp4", "cams/s/1.mp4", "cams/s/.hidden.mp4")
    assert pairs(plan(["cams/**/*.mp4"], "out")) == [
        ("cams/n/1.mp4", "out/n/1.mp4"),
        ("cams/s/1.mp4", "out/s/1.mp4"),
    ]


def test_a_pattern_with_a_single_match_still_needs_a_folder(here):
    touch("a1.mp4")
    assert pairs(plan(["a?.mp4"], "out")) == [("a1.mp4", "out/a1.mp4")]


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(here):
    touch("clip[1].mp4")
    assert pairs(plan(["clip[1].mp4"], "safe.mp4")) == [("clip[1].mp4", "safe.mp4")]


def test_a_file_that_is_named_twice_is_one_task(here):
    touch("in/a.mp4")
    assert len(plan(["in/a.mp4", "in/*.mp4"], "out").tasks) == 1


def test_outputs_of_an_earlier_run_are_no_inputs(here):
    touch("in/a.mp4", "in/safe/a.mp4")
    assert pairs(plan(["in"], "in/safe")) == [("in/a.mp4", "in/safe/a.mp4")]


@pytest.mark.parametrize("inputs", [["in"], ["in/*"]])
def test_nothing_to_do_is_an_error(here, inputs):
    touch("in/notes.txt")
    with pytest.raises(SourceUnavailableError, match="nothing to protect"):
        plan(inputs, "out")


def test_a_pattern_without_a_match_is_an_error(here):
    with pytest.raises(SourceUnavailableError, match="matches no file"):
        plan(["*.mp4"], "out")


def test_several_inputs_cannot_become_one_file(here):
    touch("a.mp4", "b.mp4", "out.mp4")
    with pytest.raises(SettingsError, match="is a file"):
        plan(["a.mp4", "b.mp4"], "out.mp4")


def test_two_inputs_of_one_name_are_refused(here):
    touch("n/1.mp4", "s/1.mp4")
    with pytest.raises(SettingsError, match="would both become"):
        plan(["n/1.mp4", "s/1.mp4"], "out")


@pytest.mark.parametrize("link", [None, os.link, os.symlink])
def test_an_input_is_never_an_output(here, link):
    touch("a.mp4")
    if link:
        link("a.mp4", "b.mp4")
    with pytest.raises(SettingsError, match="input and an output"):
        plan(["a.mp4"], "b.mp4" if link else "./a.mp4")


@pytest.mark.parametrize("inputs", [["in"], ["in/a.mp4", "in/b.mp4"]])
def test_a_folder_is_not_protected_onto_itself(here, inputs):
    touch("in/a.mp4", "in/b.mp4")
    with pytest.raises(SettingsError, match="is an input and"):
        plan(inputs, "./in")


def test_no_output_replaces_another_input(here):
    touch("x/a.mp4", "y/a.mp4", "y/b.mp4")
    with pytest.raises(SettingsError, match="input and an output"):
        plan(["x/a.mp4", "y/b.mp4", "x"], "y")


@pytest.mark.parametrize(
    ("inputs", "output"),
    [(["rtsp://me:secret@cam/1"], "out.mp4"), (["a.mp4"], "https://me:secret@host/out.mp4")],
)
def test_an_address_is_refused_without_its_password(here, inputs, output):
    touch("a.mp4")
    with pytest.raises(SettingsError, match="is an address, not a file") as caught:
        plan(inputs, output)
    assert "secret" not in str(caught.value)
