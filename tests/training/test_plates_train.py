"""The finder of plates can be learnt: the loss falls, and what comes out runs in the product."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

if find_spec("torch") is None:
    if os.environ.get("CI"):
        pytest.fail("torch is not here: `make train-plates` brings it", pytrace=False)
    pytest.skip("torch is not here: `make train-plates` brings it", allow_module_level=True)

import torch

from passante.analyse import corners
from training.plates import bank, export, graphs, layers
from training.plates.augment import cuts, four_in_one, truth
from training.plates.bank import HIGH, MOST, WIDE, Bank, Make, Workers, padded
from training.plates.net import Network
from training.plates.targets import Truth, loss, targets
from training.plates.train import Plan, rate, train

Floats = NDArray[np.float32]
WIDTH = layers.Width(8, 16, 24, 32, eighths=1, sixteenths=1, lasts=1)
PLATE = np.array([[[60, 40], [140, 44], [138, 62], [58, 58]]], np.float32)


@dataclass(frozen=True)
class Drawn:
    picture: NDArray[np.uint8]
    quads: Floats
    ignore: Floats


def make(rng: np.random.Generator) -> Drawn:
    """Bright oblongs on grey: a plate as a child would draw it."""
    picture = np.full((HIGH, WIDE, 3), 90, np.uint8)
    x, y, wide = rng.integers(20, 300), rng.integers(20, 220), rng.integers(60, 160)
    high = wide // 4
    picture[y : y + high, x : x + wide] = 230
    picture[y + high // 4 : y + high - high // 4, x + 8 : x + wide - 8 : 6] = 20
    quad = [[[x, y], [x + wide, y], [x + wide, y + high], [x, y + high]]]
    return Drawn(picture, np.array(quad, np.float32), np.zeros((0, 4, 2), np.float32))


def filled(number: int = 8) -> Bank:
    kept = Bank(number, torch.device("cpu"))
    rng = np.random.default_rng(3)
    for _ in range(number):
        drawn = make(rng)
        kept.put(drawn.picture[None], padded(drawn.quads)[None], padded(drawn.ignore)[None])
    return kept


def truth_of(quads: Floats) -> Truth:
    """One picture with these plates and nothing unclear."""
    there = torch.ones((1, len(quads)), dtype=torch.bool)
    return Truth(torch.from_numpy(quads)[None], there, torch.full((1, 1, 4), -1e4))


@contextmanager
def workers(make: Make) -> Iterator[Workers]:
    hands = Workers(make, number=1, seed=1)
    try:
        yield hands
    finally:
        hands.close()


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(5)


# What is to be learnt -------------------------------------------------------------------------


def test_maps_that_are_right_decode_to_the_plate_they_were_made_of() -> None:
    rows, columns = 12, 24
    wanted = targets(truth_of(PLATE), rows, columns)
    heat = wanted.heat.clamp(1e-4, 1 - 1e-4)
    size = torch.sqrt(torch.tensor(80.0 * 18))
    maps = torch.zeros((10, rows * columns))
    maps[0] = torch.log(heat / (1 - heat))
    maps[1] = torch.log(size / layers.UNIT)
    maps[2:] = ((wanted.quads - wanted.places[None, :, None]) / size).reshape(-1, 8).T
    found = corners.decode(maps.reshape(10, rows, columns).numpy(), 0.5)
    assert found.corners == pytest.approx(PLATE, abs=0.01)
    assert corners.CELL == layers.CELL


def test_the_loss_of_right_maps_is_next_to_nothing_and_grows_with_the_error() -> None:
    wanted = targets(truth_of(PLATE), 12, 24)
    heat = wanted.heat.clamp(1e-4, 1 - 1e-4)
    quad = torch.from_numpy(PLATE[0])
    first, second = quad[2] - quad[0], quad[3] - quad[1]
    size = ((first[0] * second[1] - first[1] * second[0]).abs() / 2).sqrt()
    maps = torch.zeros((1, 10, 12 * 24))
    maps[0, 0] = torch.log(heat / (1 - heat))
    maps[0, 1] = torch.log(size / layers.UNIT)
    maps[0, 2:] = ((wanted.quads - wanted.places[None, :, None]) / size).reshape(-1, 8).T
    right, parts = loss(maps.reshape(1, 10, 12, 24), truth_of(PLATE))
    assert float(parts["corners"] + parts["size"] + parts["shape"]) == pytest.approx(0, abs=1e-3)
    maps[0, 2:] += 0.1
    wrong, moved = loss(maps.reshape(1, 10, 12, 24), truth_of(PLATE))
    assert float(wrong) > float(right)
    assert float(moved["corners"]) == pytest.approx(0.1, abs=0.01)


def test_nothing_is_learnt_of_heat_where_it_is_unclear() -> None:
    box = torch.tensor([[[32.0, 32.0, 96.0, 64.0]]])
    none = torch.zeros((1, 1), dtype=torch.bool)
    wanted = targets(Truth(torch.zeros((1, 1, 4, 2)), none, box), 12, 24)
    counts = wanted.counts.reshape(12, 24)
    assert counts[4:8, 4:12].sum() == 0
    assert counts.sum() == 12 * 24 - 4 * 8


def test_a_plate_that_is_too_small_or_mostly_outside_is_unclear() -> None:
    far = PLATE / 20
    outside = PLATE - np.array([100, 0], np.float32)
    quads = torch.from_numpy(np.stack([PLATE[0], far[0], outside[0]]))[None]
    found = truth(quads, torch.full((1, 1, 4, 2), torch.nan), (96, 192))
    assert found.there.tolist() == [[True, False, False]]
    assert (found.unclear[0, 1:3, 2] > found.unclear[0, 1:3, 0]).all()


def test_a_plate_upside_down_begins_at_its_left() -> None:
    turned = torch.from_numpy(PLATE[:, [2, 3, 0, 1]])[None]
    found = truth(turned, torch.full((1, 1, 4, 2), torch.nan), (96, 192))
    assert found.quads[0].numpy() == pytest.approx(PLATE)


# The pictures ---------------------------------------------------------------------------------


def test_corners_stay_on_the_plate_through_every_cut() -> None:
    pictures, found = cuts(filled(), 24, (128, 192), torch.Generator().manual_seed(1))
    inside, outside = [], []
    for picture, quads, there in zip(pictures, found.quads, found.there, strict=True):
        for quad in quads[there]:
            middle = quad.mean(0)
            for corner in quad:
                near, beyond = (middle + (corner - middle) * by for by in (0.9, 1.35))
                if (beyond > 1).all() and beyond[0] < 191 and beyond[1] < 127:
                    inside.append(float(picture[:, int(near[1]), int(near[0])].mean()))
                    outside.append(float(picture[:, int(beyond[1]), int(beyond[0])].mean()))
    assert len(inside) > 20
    assert np.mean(np.array(inside) > np.array(outside)) > 0.8


def test_four_parts_share_a_picture_with_their_plates() -> None:
    pictures = torch.stack([torch.full((3, 96, 192), value) for value in (0.1, 0.2, 0.3, 0.4)])
    one = truth_of(PLATE)
    packed, found = four_in_one(
        pictures,
        Truth(
            *(
                part.repeat(4, *[1] * (part.ndim - 1))
                for part in (one.quads, one.there, one.unclear)
            )
        ),
    )
    assert packed.shape == (1, 3, 192, 384)
    assert packed[0, 0, [0, 0, 100, 100], [0, 200, 0, 200]].tolist() == pytest.approx(
        [0.1, 0.2, 0.3, 0.4]
    )
    shift = np.array([[0, 0], [192, 0], [0, 96], [192, 96]], np.float32)
    assert found.quads[0].numpy() == pytest.approx(PLATE + shift[:, None])


def test_a_bank_forgets_the_oldest_and_tiles_what_it_makes_small() -> None:
    kept = filled(4)
    assert len(kept) == 4
    drawn = kept.draw(3, 2, torch.Generator().manual_seed(2))
    assert drawn.pictures.shape == (3, 3, HIGH, WIDE)
    known = drawn.quads[torch.isfinite(drawn.quads).all(-1).all(-1)]
    assert len(known) == 3 * 16
    for quad in known:
        x, y = quad.mean(0).int().tolist()
        assert 0 <= x < WIDE
        assert 0 <= y < HIGH
    first = make(np.random.default_rng(9))
    kept.put(first.picture[None], padded(first.quads)[None], padded(first.ignore)[None])
    assert kept.taken == 5
    assert len(kept) == 4


def test_of_too_many_plates_the_largest_are_kept() -> None:
    many = np.concatenate([PLATE * (number + 1) for number in range(MOST + 3)])
    kept = padded(many)
    assert kept.shape == (MOST, 4, 2)
    assert np.isfinite(kept).all()
    assert kept.max() == pytest.approx(many.max())
    assert np.isnan(padded(PLATE)[1:]).all()


def broken(rng: np.random.Generator) -> Drawn:
    raise ArithmeticError("no plate today")


def stuck(rng: np.random.Generator) -> Drawn:
    threading.Event().wait()
    raise AssertionError("nobody wakes it")


def test_a_worker_that_fails_is_heard() -> None:
    with workers(broken) as hands, pytest.raises(RuntimeError, match="no plate today"):
        hands.fill(Bank(2, torch.device("cpu")), wait_s=300)


def test_a_worker_that_stands_still_is_heard() -> None:
    with workers(stuck) as hands, pytest.raises(RuntimeError, match="no picture was made"):
        hands.fill(Bank(2, torch.device("cpu")), wait_s=0.1)


def test_workers_work_beside_the_threads_of_others() -> None:
    # OpenCV keeps threads; whoever is forked waits for them and has none.
    before = cv2.getNumThreads()
    cv2.setNumThreads(2)
    cv2.GaussianBlur(np.zeros((2000, 2000), np.uint8), (0, 0), 3)
    kept = Bank(2, torch.device("cpu"))
    try:
        with workers(make) as hands:
            hands.fill(kept, wait_s=300)
    finally:
        cv2.setNumThreads(before)
    assert len(kept) > 0


# The training ---------------------------------------------------------------------------------


def test_the_rate_rises_at_once_and_falls_to_nothing() -> None:
    rates = [rate(1.0, done) for done in (0, 0.03, 0.5, 1.0)]
    assert rates[0] < rates[2] < rates[1]
    assert rates[3] == 0


def test_the_loss_falls_and_what_comes_out_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(layers.WIDTHS, "tiny", WIDTH)
    plan = Plan(batch=6, room=32, first=16, size=(96, 128), most_steps=60, rate=4e-3)
    said: list[str] = []
    story = train(make, plan, tmp_path, widths=["tiny"], workers=1, tell=said.append)
    assert len(story) == 60
    total = [sum(parts.values()) for parts in story]
    assert np.mean(total[-5:]) < 0.75 * np.mean(total[:5])
    more = Plan(batch=6, room=32, first=16, size=(96, 128), most_steps=62)
    again = train(make, more, tmp_path, widths=["tiny"], workers=1, resume=True, tell=said.append)
    assert len(again) == 2
    assert "step 62" in said[-1]

    network = export.trained(tmp_path / "tiny.pt")
    shown = export.pictures(make, 4, seed=1)
    whole = ort.InferenceSession(export.export(network, shown))
    exact = ort.InferenceSession(graphs.floating(network.layers, network.weights))
    picture = {"image": shown[0][None]}
    (rounded,), (maps,) = whole.run(None, picture), exact.run(None, picture)
    assert maps.shape == (1, layers.MAPS, shown[0].shape[0] // 8, shown[0].shape[1] // 8)
    assert np.corrcoef(rounded[0, 0].ravel(), maps[0, 0].ravel())[0, 1] > 0.9


def test_a_card_gets_the_hash_and_the_size_of_its_file() -> None:
    card = 'name = "x"\nsha256 = "0"\nsize_bytes = 1\nsummary = "y"\n'
    wanted = hashlib.sha256(b"net").hexdigest()
    assert export.renewed(card, b"net") == (
        f'name = "x"\nsha256 = "{wanted}"\nsize_bytes = 3\nsummary = "y"\n'
    )


def test_the_graph_gives_what_the_trained_network_gives() -> None:
    net = Network(WIDTH).eval()
    for norm in net.norms.values():
        torch.nn.init.uniform_(norm.running_mean, -0.2, 0.2)
        torch.nn.init.uniform_(norm.running_var, 0.5, 2)
        torch.nn.init.uniform_(norm.weight, 0.5, 2)
    picture = np.random.default_rng(2).integers(0, 256, (1, 64, 96, 3), np.uint8)
    (maps,) = ort.InferenceSession(graphs.floating(net.layers, net.folded())).run(
        None, {"image": picture}
    )
    with torch.no_grad():
        wanted = net(torch.from_numpy(picture).permute(0, 3, 1, 2).float() / 255)
    assert maps == pytest.approx(wanted.numpy(), abs=1e-4)


@pytest.mark.parametrize("name", layers.WIDTHS)
def test_every_width_keeps_the_promises_of_its_docstring(name: str) -> None:
    net = Network(layers.WIDTHS[name])
    assert sum(weight.numel() for weight in net.parameters()) <= 1_000_000
    assert all(layer.channels % 8 == 0 for layer in net.layers if layer.name != layers.OUTPUT)
    assert net(torch.zeros(1, 3, 64, 96)).shape == (1, layers.MAPS, 8, 12)
    assert bank.WIDE % layers.GRAIN == bank.HIGH % layers.GRAIN == 0
