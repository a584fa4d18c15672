from dataclasses import replace
from pathlib import Path

import pytest

from passante.analyse.video import Finders
from passante.core.errors import SettingsError
from passante.core.names import Kind
from passante.pipeline import job
from passante.pipeline.build import Equipment
from passante.pipeline.job import Job, peak_rss_bytes, protect_file
from passante.pipeline.runner import Runner
from passante.protect.levels import LevelSettings
from passante.protect.policy import Policy
from passante.sinks.levels import LevelsFile
from passante.testing import ScriptedFinder, detections
from standins import Clip, ToneVoice, equipment


@pytest.fixture
def task(tmp_path):
    return Job(Clip(frames=8).write(tmp_path / "in.mp4"), tmp_path / "out.mp4")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_watch_is_told_what_comes_and_sees_all_of_it(task):
    told, seen = [], []

    def watch(info):
        told.append(info.video.frames)
        return lambda meter: seen.append(meter.counts()["video"].written)

    protect_file(task, equipment(), watch=watch)
    assert told == [8]
    assert seen[-1] == 8


def test_levels_of_an_interrupted_run_do_not_stay(task, tmp_path, monkeypatch):
    wanted = replace(task, levels=tmp_path / "levels.jsonl")
    tools = equipment("silent", levels=LevelSettings())

    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(LevelsFile, "close", interrupted)
    with pytest.raises(KeyboardInterrupt):
        protect_file(wanted, tools)
    assert names(tmp_path) == ["in.mp4"]
    with pytest.raises(SettingsError):
        protect_file(replace(wanted, target=task.source), tools)
    assert names(tmp_path) == ["in.mp4"]


def test_what_has_no_sound_has_no_levels(tmp_path):
    source = Clip(frames=4, sounds=0).write(tmp_path / "in.mp4")
    task = Job(source, tmp_path / "out.mp4", levels=tmp_path / "levels.jsonl")
    assert protect_file(task, equipment(levels=LevelSettings())).output.levels is None
    assert names(tmp_path) == ["in.mp4", "out.mp4"]


@pytest.mark.parametrize(
    ("policy", "kinds"), [("street", {"head"}), ("person", {"head", "person"})]
)
def test_what_a_policy_leaves_visible_is_not_reported_as_covered(task, policy, kinds):
    person = detections((20, 10, 60, 110), kind=Kind.PERSON)
    finders = Finders(
        faces=ScriptedFinder({Kind.FACE}),
        people=ScriptedFinder({Kind.PERSON, Kind.VEHICLE}, [person]),
        plates=ScriptedFinder({Kind.PLATE}),
    )
    done = protect_file(task, Equipment(Policy.named(policy), finders=finders, voice=ToneVoice()))
    assert {track.kind for track in done.tracks} == kinds


def test_an_interruption_as_late_as_can_be_still_leaves_nothing(task, tmp_path, monkeypatch):
    run = Runner.run

    def interrupted(self, *words, **settings):
        run(self, *words, **settings)
        assert task.target.exists()
        raise KeyboardInterrupt

    monkeypatch.setattr(Runner, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        protect_file(task, equipment())
    assert names(tmp_path) == ["in.mp4"]


@pytest.mark.parametrize("place", ["open_sink", "build", "Meter"])
def test_whatever_was_opened_is_closed_when_the_next_step_fails(task, tmp_path, monkeypatch, place):
    opened = []
    open_source = job.open_source

    def remembering(*words, **settings):
        opened.append(open_source(*words, **settings))
        opened[-1].close_calls = 0
        close = opened[-1].close

        def counted():
            opened[-1].close_calls += 1
            close()

        opened[-1].close = counted
        return opened[-1]

    def fails(*words, **settings):
        raise RuntimeError("planned")

    monkeypatch.setattr(job, "open_source", remembering)
    monkeypatch.setattr(job, place, fails)
    with pytest.raises(RuntimeError, match="planned"):
        protect_file(task, equipment())
    assert opened[0].close_calls == 1
    assert names(tmp_path) == ["in.mp4"]


def test_peak_memory_is_that_of_this_process(monkeypatch):
    from_kernel = peak_rss_bytes()
    assert 20e6 < from_kernel < 16e9

    def unreadable(self, *words, **settings):
        raise OSError

    monkeypatch.setattr(Path, "read_text", unreadable)
    # Without /proc the older call stands in: at least as much, since a parent's peak may show.
    assert peak_rss_bytes() >= from_kernel // 2
