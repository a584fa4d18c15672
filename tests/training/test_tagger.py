"""The small tagger: what is kept of sounds, what is learnt from, and how channels go."""

import os
from importlib.util import find_spec

import numpy as np
import pytest

from unit.compress import scenes

if find_spec("torch") is None:
    if os.environ.get("CI"):
        pytest.fail("torch is not here: `make train-plates` brings it", pytrace=False)
    pytest.skip("torch is not here: `make train-plates` brings it", allow_module_level=True)

import torch

from passante.compress.running import run, session
from passante.models.convert import yamnet
from passante.models.convert.yamnet import Layer
from training.tagger import fit, gather, mixing
from training.tagger.chain import Chain, Network, halved, read, write
from training.tagger.narrow import narrow, refitted

WIDE = 24


def small(seed: int = 0) -> Chain:
    """A network of YAMNet's form with two pairs; half of the inner channels say next to nothing."""
    rng = np.random.default_rng(seed)

    def layer(name: str, shape: tuple[int, ...], stride: int = 1) -> Layer:
        fan = shape[1] * shape[2] * shape[3]
        weight = (rng.standard_normal(shape) * np.sqrt(2 / fan)).astype(np.float32)
        bias = (rng.standard_normal(shape[0]) * 0.1).astype(np.float32)
        return Layer(name, weight, bias, stride, shape[0] if "deep" in name else 1)

    layers = [
        layer("first", (8, 1, 3, 3), 2),
        layer("deep0", (8, 1, 3, 3)),
        layer("point0", (WIDE, 8, 1, 1)),
        layer("deep1", (WIDE, 1, 3, 3), 2),
        layer("point1", (yamnet.EMBEDDING, WIDE, 1, 1)),
    ]
    layers[-1].weight[:, ::2] *= 0.01
    dense = (rng.standard_normal((yamnet.EMBEDDING, yamnet.CLASSES)) / 32).astype(np.float32)
    return Chain(tuple(layers), dense, np.zeros(yamnet.CLASSES, np.float32))


def embedding(chain: Chain, patches: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return Network(chain).run(patches)[0]


def patches(count: int) -> torch.Tensor:
    return torch.from_numpy(
        np.random.default_rng(1).standard_normal((count, 96, 64)).astype(np.float32)
    )


def test_what_is_kept_of_a_frame_is_near_what_it_was():
    frames = np.linspace(gather.LOW, gather.HIGH, 64 * 20, dtype=np.float32).reshape(20, 64)
    kept = gather.steps(frames)
    assert kept.dtype == np.uint8
    assert gather.values(kept) == pytest.approx(frames, abs=0.03)


def test_files_are_gathered_package_by_package_and_what_is_no_sound_is_left_out(tmp_path):
    for package in ("a", "b"):
        (tmp_path / package).mkdir()
        scenes.sound(tmp_path / package / "tone.wav", 440, 2.0)
    (tmp_path / "b" / "note.ogg").write_text("no sound at all")
    found = list(gather.pieces([tmp_path]))
    assert [sound.size for sound in found] == pytest.approx([32_000, 32_000], abs=600)


def test_a_long_file_is_looked_into_at_several_places(tmp_path):
    scenes.sound(tmp_path / "long.wav", 440, 95.0)
    found = list(gather.heard(tmp_path / "long.wav", np.random.default_rng(0)))
    assert len(found) == 3
    assert {sound.size for sound in found} == {gather.PIECE_S * 16_000}


def test_the_span_of_the_steps_is_the_same_for_both():
    assert (mixing.LOW, mixing.HIGH) == (gather.LOW, gather.HIGH)


def test_mixed_patches_are_energies_that_the_tagger_could_be_given():
    kept = np.random.default_rng(0).integers(0, 256, (4000, 64)).astype(np.uint8)
    learning, judging = fit.halves(kept, np.array([100] * 40, np.int32))
    for varied in (False, True):
        made = learning.mixed(5, varied=varied).numpy()
        assert made.shape == (5, 96, 64)
        assert np.isfinite(made).all()
        assert made.min() >= np.log(1e-3) - 1e-4
        assert made.max() <= mixing.HIGH
    assert len(learning.starts) == 19 * len(judging.starts)


def test_a_chain_that_was_written_and_read_again_says_what_it_said():
    chain, some = small(), patches(4)
    data = write(chain)
    logits, said = run(session(data), {"patches": some.numpy()})
    assert said == pytest.approx(embedding(chain, some).numpy(), abs=1e-3)
    assert logits == pytest.approx(said @ chain.dense, abs=1e-2)
    again = read(data)
    assert [layer.name for layer in again.layers] == [layer.name for layer in chain.layers]
    assert torch.equal(embedding(again, some), embedding(chain, some))


def test_a_dense_layer_halved_loses_nothing_where_embeddings_have_so_few_directions():
    rng = np.random.default_rng(0)
    values = rng.standard_normal((500, 8)) @ rng.standard_normal((8, 64))
    dense = rng.standard_normal((64, 20)).astype(np.float32)
    into, out = halved(dense, values.T @ values / 500, 8)
    assert into.shape == (64, 8)
    true = values @ dense
    assert np.abs(values @ into @ out - true).max() < 0.02 * np.abs(true).max()


def test_channels_that_say_little_go_first_and_the_rest_makes_up_for_them():
    chain, some = small(), patches(64)
    narrowed, left = narrow(chain, [WIDE // 2], some, code=0)
    assert narrowed.layers[2].weight.shape[0] == WIDE // 2
    assert narrowed.layers[3].group == WIDE // 2
    assert (left[2] % 2 == 1).mean() > 0.9
    true = embedding(chain, some)
    lost = ((embedding(narrowed, some) - true) ** 2).mean() / true.var()
    assert lost < 0.01


def test_least_squares_bring_a_layer_back_that_reads_something_else_than_it_was_made_for():
    chain, some = small(), patches(64)
    narrowed, left = narrow(chain, [WIDE // 2], some, code=0)
    narrowed.layers[-1].weight[:] *= 0.5
    true = embedding(chain, some)
    before = ((embedding(narrowed, some) - true) ** 2).mean()
    after = ((embedding(refitted(chain, narrowed, left, some), some) - true) ** 2).mean()
    assert after < before / 20


def test_rounded_numbers_are_at_most_half_a_step_away_and_let_slopes_through():
    rounding = fit.Rounding(Network(small()), patches(4))
    values = torch.linspace(0, rounding.tops[0], 1000, requires_grad=True)
    rounded = rounding.result(0, values)
    assert float((rounded - values).detach().abs().max()) <= rounding.tops[0] / 255 / 2 + 1e-5
    assert len(rounded.detach().unique()) == 256
    rounded.sum().backward()
    assert values.grad is not None
    assert float(values.grad.mean()) > 0.99
