"""The head for sounds can be learnt: what is mixed is what is said, and the fit finds it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from passante.analyse.kinds import KINDS, StreetSounds
from passante.analyse.limits import limits_for
from passante.analyse.tagger import CLASSES, EMBEDDING, Yamnet
from passante.core.names import EventKind
from passante.evaluate.packaged import CLASSES_OF
from passante.evaluate.trials import listened, placed, told
from passante.models import store
from passante.models.catalogue import DEFAULTS, card
from passante.models.session import OnnxSession
from training.sounds import calibrate, fit, head, mix, sources, synthesise

Make = Callable[[np.random.Generator], NDArray[np.float32]]
INPUTS = EMBEDDING + len(head.GROUPS)


@pytest.mark.parametrize("name", [*synthesise.KINDS, *synthesise.BESIDE])
def test_every_made_sound_is_a_sound_and_no_two_are_alike(name: str) -> None:
    make = {**synthesise.KINDS, **synthesise.BESIDE}[name]
    rng = np.random.default_rng(1)
    one, other = make(rng), make(rng)
    for sound in (one, other):
        assert sound.dtype == np.float32
        assert 0.4 * 16_000 <= sound.size <= 7 * 16_000
        assert 0.4 < np.abs(sound).max() <= 0.5
    assert one.size != other.size or not np.array_equal(one, other)


def test_windows_say_whether_they_hold_the_sound() -> None:
    rng = np.random.default_rng(0)
    bed = rng.normal(0, 0.1, mix.LONGEST).astype(np.float32)
    sound = np.zeros(16_000, np.float32)
    sound[4000:12_000] = rng.normal(0, 0.3, 8000)
    windows = mix.mixture(sound, bed, 30, -30, rng)
    loud = windows.patches.mean(axis=(1, 2))
    assert {0, 1} <= set(windows.holds.tolist())
    assert loud[windows.holds == 1].min() > loud[windows.holds == 0].max()


def test_a_street_alone_holds_nothing() -> None:
    rng = np.random.default_rng(0)
    bed = rng.normal(0, 0.1, mix.LONGEST).astype(np.float32)
    assert not mix.mixture(None, bed, 0, -30, rng).holds.any()


@pytest.mark.parametrize(
    ("package", "name", "label"),
    [
        ("ufoai-sound", "base/weapons/bullet-pistol.ogg", "bang"),
        ("ufoai-sound", "base/weapons/plasma-huge.ogg", None),
        ("hedgewars-data", "Sounds/voices/Classic/Ow1.ogg", None),
        ("hedgewars-data", "Sounds/voices/Classic/Hello.ogg", sources.VOICE),
        ("unknown", "bang.wav", None),
    ],
)
def test_the_first_row_that_matches_says_what_a_recording_holds(
    package: str, name: str, label: str | None
) -> None:
    assert sources.label_of(package, name) == label


def test_every_row_names_a_kind_and_every_package_a_licence() -> None:
    for package, _, label in sources.TABLE:
        assert package in sources.LICENCES
        if label not in (None, sources.OTHER, sources.VOICE):
            assert EventKind(label) in KINDS


def gathered() -> fit.Gathered:
    """Dogs raise input 3, bangs input 7; every recording has three windows."""
    rng = np.random.default_rng(0)
    count = 900
    kind = np.full(count, -1, np.int8)
    kind[:300] = KINDS.index(EventKind.DOG)
    kind[300:600] = KINDS.index(EventKind.BANG)
    inputs = rng.normal(0, 1, (count, INPUTS)).astype(np.float32)
    inputs[:300, 3] += 6
    inputs[300:600, 7] += 6
    return fit.Gathered(inputs, kind, np.ones(count, np.int8), np.arange(count) // 3 % fit.FOLDS)


def test_the_fit_finds_what_tells_kinds_apart() -> None:
    data = gathered()
    found = fit.fit(data)
    numbers = data.inputs @ found[:, :-1].T + found[:, -1]
    for kind, rows in ((EventKind.DOG, slice(0, 300)), (EventKind.BANG, slice(300, 600))):
        column = KINDS.index(kind)
        assert (numbers[rows, column] > 0).mean() > 0.97
        assert (np.delete(numbers[:, column], np.arange(rows.start, rows.stop)) < 0).mean() > 0.97


def test_a_kind_without_a_recording_keeps_the_taggers_own_classes() -> None:
    found = fit.fit(gathered())
    column = KINDS.index(EventKind.SHOUT)
    assert np.flatnonzero(found[column]).tolist() == [EMBEDDING + column]


def test_the_written_head_gives_what_was_fitted() -> None:
    rng = np.random.default_rng(2)
    weights = rng.normal(0, 1, (len(KINDS), INPUTS + 1)).astype(np.float32)
    data = head.write(weights)
    assert data == head.write(weights)
    session = ort.InferenceSession(data, providers=["CPUExecutionProvider"])
    logits = rng.normal(-5, 4, (2, CLASSES)).astype(np.float32)
    embedding = rng.random((2, EMBEDDING)).astype(np.float32)
    (made,) = session.run(None, {"logits": logits, "embedding": embedding})
    groups = np.stack([logits[:, list(one)].max(axis=1) for one in head.GROUPS], axis=1)
    inputs = np.concatenate([embedding, np.clip(groups, head.LOWEST, head.HIGHEST)], axis=1)
    np.testing.assert_allclose(made, inputs @ weights[:, :-1].T + weights[:, -1], atol=1e-3)


def test_the_first_groups_are_those_of_the_kinds() -> None:
    assert head.GROUPS[: len(KINDS)] == tuple(CLASSES_OF[kind] for kind in KINDS)


def test_the_packaged_head_is_the_one_of_its_card() -> None:
    known = card(DEFAULTS["find.incident"])
    data = fit.FILE.read_bytes()
    assert hashlib.sha256(data).hexdigest() == known.sha256
    assert len(data) == known.size_bytes < 300_000


def test_the_tail_says_how_high_a_threshold_has_to_be() -> None:
    rng = np.random.default_rng(0)
    number = calibrate.above(rng.exponential(1.0, 50_000), share=1e-3)
    assert number == pytest.approx(np.log(1000), abs=0.35)


def heard_in(make: Make, kind: EventKind) -> int:
    """In how many of four streets a made sound is told as a kind."""
    net = OnnxSession(store.find(DEFAULTS["find.incident"]))
    listener = StreetSounds(Yamnet(OnnxSession(store.find(DEFAULTS["find.sound"]))), net)
    limits = [one for one in limits_for(net.card.sha256) if one.kind is kind]
    count = 0
    for seed in range(100, 104):
        rng = np.random.default_rng(seed)
        sound = make(rng)
        spectrum = np.fft.rfft(rng.standard_normal(8 * 16_000))
        pink = np.fft.irfft(spectrum / np.sqrt(np.arange(1, spectrum.size + 1)))
        mixed, _, _ = placed(sound, pink.astype(np.float32), 20, rng)
        count += bool(list(told(listened(mixed, listener), KINDS, limits)))
    return count


@pytest.mark.models("find.sound")
@pytest.mark.parametrize(
    ("kind", "act", "near_misses"),
    [
        (EventKind.BANG, "bang", ("slam", "hammering", "fireworks")),
        (EventKind.GLASS, "glass", ("slam", "thunder")),
        (EventKind.CRASH, "crash", ("slam", "thunder", "applause")),
        (EventKind.SIREN, "siren", ("reversing", "clatter")),
        (EventKind.FIRE, "fire", ("applause", "hammering")),
        (EventKind.ALARM, "alarm", ("horn", "thunder")),
    ],
)
def test_the_act_is_told_and_near_misses_are_not(
    kind: EventKind, act: str, near_misses: tuple[str, ...]
) -> None:
    assert heard_in(synthesise.KINDS[act], kind) >= 2
    for name in near_misses:
        assert heard_in(synthesise.BESIDE[name], kind) == 0
