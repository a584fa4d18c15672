import numpy as np
import pytest

from passante.compress.data import Collection
from passante.compress.tasks.looking import FINDERS, Looking, Seen
from passante.compress.tasks.outcome import What
from passante.core.names import Kind
from passante.inside.observation import Detections
from unit.compress import scenes


def seen(*boxes, marked=(), kinds=None, scale=1.0):
    return Seen(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(len(boxes), 0.9, np.float32),
        kinds or (Kind.FACE,) * len(boxes),
        np.array(marked, np.float32).reshape(-1, 4),
        scale,
    )


def lines(task, parent, given):
    found = task.judge([], parent, given)
    return found, {(s.what, s.group): s for s in found.shares}


FACES = FINDERS["find.face"]
A, B = [10, 10, 30, 34], [50, 10, 70, 34]


def test_a_box_that_moved_a_little_is_kept_and_one_that_went_is_lost():
    found, by = lines(FACES, [seen(A, B)], [seen([11, 10, 31, 34])])
    assert (by[What.KEPT, "all"].rate.successes, by[What.KEPT, "all"].rate.trials) == (1, 2)
    assert found.extra == 0


def test_marked_things_are_counted_for_both():
    _, by = lines(FACES, [seen(A, marked=[A, B])], [seen(A, B, marked=[A, B])])
    assert by[What.RECALL, "all"].before.successes == 1
    assert by[What.RECALL, "all"].rate.successes == 2
    assert by[What.RECALL, "all"].loss < 0


def test_what_neither_the_parent_nor_people_saw_is_extra():
    found, _ = lines(FACES, [seen(A)], [seen(A, [200, 200, 220, 220])])
    assert found.extra == 1


def test_kinds_are_not_mixed_up():
    _, by = lines(
        FINDERS["find.person"], [seen(A, kinds=(Kind.PERSON,))], [seen(A, kinds=(Kind.VEHICLE,))]
    )
    assert by[What.KEPT, "all"].rate.successes == 0


def test_sizes_are_those_of_the_view():
    many = [[at * 40, 0, at * 40 + 20, 40] for at in range(60)]
    _, by = lines(FACES, [seen(*many, scale=0.25)], [seen(*many, scale=0.25)])
    assert (What.KEPT, "0 to 12 px") in by
    assert all(share.rate.share == 1 for share in by.values())


def test_a_plate_is_found_where_a_box_holds_it():
    plates = FINDERS["find.plate"]
    wide = [0, 0, 100, 60]
    _, by = lines(plates, [seen(wide, marked=[[20, 20, 60, 30]], kinds=(Kind.PLATE,))],
                  [seen(wide, marked=[[20, 20, 60, 30]], kinds=(Kind.PLATE,))])  # fmt: skip
    assert by[What.RECALL, "all"].rate.share == 1


def test_nothing_seen_and_nothing_marked_is_nothing_to_judge():
    found = FACES.judge([], [seen()], [seen()])
    assert found.shares == ()


class Drawn:
    """Finds one box in every view."""

    kinds = frozenset({Kind.FACE})
    model = "drawn"

    def look(self, view):
        box = view.to_frame(np.array([[4, 4, 8, 8]], np.float32))
        return Detections(box, np.array([0.9], np.float32), (Kind.FACE,), "drawn")


def test_the_finder_is_asked_at_the_size_of_the_task(tmp_path):
    folder = scenes.pictures(tmp_path / "a", 1)
    scenes.boxes(folder, [("p000.png", 1, 2, 3, 4)])
    task = Looking(lambda _network, _low: Drawn(), (32, 24), 0.2, 0.2, Kind.FACE)
    (item,) = Collection(folder, most=1)
    answer = task.ask(None, item)
    assert answer.scale == pytest.approx(0.5)
    assert answer.boxes.tolist() == [[8, 8, 16, 16]]
    assert answer.marked.tolist() == [[1, 2, 4, 6]]


def test_what_lies_right_at_the_threshold_need_not_be_kept():
    faint = Seen(
        np.array([A], np.float32), np.array([0.18], np.float32), (Kind.FACE,),
        np.zeros((0, 4), np.float32), 1.0,
    )  # fmt: skip
    assert FACES.judge([], [faint], [seen()]).shares == ()


def on_video(hit, track=1):
    """A look at a video in which the only person was found or not."""
    at = seen(*([A] if hit else []), marked=[A])
    return Seen(
        at.boxes, at.scores, at.kinds, at.marked, 1.0, np.array([track], np.int64), "street.mp4"
    )


def ways(before, now):
    _, by = lines(FACES, [on_video(h) for h in before], [on_video(h) for h in now])
    return by.get((What.TRACKS, "all"))


def test_somebody_missed_in_three_looks_running_is_lost():
    line = ways([True] * 6, [True, False, False, False, True, True])
    assert (line.rate.successes, line.before.successes, line.loss) == (0, 1, 100)


def test_somebody_missed_now_and_then_is_not_lost():
    assert ways([True] * 6, [True, False, False, True, False, True]).loss == 0


def test_whom_the_parent_loses_nobody_is_measured_by():
    assert ways([True, False, False, False], [False] * 4) is None


def test_pictures_have_no_ways():
    _, by = lines(FACES, [seen(A, marked=[A])], [seen(marked=[A])])
    assert (What.TRACKS, "all") not in by


def at_score(score, *boxes):
    one = seen(*boxes)
    return Seen(one.boxes, np.full(len(boxes), score, np.float32), one.kinds, one.marked, 1.0)


def test_how_far_scores_fell_is_told_and_that_they_rose_is_not():
    before, after = at_score(0.5, A, B), at_score(0.4, A, B)
    assert FACES.shift([before], [after]) == pytest.approx(np.log(1.5), abs=1e-5)
    assert FACES.shift([after], [before]) == 0
    assert FACES.shift([at_score(0.99, A)], [at_score(0.5, A)]) == 0
    assert FACES.shift([seen()], [seen(A)]) == 0


def test_what_is_new_has_to_reach_the_score_at_which_the_product_begins():
    known = (FACES.threshold + FACES.sure) / 2
    weak = at_score(known, A)
    found, by = lines(FACES, [seen(A, marked=[A])], [weak])
    assert by[What.KEPT, "all"].loss == 0
    assert by[What.RECALL, "all"].loss == 100
    assert lines(FACES, [seen()], [weak])[0].extra == found.extra == 0
