"""Steps of a training, recorded once and played again: an accelerator is not kept waiting.

A step is some thousand small works; handing them over one by one takes longer than doing them.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from training.plates.targets import Truth

Learn = Callable[[Tensor, Truth], dict[str, Tensor]]
"""One step: pictures and what is on them in, parts of the loss out."""
_FIRST = 4
"""Steps before the record, so that whatever is made at the first is there."""


def recorded(learn: Learn, pictures: Tensor, truth: Truth) -> Learn | None:
    """A step that is played from a record; None where it cannot be recorded.

    Args:
        learn: A step of the same works every time, that waits for none of them.
        pictures: Of the size that all have.
        truth: Likewise.
    """
    held = pictures.clone()
    kept = Truth(truth.quads.clone(), truth.there.clone(), truth.unclear.clone())
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(_FIRST):
            learn(held, kept)
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    try:
        with torch.cuda.graph(graph):
            parts = learn(held, kept)
    except RuntimeError:
        return None

    def play(pictures: Tensor, truth: Truth) -> dict[str, Tensor]:
        held.copy_(pictures)
        for old, new in zip(
            (kept.quads, kept.there, kept.unclear),
            (truth.quads, truth.there, truth.unclear),
            strict=True,
        ):
            old.copy_(new)
        graph.replay()
        return {name: part.clone() for name, part in parts.items()}

    return play
