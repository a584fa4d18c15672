"""The small tagger's data: what is kept of sounds, and what is learnt from."""

import importlib.util

import numpy as np
import pytest

from passante.compress.repair import noise, repair
from passante.compress.running import run, session
from training.tagger import fit, gather
from unit.compress import scenes
from unit.compress.networks import classifier


def test_what_is_kept_of_a_frame_is_near_what_it_was():
    frames = np.linspace(gather.LOW, gather.HIGH, 64 * 20, dtype=np.float32).reshape(20, 64)
    kept = gather.steps(frames)
    assert kept.dtype == np.uint8
    assert gather.values(kept) == pytest.approx(frames, abs=0.03)


def test_sounds_are_gathered_package_by_package_and_silence_is_not(tmp_path):
    for package in ("a", "b"):
        (tmp_path / package).mkdir()
        scenes.sound(tmp_path / package / "tone.wav", 440, 2.0)
    scenes.sound(tmp_path / "a" / "short.wav", 440, 0.05)
    (tmp_path / "b" / "note.ogg").write_text("no sound at all")
    found = list(gather.sounds(tmp_path))
    assert len(found) == 2
    assert all(frames.shape[1] == 64 for frames in found)


def test_the_span_of_the_steps_is_the_same_for_both():
    assert (fit.LOW, fit.HIGH) == (gather.LOW, gather.HIGH)


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is an extra")
def test_mixed_patches_are_energies_that_the_tagger_could_be_given():
    chance = np.random.default_rng(0)
    kept = chance.integers(0, 256, (1200, 64)).astype(np.uint8)
    learning, judging = fit.halves(kept, np.array([100] * 12, np.int32), "cpu")
    for varied in (False, True):
        patches = learning.mixed(5, varied=varied).numpy()
        assert patches.shape == (5, 96, 64)
        assert np.isfinite(patches).all()
        assert patches.min() >= np.log(1e-3) - 1e-4
        assert patches.max() <= fit.HIGH
    assert len(judging.starts) < len(learning.starts)


def test_batches_end_when_it_is_late():
    batches = iter([{"x": 1}] * 5)
    assert len(list(fit.timed(batches, float("inf"), 3))) == 3
    assert list(fit.timed(batches, float("-inf"), 3)) == []


def test_weights_kept_in_half_are_widened_again_when_put_in_order():
    graph = classifier()
    true = run(session(graph.to_bytes()), noise(graph, {}))[0]
    half = graph.copy()
    half.constants = dict(half.constants)
    fit.halve(half)
    assert len(half.to_bytes()) < len(graph.to_bytes())
    again = repair(half.to_bytes()).graph
    assert "Cast" not in {node.op for node in again.nodes}
    assert run(session(again.to_bytes()), noise(graph, {}))[0] == pytest.approx(
        true, rel=0.02, abs=0.02
    )
