"""The head for sounds can be learnt: what is mixed is what is said, and the fit finds it."""

from __future__ import annotations

import hashlib
import io
import struct
import wave
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

from passante.analyse.kinds import KINDS, StreetSounds
from passante.analyse.limits import limits_for
from passante.analyse.logmel import patches
from passante.analyse.tagger import CLASSES, EMBEDDING, Yamnet
from passante.analyse.traits import TRAITS
from passante.core.names import EventKind
from passante.evaluate.packaged import CLASSES_OF
from passante.evaluate.trials import listened, placed, told
from passante.models import store
from passante.models.catalogue import DEFAULTS, card
from passante.models.convert._graph import GraphWriter
from passante.models.session import OnnxSession
from training.sounds import calibrate, fit, head, learn, mix, sources, synthesise, unpack

Make = Callable[[np.random.Generator], NDArray[np.float32]]
INPUTS = EMBEDDING + len(head.GROUPS) + TRAITS


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
    made = mix.mixture(sound, bed, 30, -30, rng)
    loud = patches(made.frames, mix.STEP).mean(axis=(1, 2))
    assert {0, 1} <= set(made.holds.tolist())
    assert loud[made.holds == 1].min() > loud[made.holds == 0].max()


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
        if label is not None and label not in sources.NONE:
            assert EventKind(label) in KINDS


def test_archives_are_looked_into_and_only_sounds_are_taken() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a/shot.ogg", b"sound")
        made.writestr("a/readme.txt", b"text")
    found = dict(unpack.within("data/base.pk3", archive.getvalue()))
    assert found == {"data/base.pk3/a/shot.ogg": b"sound"}
    assert dict(unpack.within("x/notes.txt", b"text")) == {}


def test_sounds_of_a_wad_become_wave_files() -> None:
    sound = struct.pack("<HHI", 3, 11_025, 4) + bytes([128, 255, 0, 128])
    lumps = [(b"PLAYPAL\0", b"colours"), (b"DSPISTOL", sound)]
    body, rows, at = b"", b"", 12
    for name, data in lumps:
        rows += struct.pack("<ii8s", at, len(data), name)
        body, at = body + data, at + len(data)
    wad = struct.pack("<4sii", b"IWAD", len(lumps), at) + body + rows
    ((name, made),) = unpack.within("doom.wad", wad)
    assert name == "doom.wad/DSPISTOL.wav"
    with wave.open(io.BytesIO(made)) as read:
        assert (read.getframerate(), read.readframes(9)) == (11_025, sound[8:])


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


def test_the_fit_finds_what_tells_kinds_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learn, "EPOCHS", 80)  # of few windows
    data = gathered()
    found = fit.fit(data)
    numbers = found.numbers(data.inputs)
    for kind, rows in ((EventKind.DOG, slice(0, 300)), (EventKind.BANG, slice(300, 600))):
        column = KINDS.index(kind)
        assert (numbers[rows, column] > 0).mean() > 0.97
        assert (np.delete(numbers[:, column], np.arange(rows.start, rows.stop)) < 0).mean() > 0.97


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, other = (fit.fit(gathered()) for _ in range(2))
    np.testing.assert_array_equal(one.first, other.first)
    np.testing.assert_array_equal(one.second, other.second)


def test_the_taggers_own_number_is_added_where_it_helps_and_stands_alone_without_recordings() -> (
    None
):
    data = gathered()
    dog, bang, shout = (
        KINDS.index(one) for one in (EventKind.DOG, EventKind.BANG, EventKind.SHOUT)
    )
    said, own = np.zeros((2, len(data.kind), len(KINDS)), np.float32)
    own[:300, dog] = 1
    said[300:600, bang] = 1
    own[:300, bang] = 9
    ours, theirs = fit.blended(data, said, own)
    assert (ours[dog], ours[bang], ours[shout], theirs[shout]) == (1, 1, 0, 1)
    assert theirs[dog] > 0
    assert theirs[bang] == 0


def test_shots_and_explosions_count_half_against_each_other() -> None:
    data = gathered()
    data.kind[600:] = KINDS.index(EventKind.EXPLOSION)
    found = fit.weights(data)
    bang = found[:, KINDS.index(EventKind.BANG)]
    assert (bang[:300] == 1).all()
    assert (bang[600:] == fit.ALIKE).all()
    assert bang[300:600].sum() == pytest.approx(fit.RARE * 600)


