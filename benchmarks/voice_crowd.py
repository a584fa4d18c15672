"""Several voices at once: does anybody's word come through in what is left beside the voice?"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

import voice_attacks as attacks
from measure import table as markdown
from voice_cases import echoed, whispered
from voice_sound import RATE_HZ, Form, Sound, mix


def overheard(
    count: int,
    people: Sequence[tuple[Sound, str]],
    street: Iterator[Sound],
    forms: Mapping[str, Form],
    rng: np.random.Generator,
) -> str:
    """A table of the words that a recogniser hears of anybody.

    Args:
        count: Mixtures of each kind.
        people: Sentences and what is said in them.
        street: Noise without end.
        forms: What is done to a mixture.
        rng: Draws whispers and halls.
    """
    texts = [attacks.words(said) for _, said in people]
    found: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
    for at in range(count):
        who = [(3 * at + turn) % len(people) for turn in range(4)]
        strangers = [(place + 7) % len(people) for place in who]
        voices = [_placed(people[place][0], turn) for turn, place in enumerate(who)]
        mixtures = _mixtures(voices, next(street), rng)
        for (case, sound), (form, apply) in itertools.product(mixtures.items(), forms.items()):
            heard = attacks.words(attacks.whisper(apply(sound)))
            said, others = (
                sum(attacks.hits(texts[place], heard) for place in places)
                for places in (who, strangers)
            )
            found[case, form].append((said, others, len(heard)))
    sums = {key: np.sum(counts, axis=0) for key, counts in found.items()}
    rows = [
        [case, *("{} / {} of {}".format(*sums[case, form]) for form in forms)]
        for case in dict.fromkeys(case for case, _ in found)
    ]
    return (
        f"{count} mixtures of 5 s a row. Whisper tiny.en: words heard in order that one of the "
        "four said / that four others said elsewhere (chance), of all words that it wrote.\n\n"
        + markdown(["voices", *forms], rows)
    )


def _mixtures(voices: Sequence[Sound], noise: Sound, rng: np.random.Generator) -> dict[str, Sound]:
    one, two, three, four = voices
    made = {
        "two, 10 dB above a street": mix(one + two, noise, 10),
        "one and another 8 dB fainter, 5 dB above a street": mix(one + 0.4 * two, noise, 5),
        "one among three that are together as loud": one + (two + three + four) / np.sqrt(3),
        "four, as loud as a street": mix(one + two + three + four, noise, 0),
        "a voice and a whisper": one + 0.6 * whispered(two, rng),
        "in a hall (0.8 s)": echoed(one, rng, 0.8),
    }
    return {
        case: np.asarray(sound / max(1.0, np.abs(sound).max()), np.float32)
        for case, sound in made.items()
    }


def _placed(voice: Sound, turn: int) -> Sound:
    """5 s with a voice, as loud as all others; each begins a little later."""
    made, start = np.zeros(5 * RATE_HZ, np.float32), RATE_HZ // 4 * (1 + turn)
    part = voice[: made.size - start]
    made[start : start + part.size] = part * np.float32(0.05 / part.std())
    return made
