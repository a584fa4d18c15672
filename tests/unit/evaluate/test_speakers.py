from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from passante.core.names import StreamId
from passante.evaluate import speakers
from passante.evaluate.attacks.link_voice import WAYS, Voices
from passante.evaluate.people import Cast
from passante.evaluate.results import Subject
from passante.evaluate.sounds import RATE_HZ, Sound
from passante.inside.audio import AnalysedAudio, RawAudio

SUBJECT = Subject("a level", ours=True)
NAMES = [str(number) for number in range(20)]
PEOPLE = Cast(
    {}, {name: [np.full(RATE_HZ, 0.1, np.float32)] for name in NAMES}, [],
    {name: "F" if int(name) < 10 else "M" for name in NAMES}, [],
    {name: "es" if int(name) in (3, 4, 5) else "en" for name in NAMES},
)  # fmt: skip


def test_everybody_stands_in_a_group_of_each_respect() -> None:
    sizes = {group: len(names) for group, names in speakers.groups(PEOPLE).items()}
    assert sizes == {
        "language: English": 17, "language: other": 3, "sex: men": 10, "sex: women": 10,
    }  # fmt: skip


def deaf_to_women(sound: Sound) -> list[AnalysedAudio]:
    """Hears whoever speaks below 0.2."""
    raw = RawAudio(StreamId("s"), 0, 0, Fraction(1, RATE_HZ), RATE_HZ, "mono", sound[None].copy())
    return [AnalysedAudio(raw, np.full(sound.size, float(sound[0] < 0.2), np.float32))]


def test_whose_speech_is_missed_is_told() -> None:
    people = Cast(
        {},
        {n: [np.full(RATE_HZ, 0.3 if int(n) < 10 else 0.1, np.float32)] for n in NAMES},
        [], PEOPLE.sexes, [], PEOPLE.tongues,
    )  # fmt: skip
    shares = {
        one.what.split(", ", 1)[1]: one.value
        for one in speakers.found(people, SUBJECT, deaf_to_women, seed=1)
    }
    assert shares["sex: women (10 people)"] == 0
    assert shares["sex: men (10 people)"] == 100
    assert shares["language: other (3 people, too few to say)"] == 0


def voices(*, bare: bool) -> Voices:
    """Everybody a direction of their own; those from 10 on, or everybody, bare of it."""
    rng = np.random.default_rng(1)
    own = rng.normal(0, 1, (len(NAMES), 32))

    def rows(name: str, count: int) -> np.ndarray:
        kept = 1.0 if bare or int(name) < 10 else 0.0
        made = kept * own[int(name)] + 0.2 * rng.normal(0, 1, (count, 32))
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)

    return Voices(
        {name: [rows(name, 1)] for name in NAMES},
        {name: rows(name, 4) for name in NAMES},
        [rows(name, 3) for name in NAMES],
    )


def test_a_method_that_leaves_one_sex_bare_is_caught_by_it() -> None:
    found = speakers.leaked(
        "net", SUBJECT, way=WAYS[1], clear=voices(bare=True), hidden=voices(bare=False),
        people=PEOPLE, seed=1,
    )  # fmt: skip
    errors = {one.what.split("within ")[1]: one for one in found}
    women, men = errors["sex: women (10 people)"], errors["sex: men (10 people)"]
    assert women.value == pytest.approx(0, abs=5)
    assert men.value > 30
    assert women.high is not None
    assert men.low is not None
    assert women.high < men.low
