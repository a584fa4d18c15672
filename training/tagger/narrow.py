"""Which channels of YAMNet go, and what is left adjusted: no step of training yet.

Optimal brain surgeon on whole inputs of each pointwise layer (`passante.compress.surgeon`); then
every pointwise layer anew by least squares on what the narrow network itself has there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from passante.compress.surgeon import Moments, adjusted, order
from passante.models.convert.yamnet import Layer
from training.tagger.chain import Chain, Network, convolved

BLOCK = 8
PLACES = 16
"""Places of one patch's map that count at most: what lies side by side is much the same."""
ROWS = 60_000
"""Places that least squares are taken over at most."""
DAMPING = 1e-3
"""Of the mean power of what a layer reads: how hard its weights are to move."""


def narrow(
    chain: Chain, widths: Sequence[int], patches: Any, *, code: int
) -> tuple[Chain, dict[int, NDArray[np.int64]]]:
    """The chain with so many channels after each pointwise layer, adjusted by least squares.

    Args:
        chain: YAMNet.
        widths: After each pointwise layer but the last.
        patches: (n, 96, 64), of torch: what is usually heard.
        code: See `Chain`.

    Returns:
        The chain, and which channels of each of its pointwise layers are left, by the layer's
        number.
    """
    layers = list(chain.layers)
    inner = range(2, len(layers) - 1, 2)
    moments = _moments(chain, [number + 1 for number in inner], patches)
    left = {}
    for number, width in zip(inner, widths, strict=True):
        before, deep, after = layers[number : number + 3]
        matrix = moments[number + 1]
        weight = after.weight[:, :, 0, 0].astype(np.float64)
        count = len(before.weight) - width
        gone = order(weight, matrix, least=width, block=BLOCK).order[:count]
        kept = np.array(sorted(set(range(len(before.weight))) - set(gone)))
        left[number] = kept
        new, bias = adjusted(weight, after.bias.astype(np.float64), matrix, gone)
        layers[number] = replace(before, weight=before.weight[kept], bias=before.bias[kept])
        layers[number + 1] = replace(
            deep, weight=deep.weight[kept], bias=deep.bias[kept], group=width
        )
        layers[number + 2] = replace(
            after, weight=new[:, :, None, None].astype(np.float32), bias=bias.astype(np.float32)
        )
    return replace(chain, layers=tuple(layers), code=code), left


def _moments(
    chain: Chain, wanted: Sequence[int], patches: Any
) -> dict[int, NDArray[np.float64]]:  # fmt: skip
    import torch  # noqa: PLC0415 - an extra

    rng = np.random.default_rng(0)
    network = Network(chain)
    found = {number: Moments(len(chain.layers[number].weight)) for number in wanted}
    with torch.no_grad():
        for some in patches.split(32):
            for number, values in network.run(some, wanted)[1].items():
                flat = values.permute(1, 0, 2, 3).flatten(2)  # channels, patches, places
                at = rng.permutation(flat.shape[2])[:PLACES]
                found[number].add(flat[:, :, at].flatten(1).numpy())
    return {number: one.matrix() for number, one in found.items()}


def refitted(
    teacher: Chain, student: Chain, left: Mapping[int, NDArray[np.int64]], patches: Any
) -> Chain:
    """The student, each pointwise layer anew by least squares on what the student itself has there.

    Layer by layer, so that what was lost before is made up for as far as it can be: the layer is
    to give what the teacher's gives, before rectification, from what the student's gave it.
    """
    import torch  # noqa: PLC0415 - an extra

    layers = list(student.layers)
    last = len(layers) - 1
    with torch.no_grad():
        mine = theirs = patches[:, None]
        for number, old in enumerate(teacher.layers):
            wanted = _given(old, theirs)
            if number and number % 2 == 0:
                kept = slice(None) if number == last else torch.from_numpy(left[number])
                layers[number] = _solved(layers[number], mine, wanted[:, kept])
            mine, theirs = torch.relu(_given(layers[number], mine)), torch.relu(wanted)
    return replace(student, layers=tuple(layers))


def _given(layer: Layer, x: Any) -> Any:
    """What a layer gives before rectification, some patches at a time."""
    import torch  # noqa: PLC0415 - an extra

    return torch.cat([convolved(layer, part) for part in x.split(128)])


def _solved(layer: Layer, x: Any, wanted: Any) -> Layer:
    import torch  # noqa: PLC0415 - an extra

    inputs = x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])
    results = wanted.permute(0, 2, 3, 1).reshape(-1, wanted.shape[1])
    step = max(1, len(inputs) // ROWS)
    inputs = inputs[::step].double()
    inputs = torch.cat([inputs, torch.ones_like(inputs[:, :1])], 1)
    now = torch.cat(
        [torch.from_numpy(layer.weight[:, :, 0, 0]), torch.from_numpy(layer.bias)[:, None]], 1
    ).double()
    power = inputs.T @ inputs / len(inputs)
    gap = results[::step].double() - inputs @ now.T
    damping = DAMPING * float(power.diagonal()[:-1].mean())
    extra = torch.full((len(power),), damping, dtype=torch.float64)
    more = torch.linalg.solve(power + extra.diag(), inputs.T @ gap / len(inputs))
    new = (now + more.T).float().numpy()
    return replace(
        layer,
        weight=np.ascontiguousarray(new[:, :-1, None, None]),
        bias=np.ascontiguousarray(new[:, -1]),
    )
