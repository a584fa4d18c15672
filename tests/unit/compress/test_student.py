import numpy as np
import pytest

from passante.compress.cost import fusion, multiplications
from passante.compress.runner import Direct
from passante.compress.student import StudentFinder, architecture
from passante.core.geometry import Box
from passante.core.names import Kind
from passante.inside.video import View
from passante.models.convert.quantise import quantise
from unit.models.convert.test_quantise import recipe


def view(width=96, height=64):
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8)
    return View(pixels, 0.5, Box(0, 0, 2 * width, 2 * height), 0)


def test_a_student_gives_the_map_that_finders_of_faces_read():
    (maps,) = Direct("s", architecture().to_bytes()).run(view().pixels[None])
    assert maps.shape == (1, 5, 16, 24)
    assert 1 / (1 + np.exp(-maps[:, 0].mean())) < 0.1


def test_all_of_it_can_be_done_in_integers():
    graph = architecture(width=16, blocks=(1, 1, 1))
    feeds = [{"image": view().pixels[None]}]
    found = fusion(quantise(graph, recipe(graph, feeds)).to_bytes())
    assert found.whole == found.layers


def test_it_costs_less_than_a_third_of_the_finder_of_people():
    assert multiplications(architecture(), {"image": (1, 384, 640, 3)}) < 0.3 * 1_894e6


def test_a_view_of_any_size_is_looked_at():
    finder = StudentFinder(Direct("s", architecture().to_bytes()), Kind.PERSON, threshold=0.001)
    assert len(finder.look(view(width=90, height=50)).boxes)


def test_two_who_overlap_by_less_than_half_are_two_and_keep_their_own_boxes():
    maps = np.full((1, 5, 16, 24), -20, np.float32)
    for row, column in ((8, 6), (8, 7), (8, 10)):
        maps[0, :, row, column] = [3 - column / 10, np.log(8), np.log(8), 0, 0]

    class Said:
        ref = "said"

        def run(self, *_):
            return (maps,)

    seen = StudentFinder(Said(), Kind.PERSON, threshold=0.2).look(view())
    assert seen.boxes.tolist() == [[20, 36, 84, 100], [52, 36, 116, 100]]


@pytest.mark.parametrize(("threshold", "found"), [(0.5, False), (0.001, True)])
def test_what_it_finds_lies_in_the_frame(threshold, found):
    finder = StudentFinder(Direct("s", architecture().to_bytes()), Kind.PERSON, threshold=threshold)
    seen = finder.look(view())
    assert finder.kinds == {Kind.PERSON}
    assert seen.by == "s"
    assert bool(len(seen)) is found
    assert set(seen.kinds) <= {Kind.PERSON}


def test_the_same_seed_is_the_same_student():
    assert architecture(seed=3).to_bytes() == architecture(seed=3).to_bytes()
    assert architecture(seed=3).to_bytes() != architecture(seed=4).to_bytes()
