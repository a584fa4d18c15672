from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from passante.analyse.tagger import CLASSES, EMBEDDING, Tags
from passante.evaluate import events
from passante.evaluate.attacks import detect_speech
from passante.evaluate.events import GROUPS, LABELS, Mixed, alarmed, named, over
from passante.evaluate.results import Subject
from unit.evaluate.talk import word


class Sees:
    """A tagger that always hears the same."""

    model = "sees"

    def __init__(self, **logits: float) -> None:
        self._logits = logits

    def look(self, patches: NDArray[np.float32]) -> Tags:
        made = np.full((len(patches), CLASSES), -9.0, np.float32)
        for name, value in self._logits.items():
            made[:, GROUPS[name][-1]] = value
        return Tags(made, np.zeros((len(patches), EMBEDDING), np.float32))


SOUND = word(1, 0)


def test_what_is_heard_most_surely_names_a_recording() -> None:
    assert named(Sees(siren=1.0, dog=0.5), SOUND) == "siren"
    assert named(Sees(siren=1.0, dog=1.5), SOUND) == "dog"


def test_an_alarm_is_a_danger_that_is_sure_enough() -> None:
    assert alarmed(Sees(glass=0.0), SOUND)
    assert not alarmed(Sees(glass=-1.0), SOUND)
    assert not alarmed(Sees(dog=3.0), SOUND)


def test_every_label_has_classes_to_be_told_by() -> None:
    assert set(LABELS.values()) == set(GROUPS)


def test_speech_is_as_many_db_above_the_rest_where_it_is_spoken() -> None:
    speech = np.pad(word(2, 0), 16_000)
    rest = (0.01 * np.random.default_rng(0).standard_normal(speech.size)).astype(np.float32)
    loud = np.repeat(detect_speech.spoken(speech), 512)
    for snr_db in (-5, 15):
        mixed = over(speech, rest, snr_db)
        kept = float(mixed[:8000] @ rest[:8000] / (rest[:8000] @ rest[:8000]))
        voice = mixed / kept - rest
        ratio = (voice[: loud.size][loud] ** 2).mean() / (rest**2).mean()
        assert 10 * np.log10(ratio) == pytest.approx(snr_db, abs=0.1)


def test_points_lost_are_counted_over_clips() -> None:
    mixtures = [Mixed(SOUND, "dog", snr, clip) for clip in (1, 2) for snr in events.SNRS_DB]
    before = [True, True, True, True, False, False]
    after = [True, False, True, False, False, True]
    figures = {
        one.what: one for one in events._use(Subject("x", ours=True), mixtures, before, after, 1)
    }
    lost = figures["events under speech lost"]
    # one of three of the first clip, none on balance of the second
    assert lost.value == pytest.approx(100 / 6)
    assert lost.low is not None
    assert lost.high is not None
    assert lost.low <= lost.value <= lost.high
    assert figures["events lost with speech 5 dB above them"].value == 50
    assert figures["events under speech named right, before"].value == pytest.approx(400 / 6)
