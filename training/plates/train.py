"""Trains the network that finds number plates, on pictures that are made while it learns.

    python -m training.plates.train --out FOLDER [--minutes 180] [--width medium,wide]

Writes FOLDER/<width>.pt every minute and at the end, and goes on from there when started again
with --resume. Several widths are trained side by side on the same pictures. Uses the accelerator
if there is one.
"""

from __future__ import annotations

import argparse
import copy
import math
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from training.plates.augment import cuts, four_in_one
from training.plates.bank import Bank, Make, Workers
from training.plates.layers import WIDTHS
from training.plates.mix import Diet, real_frames
from training.plates.net import Network
from training.plates.record import Learn, recorded
from training.plates.targets import Truth, loss

Tell = Callable[[str], None]
_KEEP = 0.998
"""Of the running mean of weights, how much stays at each step."""
_RECORD_AT = 400
"""After so many steps with an accelerator the running mean has settled, and steps are recorded."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train."""

    minutes: float = 180.0
    """How long in all, earlier runs counted in; the learning rate falls to nothing by then."""
    most_steps: int | None = None
    """End after so many steps instead."""
    batch: int = 16
    """Pictures of each kind, single ones and four in one, a step: so many and a third of it."""
    size: tuple[int, int] = (192, 320)
    """(height, width) of what is looked at, px; multiples of 64."""
    room: int = 4000
    """Pictures that are kept."""
    first: int = 200
    """Pictures to wait for before the first step."""
    rate: float = 2e-3
    decay: float = 0.02
    seed: int = 1
    save_s: float = 60.0
    at_once: int = 1
    """Batches that are cut out together: many small works become a few large ones."""


ACCELERATED = {"batch": 96, "size": (256, 384), "room": 36_000, "first": 2000, "at_once": 4}
"""What is different with an accelerator."""


class Learner:
    """One network in training: its weights, their running mean, and how to go on."""

    def __init__(self, width: str, plan: Plan, device: torch.device) -> None:
        """From the start."""
        torch.manual_seed(plan.seed)
        self.width = width
        self.net = Network(WIDTHS[width]).to(device, memory_format=torch.channels_last)
        self.mean = copy.deepcopy(self.net).eval()
        # Neither normalising nor biases are pulled towards nothing.
        heavy = [weight for weight in self.net.parameters() if weight.ndim > 1]
        light = [weight for weight in self.net.parameters() if weight.ndim <= 1]
        fast = device.type == "cuda"
        self._rate = torch.tensor(plan.rate, device=device)
        self.optimiser = torch.optim.AdamW(
            [{"params": heavy, "weight_decay": plan.decay}, {"params": light, "weight_decay": 0.0}],
            lr=self._rate if fast else plan.rate,
            capturable=fast,
        )
        self._recorded: Learn | None = None
        self._record_at = _RECORD_AT if fast else None
        self.steps = 0
        self.seconds = 0.0

    def step(self, pictures: Tensor, truth: Truth, rate: float) -> dict[str, Tensor]:
        """Learn from some pictures (n, 3, h, w); gives the parts of the loss."""
        if self._record_at is None:
            for group in self.optimiser.param_groups:
                group["lr"] = rate
        else:
            self._rate.fill_(rate)
            if self.steps == self._record_at:
                self._recorded = recorded(self._learn, pictures, truth)
        self.steps += 1
        return (self._recorded or self._learn)(pictures, truth)

    def _learn(self, pictures: Tensor, truth: Truth) -> dict[str, Tensor]:
        kind = pictures.device.type
        with torch.autocast(kind, torch.bfloat16, enabled=kind == "cuda", cache_enabled=False):
            maps = self.net(pictures.to(memory_format=torch.channels_last))
        total, parts = loss(maps, truth)
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)
        self.optimiser.step()
        self._follow()
        return parts

    def _follow(self) -> None:
        """Bring the running mean a little nearer."""
        keep = min(_KEEP, self.steps / (self.steps + 20))
        with torch.no_grad():
            new, old = self.net.state_dict(), self.mean.state_dict()
            floats = [name for name, value in old.items() if value.is_floating_point()]
            torch._foreach_lerp_(
                [old[name] for name in floats], [new[name] for name in floats], 1 - keep
            )

    def save(self, folder: Path) -> None:
        """Write everything that is needed to go on, and to export."""
        path = folder / f"{self.width}.pt"
        beside = path.with_suffix(".part")
        state = {
            "width": self.width,
            "net": self.net.state_dict(),
            "mean": self.mean.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "steps": self.steps,
            "seconds": self.seconds,
        }
        torch.save(state, beside)
        beside.replace(path)

    def resume(self, folder: Path) -> None:
        """Go on from what was written."""
        state = self._read(folder)
        self.net.load_state_dict(state["net"])
        self.mean.load_state_dict(state["mean"])
        self.optimiser.load_state_dict(state["optimiser"])
        for group in self.optimiser.param_groups:
            group["lr"] = self._rate if self._record_at else group["lr"]
        self.steps, self.seconds = state["steps"], state["seconds"]

    def start_from(self, folder: Path) -> None:
        """Begin with the weights of an earlier training."""
        state = self._read(folder)
        self.net.load_state_dict(state["mean"])
        self.mean.load_state_dict(state["mean"])

    # Any: torch gives whatever was saved; only numbers, since nothing else is let in.
    def _read(self, folder: Path) -> dict[str, Any]:
        path = folder / f"{self.width}.pt"
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        return state


