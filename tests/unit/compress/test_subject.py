import pytest

from passante.compress.data import Collection
from passante.compress.subject import find
from passante.compress.tasks.classifying import Classifying, Levels
from passante.compress.tasks.looking import Looking
from passante.compress.tasks.tagging import Tagging
from passante.core.errors import ModelContractError, SettingsError
from unit.compress import scenes
from unit.compress.networks import classifier, street
from unit.compress.test_runner import published


def written(tmp_path, graph):
    path = tmp_path / "network.onnx"
    path.write_bytes(graph.to_bytes())
    return str(path)


def test_a_network_from_a_picture_to_a_row_is_a_classifier(tmp_path):
    subject = find(written(tmp_path, classifier()))
    assert isinstance(subject.task, Classifying)
    assert subject.task.levels is Levels.IMAGENET
    assert subject.name == "network"
    assert subject.card is None


def test_a_finder_looks_at_the_size_that_is_asked_for(tmp_path):
    subject = find(written(tmp_path, street()), task="find.face", size=(64, 32))
    assert isinstance(subject.task, Looking)
    assert subject.task.size == (64, 32)
    assert subject.at((32, 32)).size == (32, 32)


def test_what_a_run_is_fed_is_what_the_product_feeds(tmp_path):
    subject = find(written(tmp_path, street()), task="find.face", size=(64, 32))
    items = Collection(scenes.pictures(tmp_path / "a", 2), most=2)
    feeds = list(subject.feeds(items))
    assert [feed["image"].shape for feed in feeds] == [(1, 32, 64, 3)] * 2
    (given,) = subject.inputs(feeds[0])
    assert (given.name, given.dtype, given.shape) == ("image", "uint8", (1, 32, 64, 3))


def test_centerface_as_it_was_published_is_asked_like_ours(tmp_path):
    subject = find(written(tmp_path, published()), task="find.face", size=(64, 32))
    items = Collection(scenes.pictures(tmp_path / "a", 1), most=1)
    (feed,) = subject.feeds(items)
    assert feed["x"].shape == (1, 3, 32, 64)
    runner = subject.runner("fp32", subject.repaired.graph.to_bytes())
    assert subject.task.ask(runner, next(iter(items))).scale > 0


@pytest.mark.models("yamnet@1.0.0")
def test_the_tagger_of_sounds_is_known_by_its_card(model_store):
    subject = find("yamnet")
    assert isinstance(subject.task, Tagging)
    assert str(subject.card.ref).startswith("yamnet@")


@pytest.mark.parametrize("task", ["", "find.peace"])
def test_what_it_is_for_has_to_be_known(tmp_path, task):
    with pytest.raises(SettingsError) as caught:
        find(written(tmp_path, street()), task=task)
    assert caught.value.hint


def test_a_classifier_of_any_size_needs_a_size(tmp_path):
    graph = classifier()
    graph.inputs[0].shape = (1, 3, "height", "width")
    path = written(tmp_path, graph)
    with pytest.raises(ModelContractError, match="any size"):
        find(path, task="classify")
    assert find(path, task="classify", size=(32, 32)).task.size == (32, 32)


def test_levels_nobody_knows_are_an_error(tmp_path):
    with pytest.raises(SettingsError, match="levels"):
        find(written(tmp_path, classifier()), levels="0..7")


def test_only_finders_look_at_another_size(tmp_path):
    with pytest.raises(SettingsError, match="only finders"):
        find(written(tmp_path, classifier())).at((8, 8))


def test_a_file_that_is_not_there_is_an_error():
    with pytest.raises(SettingsError, match="cannot be read"):
        find("nowhere.onnx")
