from dataclasses import replace

import numpy as np
import pytest

from passante.analyse.kinds import KINDS
from passante.compress.data import Collection
from passante.compress.tasks.outcome import What
from passante.compress.tasks.tagging import CLASSES, Heard, Tagging
from passante.core.names import EventKind
from unit.compress import scenes


def heard(label, top, patches=2):
    scores = np.full((patches, 521), 0.01, np.float32)
    scores[:, top] = 0.9
    return Heard(scores, label)


SIREN, DOG = CLASSES["siren"][0], CLASSES["dog_bark"][0]


def test_agreement_and_accuracy_are_counted_apart():
    parent = [heard("siren", SIREN), heard("dog_bark", DOG), heard("", 3)]
    given = [heard("siren", SIREN), heard("dog_bark", SIREN), heard("", 3)]
    by = {share.what: share for share in Tagging().judge([], parent, given).shares}
    assert by[What.AGREEMENT].rate.trials == 6
    assert by[What.AGREEMENT].rate.successes == 4
    assert (by[What.ACCURACY].rate.successes, by[What.ACCURACY].before.successes) == (1, 2)


def test_without_labels_there_is_agreement_alone():
    found = Tagging().judge([], [heard("", 1)], [heard("", 1)])
    assert [share.what for share in found.shares] == [What.AGREEMENT]


@pytest.mark.parametrize("label", CLASSES)
def test_every_label_stands_for_classes_that_there_are(label):
    assert all(0 <= number < 521 for number in CLASSES[label])


class Steady:
    """Says the same of every patch."""

    ref = "steady"

    def run(self, patches):
        return np.zeros((len(patches), 521), np.float32), np.zeros((len(patches), 1024), np.float32)


@pytest.mark.parametrize(("seconds", "patches"), [(0.3, 1), (1.0, 1), (2.0, 3)])
def test_a_sound_of_any_length_is_heard(tmp_path, seconds, patches):
    scenes.sound(tmp_path / "a.wav", 440, seconds)
    (item,) = Collection(tmp_path, most=1)
    assert Tagging().ask(Steady(), item).scores.shape == (patches, 521)


def test_what_is_told_is_counted_beside_the_labels():
    bang, siren = EventKind.BANG, EventKind.SIREN
    parent = [replace(heard("gunshot", 421), told=frozenset({bang})),
              replace(heard("siren", SIREN), told=frozenset({siren})),
              heard("rain", CLASSES["rain"][0])]  # fmt: skip
    given = [replace(parent[0], told=frozenset({bang, siren})),
             replace(parent[1], told=frozenset()), parent[2]]  # fmt: skip
    by = {share.what: share for share in Tagging().judge([], parent, given).shares}
    told, clean = by[What.TOLD], by[What.CLEAN]
    assert (told.rate.successes, told.before.successes, told.rate.trials) == (1, 2, 2)
    assert (told.lost, told.won) == (1, 0)
    assert (clean.rate.successes, clean.before.successes, clean.rate.trials) == (2, 3, 3)


def test_a_labelled_sound_is_listened_to_as_the_product_does(tmp_path):
    scenes.sound(tmp_path / "a.wav", 440, 2.0)
    (item,) = Collection(tmp_path, most=1)
    said = Tagging().ask(Steady(), replace(item, label="siren"))
    assert said.told <= set(KINDS)
    assert said.label == "siren"
