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
    graph = architecture(width=16, blocks=1)
    feeds = [{"image": view().pixels[None]}]
    found = fusion(quantise(graph, recipe(graph, feeds)).to_bytes())
    assert found.whole == found.layers


def test_it_costs_less_than_a_tenth_of_the_finder_of_faces():
    assert multiplications(architecture(), {"image": (1, 480, 640, 3)}) < 0.13 * 1_847e6


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