def train(
    make: Make,
    plan: Plan,
    out: Path,
    *,
    widths: list[str],
    workers: int,
    resume: bool = False,
    start: Path | None = None,
    tell: Tell,
) -> list[dict[str, float]]:
    """Train networks of these widths.

    Args:
        make: Makes the pictures.
        plan: How to train.
        out: Folder for what comes of it.
        widths: Names of `layers.WIDTHS`.
        workers: Processes that make pictures.
        resume: Go on from what is in `out`.
        start: Folder with weights to begin with.
        tell: Told how it goes.

    Returns:
        The losses, as they were told.
    """
    hands = Workers(make, number=workers, seed=plan.seed)
    try:
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.backends.cudnn.benchmark = True  # sizes never change
        learners = [Learner(width, plan, device) for width in widths]
        for learner in learners:
            if resume:
                learner.resume(out)
            elif start is not None:
                learner.start_from(start)
        bank = Bank(plan.room, device)
        while bank.taken < plan.first:
            hands.fill(bank, wait_s=600)
        tell(f"{device}: {bank.taken} pictures to begin with, {workers} workers")
        return _run(learners, bank, hands, plan=plan, out=out, tell=tell)
    finally:
        hands.close()


def _run(
    learners: list[Learner], bank: Bank, hands: Workers, *, plan: Plan, out: Path, tell: Tell
) -> list[dict[str, float]]:
    chance = torch.Generator(bank.device).manual_seed(plan.seed)
    began, told, saved = time.monotonic(), time.monotonic(), time.monotonic()
    before = learners[0].seconds
    sums: dict[str, Tensor] = {}
    ready: list[tuple[Tensor, Truth]] = []
    counted = 0
    story: list[dict[str, float]] = []
    while True:
        now = time.monotonic()
        done = (before + now - began) / (60 * plan.minutes)
        if plan.most_steps is not None:
            done = learners[0].steps / plan.most_steps
        over = done >= 1
        for learner in learners:
            learner.seconds = before + now - began
        if counted and (over or now - told > 10 or plan.most_steps is not None):
            means = {name: float(total) / counted for name, total in sums.items()}
            story.append(means)
            words = ", ".join(f"{name} {value:.4f}" for name, value in means.items())
            tell(
                f"{learners[0].seconds:.0f} s, step {learners[0].steps}, "
                f"{bank.taken} pictures, {hands.failures} failed: {words}"
            )
            sums, counted, told = {}, 0, now
        if over or now - saved > plan.save_s:
            for learner in learners:
                learner.save(out)
            saved = now
        if over:
            return story
        hands.fill(bank, wait_s=0)
        ready = ready or batches(bank, plan, chance)
        pictures, truth = ready.pop()
        for learner in learners:
            for name, part in learner.step(pictures, truth, rate(plan.rate, done)).items():
                key = f"{learner.width} {name}"
                sums[key] = sums.get(key, torch.zeros_like(part)) + part
        counted += 1


def rate(highest: float, done: float) -> float:
    """The learning rate when a share of the time is over: up at once, then down in half a wave."""
    return highest * min(1.0, done / 0.03 + 0.02) * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def batches(bank: Bank, plan: Plan, chance: torch.Generator) -> list[tuple[Tensor, Truth]]:
    """Pictures of one plan's size, single ones and four in one."""
    fours = max(1, plan.batch // 3)
    single, truth = cuts(bank, plan.at_once * plan.batch, plan.size, chance)
    half = (plan.size[0] // 2, plan.size[1] // 2)
    packed, their = four_in_one(*cuts(bank, 4 * plan.at_once * fours, half, chance))
    # Parts come in the order of how small they were made: every batch has some of each.
    order = torch.randperm(len(single), generator=chance, device=single.device)
    other = torch.randperm(len(packed), generator=chance, device=single.device)
    found = []
    for number in range(plan.at_once):
        ours = order[number :: plan.at_once]
        theirs = other[number :: plan.at_once]
        parts = [
            torch.cat([_wide(a[ours], b.shape[1]), b[theirs]])
            for a, b in (
                (truth.quads, their.quads),
                (truth.there, their.there),
                (truth.unclear, their.unclear),
            )
        ]
        found.append((torch.cat([single[ours], packed[theirs]]), Truth(*parts)))
    return found


def _wide(values: Tensor, places: int) -> Tensor:
    """(n, m, ...) as (n, places, ...), zeros added: nothing there, and nothing unclear."""
    more = values.new_zeros((len(values), places - values.shape[1], *values.shape[2:]))
    return torch.cat([values, more], 1)


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def main(words: list[str] | None = None) -> int:
    """As the module says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights")
    parser.add_argument("--minutes", type=float, default=180.0, help="how long, in all")
    parser.add_argument("--width", default="medium", help="one or more, with commas between")
    parser.add_argument("--workers", type=int, default=1, help="processes that make pictures")
    parser.add_argument("--rate", type=float, default=Plan().rate, help="the highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", action="store_true", help="go on from FOLDER/<width>.pt")
    parser.add_argument("--start", type=Path, metavar="FOLDER", help="begin with weights of there")
    parser.add_argument("--quick", action="store_true", help="a few steps, to see that it runs")
    options = parser.parse_args(words)
    # What makes pictures has a core of its own.
    torch.set_num_threads(max(1, (os.cpu_count() or 1) - options.workers))
    frames = real_frames()
    _tell(f"{len(frames)} real frames" if frames else "no real frames: PASSANTE_DATA is no folder")
    chosen: dict[str, Any] = dict(ACCELERATED) if torch.cuda.is_available() else {}
    if options.quick:
        chosen = {"batch": 6, "room": 64, "first": 24, "size": (128, 192), "most_steps": 24}
    plan = Plan(minutes=options.minutes, rate=options.rate, seed=options.seed, **chosen)
    options.out.mkdir(parents=True, exist_ok=True)
    train(
        Diet(frames),
        plan,
        options.out,
        widths=options.width.split(","),
        workers=options.workers,
        resume=options.resume,
        start=options.start,
        tell=_tell,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