def test_windows_that_hold_a_bit_count_neither_way() -> None:
    data = gathered()
    data.holds[300:450] = -1
    column = KINDS.index(EventKind.BANG)
    assert (fit.weights(data)[300:450, column] == 0).all()
    assert not fit.wanted(data)[300:450].any()


def test_a_gathered_file_is_looked_at_once_by_each_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    path, network = tmp_path / "g.npz", tmp_path / "tagger.onnx"
    np.savez(
        path,
        frames=rng.normal(-3, 1, (2, 398, 64)).astype(np.float16),
        holds=np.zeros((2, 13), np.int8),
        kind=np.array([-1, 0], np.int8),
        clip=np.array([-1, 0], np.int32),
        names=np.array(["one"]),
    )
    network.write_bytes(tagger())
    data = fit.load(path, network)
    assert data.inputs.shape == (26, INPUTS)
    assert data.kind.tolist() == [-1] * 13 + [0] * 13
    monkeypatch.setattr(fit.ort, "InferenceSession", None)
    np.testing.assert_array_equal(fit.load(path, network).inputs, data.inputs)


def tagger() -> bytes:
    """Means of a window as every number."""
    graph = GraphWriter("tagger")
    graph.input("patches", np.float32, ["n", 96, 64])
    for name, size in (("logits", CLASSES), ("embedding", EMBEDDING)):
        graph.output(name, np.float32, ["n", size])
        mean = graph.node("ReduceMean", ["patches"], f"{name}.mean", axes=[1, 2], keepdims=0)
        row = graph.node("Unsqueeze", [mean, graph.weight("one", np.array([1]))], f"{name}.row")
        wide = graph.weight(f"{name}.wide", np.ones((1, size), np.float32))
        graph.node("MatMul", [row, wide], name)
    return graph.to_bytes()


def test_the_written_head_adds_what_was_fitted_and_the_taggers_own() -> None:
    rng = np.random.default_rng(2)
    layers = learn.Layers(
        rng.normal(0, 0.1, (INPUTS + 1, 5)).astype(np.float32),
        rng.normal(0, 1, (6, len(KINDS))).astype(np.float32),
    )
    ours = [float(kind is not EventKind.SHOUT) for kind in KINDS]
    theirs = [
        0.5 if kind is EventKind.BANG else 1 - one for kind, one in zip(KINDS, ours, strict=True)
    ]
    data = head.write(layers, ours, theirs)
    assert data == head.write(layers, ours, theirs)
    session = ort.InferenceSession(data, providers=["CPUExecutionProvider"])
    logits = rng.normal(-5, 4, (2, CLASSES)).astype(np.float32)
    embedding = rng.random((2, EMBEDDING)).astype(np.float32)
    shape = rng.random((2, TRAITS)).astype(np.float32)
    (made,) = session.run(None, {"logits": logits, "embedding": embedding, "traits": shape})
    groups = np.stack([logits[:, list(one)].max(axis=1) for one in head.GROUPS], axis=1)
    limited = np.clip(groups, head.LOWEST, head.HIGHEST)
    said = layers.numbers(np.concatenate([embedding, limited, shape], axis=1))
    wanted = said * np.array(ours) + limited[:, : len(KINDS)] * np.array(theirs)
    np.testing.assert_allclose(made, wanted, atol=1e-3)


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
        (EventKind.BANG, "bang", ("slam", "hammering")),
        (EventKind.GLASS, "glass", ("slam", "thunder")),
        (EventKind.CRASH, "crash", ("slam", "thunder", "applause")),
        (EventKind.SIREN, "siren", ("reversing", "clatter")),
        (EventKind.FIRE, "fire", ("thunder", "hammering")),
        (EventKind.ALARM, "alarm", ("horn", "thunder")),
    ],
)
def test_the_act_is_told_and_near_misses_are_not(
    kind: EventKind, act: str, near_misses: tuple[str, ...]
) -> None:
    assert heard_in(synthesise.KINDS[act], kind) >= 2
    for name in near_misses:
        assert heard_in(synthesise.BESIDE[name], kind) == 0
