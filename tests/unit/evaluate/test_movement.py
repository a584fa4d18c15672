"""The figures about counting, on a recording made on the spot."""

from pathlib import Path

import pytest

from passante.core.geometry import Box
from passante.core.names import Kind
from passante.evaluate import movement
from passante.evaluate.results import Figure
from passante.evaluate.settings import Settings
from standins import Clip
from unit.analyse.street import SquareFinder


@pytest.fixture
def figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Of one walker, who is found wherever he is."""
    folder = tmp_path / "video"
    folder.mkdir()
    Clip(frames=55, sounds=0, tones=()).write(folder / "a.mp4")
    boxes = {seq: Box(20 + 2 * seq, 60, 52 + 2 * seq, 92) for seq in range(5, 55)}
    (folder / "a.gt.txt").write_text(
        "\n".join(f"{seq + 1},1,{box.x0},60,32,32,1,-1,-1,-1" for seq, box in boxes.items()),
        encoding="utf-8",
    )
    (folder / "sequences.csv").write_text(
        "clip,ground_truth_file,kind,frames\n"
        'a.mp4,a.gt.txt,"pedestrians, drawn",55\nb.mp4,,people without truth,50\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(movement, "PersonFinder", lambda _: SquareFinder(Kind.PERSON))
    monkeypatch.setattr(movement, "OnnxSession", lambda _: None)
    monkeypatch.setattr(movement.store, "find", lambda _: None)
    return list(movement.run(Settings(tmp_path, (), tmp_path), lambda _: None))


def of(figures: list[Figure], what: str) -> Figure:
    (found,) = [
        one for one in figures if one.subject == movement.OURS and one.what.startswith(what)
    ]
    return found


def test_one_who_is_found_everywhere_scores_high(figures: list[Figure]) -> None:
    assert of(figures, "MOTA").value > 75
    assert of(figures, "IDF1").value > 85
    assert of(figures, "switches").value == 0
    assert of(figures, "count of a frame off by").value < 0.3


def test_passes_are_compared_with_those_of_the_truth(figures: list[Figure]) -> None:
    passes = of(figures, "passes told")
    assert (passes.value, passes.n) == (100, 3)
    assert of(figures, "passes of a line and direction off by").value == 0


def test_the_anchor_stands_beside_every_figure_of_people(figures: list[Figure]) -> None:
    ours, anchor = (
        {one.what for one in figures if one.subject == subject}
        for subject in (movement.OURS, movement.ANCHOR)
    )
    assert anchor < ours


def test_cost_and_false_alarms_are_told(figures: list[Figure]) -> None:
    assert of(figures, "CPU beside the looks").unit == "ms a frame"
    assert of(figures, "fall told where none is").value == 0
