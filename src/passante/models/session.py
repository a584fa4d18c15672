"""Running a network: arrays in, arrays out."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from passante.core.errors import ModelContractError
from passante.models.card import Card, Tensor
from passante.models.store import VerifiedModel

_ERRORS_ONLY = 3


class OnnxSession:
    """One network, ready to run on the processor. Safe to call from one thread at a time."""

    def __init__(self, model: VerifiedModel, *, threads: int = 1) -> None:
        """Make it ready.

        Args:
            model: What to run.
            threads: How many threads one run may use.

        Raises:
            ModelContractError: The network's inputs or outputs are not those of its card.
        """
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # A spinning thread waits at full speed: it would cost more than the network itself.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.inter_op.allow_spinning", "0")
        # Views come in many sizes: a plan for each would be remembered for ever.
        options.enable_mem_pattern = False
        _share_memory()
        options.add_session_config_entry("session.use_env_allocators", "1")
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.log_severity_level = _ERRORS_ONLY
        self.card = model.card
        try:
            self._session = ort.InferenceSession(
                model.data, options, providers=["CPUExecutionProvider"]
            )
        # ONNX Runtime raises a dozen unrelated classes, all straight from Exception.
        except Exception as error:
            raise ModelContractError(f"{self.card.ref}: cannot be opened: {error}") from error
        _check_names("inputs", self._session.get_inputs(), self.card.inputs, self.card)
        _check_names("outputs", self._session.get_outputs(), self.card.outputs, self.card)
        self._outputs = [tensor.name for tensor in self.card.outputs]

    @property
    def ref(self) -> str:
        """Reference of the network."""
        return self.card.ref

    # Any: a network's numbers have the types that its card names, checked below.
    def run(self, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """The outputs for these inputs, both in the order of the card.

        Raises:
            ModelContractError: An input's type or shape is not that of the card.
        """
        check_inputs(self.card, arrays)
        feed = {tensor.name: array for tensor, array in zip(self.card.inputs, arrays, strict=True)}
        try:
            return tuple(self._session.run(self._outputs, feed))
        except Exception as error:
            raise ModelContractError(f"{self.card.ref}: the run failed: {error}") from error


@cache
def _share_memory() -> None:
    """One store of working memory for all networks of the process, once.

    Left to itself every session has its own, which doubles each time that it grows. This one grows
    by what is asked for, and what one network has finished with serves the next.
    """
    exact = 1
    settings = {"max_mem": 0, "arena_extend_strategy": exact, "initial_chunk_size_bytes": 1 << 16}
    ort.create_and_register_allocator(
        ort.OrtMemoryInfo(
            "Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT
        ),
        ort.OrtArenaCfg({**settings, "max_dead_bytes_per_chunk": -1}),
    )


def check_inputs(card: Card, arrays: tuple[NDArray[Any], ...]) -> None:
    """Raise ModelContractError unless the arrays are what the card takes."""
    if len(arrays) != len(card.inputs):
        raise ModelContractError(f"{card.ref} takes {len(card.inputs)} inputs, not {len(arrays)}")
    sizes: dict[str, int] = {}
    for tensor, array in zip(card.inputs, arrays, strict=True):
        if array.dtype != np.dtype(tensor.dtype.value) or not _fits(tensor, array.shape, sizes):
            wanted = f"{tensor.dtype} {_words(tensor)}"
            given = f"{array.dtype} {array.shape}"
            raise ModelContractError(f'{card.ref}: input "{tensor.name}" is {given}, not {wanted}')


def _fits(tensor: Tensor, shape: tuple[int, ...], sizes: dict[str, int]) -> bool:
    if len(shape) != len(tensor.shape):
        return False
    for size, wanted in zip(shape, tensor.shape, strict=True):
        if isinstance(wanted, int):
            if size != wanted:
                return False
        elif size <= 0 or size % tensor.multiple or sizes.setdefault(wanted, size) != size:
            return False
    return True


def _words(tensor: Tensor) -> str:
    rule = f" in multiples of {tensor.multiple}" if tensor.multiple > 1 else ""
    return "(" + ", ".join(str(size) for size in tensor.shape) + ")" + rule


# Any: ONNX Runtime has no types.
def _check_names(what: str, given: Any, wanted: tuple[Tensor, ...], card: Card) -> None:
    has = {arg.name: arg.type for arg in given}
    needs = {tensor.name: f"tensor({_ORT_NAMES[tensor.dtype.value]})" for tensor in wanted}
    extra = set(has) - set(needs) if what == "inputs" else set()
    if extra or any(has.get(name) != kind for name, kind in needs.items()):
        raise ModelContractError(f"{card.ref}: its {what} are {has}, the card says {needs}")


_ORT_NAMES = {"float32": "float", "uint8": "uint8", "int64": "int64"}
