"""Running a network that has no card yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from passante.core.errors import ModelContractError

_ERRORS_ONLY = 3

Feed = Mapping[str, NDArray[Any]]
"""Input -> what it is given. Any: numbers of the type that the input has."""


def session(data: bytes, *, threads: int = 1, optimise: bool = True) -> ort.InferenceSession:
    """A network, ready to run on the processor.

    Args:
        data: ONNX.
        threads: How many threads one run may use.
        optimise: Whether ONNX Runtime may rewrite it, as it does in the product.

    Raises:
        ModelContractError: ONNX Runtime cannot run it.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_mem_pattern = False
    options.log_severity_level = _ERRORS_ONLY
    levels = ort.GraphOptimizationLevel
    options.graph_optimization_level = levels.ORT_ENABLE_ALL if optimise else levels.ORT_DISABLE_ALL
    try:
        return ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    # ONNX Runtime raises a dozen unrelated classes, all straight from Exception.
    except Exception as error:
        raise ModelContractError(f"ONNX Runtime cannot run this network: {error}") from error


# Any: outputs are of every type.
def run(network: ort.InferenceSession, feed: Feed) -> list[NDArray[Any]]:
    """All outputs for one set of inputs.

    Raises:
        ModelContractError: The run failed.
    """
    try:
        return [np.asarray(item) for item in network.run(None, dict(feed))]
    except Exception as error:
        raise ModelContractError(f"a run of the network failed: {error}") from error
