from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from passante.evaluate.attacks import link_voice
from passante.evaluate.attacks.link_voice import OWN_WAYS, WAYS, Trials, Voices
from passante.evaluate.rates import Verdict
from passante.evaluate.results import Figure, Finding, Subject

PEOPLE, SIZE = 24, 32
SUBJECT = Subject("a method", ours=True)


def voices(*, noise: float, seed: int, leak: float = 1.0, copies: int = 1) -> Voices:
    """Each person a direction, each copy the same with noise; `leak` 0: noise alone."""
    own = np.random.default_rng(0).normal(0, 1, (3 * PEOPLE, SIZE))
    rng = np.random.default_rng(seed)

    def rows(person: int, count: int) -> NDArray[np.float32]:
        made = leak * own[person] + noise * rng.normal(0, 1, (count, SIZE))
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)

    return Voices(
        {str(person): [rows(person, copies) for _ in range(2)] for person in range(PEOPLE)},
        {str(person): rows(person, 3) for person in range(PEOPLE)},
        [rows(PEOPLE + person, 4) for person in range(2 * PEOPLE)],
    )


CLEAR = voices(noise=0.2, seed=1)


def findings(hidden: Voices, clear: Voices = CLEAR) -> dict[str, Finding]:
    made = link_voice.attack("net", SUBJECT, clear, hidden, seed=1)
    return {one.attack.removeprefix("net, "): one for one in made if isinstance(one, Finding)}


def test_a_method_that_hides_nothing_is_caught_in_every_way() -> None:
    found = findings(CLEAR)
    assert list(found) == [way.name for way in WAYS]
    assert {one.verdict for one in found.values()} == {Verdict.LEAKED}


def test_a_turned_voice_fools_the_ignorant_and_nobody_else() -> None:
    def turned(rows: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.roll(rows, SIZE // 2, axis=1)

    hidden = Voices(
        {name: [turned(one) for one in rows] for name, rows in CLEAR.enrolled.items()},
        {name: turned(rows) for name, rows in CLEAR.asked.items()},
        [turned(rows) for rows in CLEAR.others],
    )
    found = findings(hidden)
    assert found.pop("ignorant").verdict is not Verdict.LEAKED
    assert {one.verdict for one in found.values()} == {Verdict.LEAKED}


def test_noise_alone_is_not_caught() -> None:
    found = findings(voices(noise=1, seed=2, leak=0, copies=3))
    assert Verdict.LEAKED not in {one.verdict for one in found.values()}


def test_many_copies_average_out_what_is_drawn_anew() -> None:
    found = findings(voices(noise=2.0, seed=5, copies=40))
    assert found["informed, many copies"].rate.share > found["informed"].rate.share + 0.05


def test_a_deaf_verifier_proves_nothing() -> None:
    deaf = voices(noise=1, seed=3, leak=0)
    assert {one.verdict for one in findings(deaf, deaf).values()} == {Verdict.INCONCLUSIVE}


def test_a_verifier_that_is_half_deaf_does_not_count_as_beaten() -> None:
    found = findings(voices(noise=1, seed=2, leak=0), voices(noise=1.8, seed=4))
    assert all(one.control.share < link_voice.ALIVE for one in found.values())
    assert Verdict.RESISTED not in {one.verdict for one in found.values()}


def test_a_network_of_his_own_is_judged_by_the_control_that_it_is_given() -> None:
    silent = voices(noise=1, seed=3, leak=0)
    made = link_voice.attack("own", SUBJECT, silent, silent, seed=1, ways=OWN_WAYS, control=CLEAR)
    controls = {one.control.share for one in made if isinstance(one, Finding)}
    assert min(controls) > link_voice.ALIVE


def test_silence_gives_the_error_of_guessing() -> None:
    one = np.zeros((2, SIZE), np.float32)
    names = [str(person) for person in range(PEOPLE)]
    silent = Voices({n: [one] for n in names}, dict.fromkeys(names, one), [one] * PEOPLE)
    made = link_voice.attack("net", SUBJECT, CLEAR, silent, seed=1)
    equal = [o.value for o in made if isinstance(o, Figure) and o.what.endswith("error rate")]
    assert equal == [50.0] * len(WAYS)


def by_hand(scores: list[list[float]], asked: list[int]) -> Trials:
    return Trials(np.array(scores), np.array(asked), np.arange(2))


def test_errors_of_a_perfect_and_of_a_hand_made_verifier() -> None:
    perfect = by_hand([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9], [0.2, 0.7]], [0, 0, 1, 1])
    assert perfect.errors() == (0.0, 1.0)
    assert perfect.worst() == 0.0
    # one of four true pairs lies below one of four false ones
    crossed = by_hand([[0.9, 0.1], [0.3, 0.2], [0.1, 0.9], [0.5, 0.7]], [0, 0, 1, 1])
    assert crossed.errors() == (0.25, 0.75)
    # by the second column nothing is ever taken for the wrong person
    assert crossed.worst() == 0.0


def test_the_interval_holds_the_figure_and_widens_with_what_people_differ() -> None:
    rng = np.random.default_rng(0)
    whose = np.repeat(np.arange(20), 3)
    same = whose[:, None] == np.arange(20)
    even = Trials(1.0 * same + rng.normal(0, 0.7, same.shape), whose, np.arange(20))
    low, high, *_ = even.spread(1)
    assert low <= even.errors()[0] <= high
    some = np.where(np.arange(20) < 10, 3.0, -1.0)
    uneven = Trials(some * same + rng.normal(0, 0.7, same.shape), whose, np.arange(20))
    wide_low, wide_high, *_ = uneven.spread(1)
    assert wide_high - wide_low > high - low


def test_guessing_makes_half_of_all_errors() -> None:
    whose = np.repeat(np.arange(20), 5)
    trials = Trials(np.zeros((100, 20)), whose, np.arange(20)).guessed(0)
    assert trials.errors()[0] == pytest.approx(0.5, abs=0.1)
