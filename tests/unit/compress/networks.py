"""Small networks and inputs to try compression on."""

import numpy as np
import onnx

from passante.models.convert.network import Graph, Node, Value

FLOAT = onnx.TensorProto.FLOAT
UINT8 = onnx.TensorProto.UINT8


def conv(graph, name, given, weight, bias=None, **settings):
    side = weight.shape[2]
    inputs = [given, graph.weight(f"{name}.weight", weight.astype(np.float32))]
    if bias is not None:
        inputs.append(graph.weight(f"{name}.bias", bias.astype(np.float32)))
    chosen = {
        "group": 1, "kernel_shape": [side, side], "pads": [side // 2] * 4, "strides": [1, 1],
        **settings,
    }  # fmt: skip
    return graph.node("Conv", inputs, name, **chosen)


def street(*, wide=16, seed=0, dtype=UINT8, size=None):
    """A small network of a street's shape: convolution, inverted residual, sum, head."""
    chance = np.random.default_rng(seed)

    def some(*shape, gain=1.0):
        fan = np.prod(shape[1:])
        return chance.standard_normal(shape) * gain / np.sqrt(fan)

    graph = Graph(name="street")
    shape = (1, *(size or ("height", "width")), 3)
    graph.inputs = [Value("image", dtype, shape)]
    graph.outputs = [Value("maps", FLOAT, None)]
    planes = graph.node("Transpose", ["image"], "planes", perm=[0, 3, 1, 2])
    if dtype == UINT8:
        planes = graph.node("Cast", [planes], "levels", to=FLOAT)
    first = conv(graph, "first", planes, some(8, 3, 3, 3) / 50, some(8), strides=[2, 2])
    first = graph.node("Relu", [first], "first.relu")
    # Channels that matter less and less, as they do in trained networks.
    fade = np.linspace(1, 0.02, wide)[:, None, None, None]
    up = conv(graph, "expand", first, some(wide, 8, 1, 1) * fade, some(wide) * 0.1)
    up = graph.node("Relu", [up], "expand.relu")
    deep = conv(graph, "deep", up, some(wide, 1, 3, 3), some(wide) * 0.1, group=wide)
    deep = graph.node("Relu", [deep], "deep.relu")
    down = conv(graph, "project", deep, some(8, wide, 1, 1), some(8) * 0.1)
    both = graph.node("Add", [first, down], "both")
    conv(graph, "maps", both, some(5, 8, 1, 1), some(5))
    for number, node in enumerate(graph.nodes):
        node.name = f"{node.op}_{number}"
    return graph


def classifier(seed=0, classes=4):
    """A small classifier of pictures (1, 3, 32, 32) in floating point."""
    chance = np.random.default_rng(seed)
    graph = Graph(name="classifier")
    graph.inputs = [Value("input", FLOAT, (1, 3, 32, 32))]
    graph.outputs = [Value("classes", FLOAT, (1, classes))]
    first = conv(graph, "first", "input", chance.standard_normal((8, 3, 3, 3)), strides=[2, 2])
    first = graph.node("Relu", [first], "first.relu")
    pooled = graph.node("GlobalAveragePool", [first], "pooled")
    flat = graph.node("Flatten", [pooled], "flat")
    head = graph.weight("head.weight", chance.standard_normal((8, classes)).astype(np.float32))
    bias = graph.weight("head.bias", np.zeros(classes, np.float32))
    graph.nodes.append(Node("Gemm", [flat, head, bias], ["classes"], "head"))
    for number, node in enumerate(graph.nodes):
        node.name = f"{node.op}_{number}"
    return graph


def pictures(count=4, height=32, width=48, seed=1):
    """Inputs of `street`: smooth pictures of chance."""
    chance = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        coarse = chance.integers(0, 256, (height // 8, width // 8, 3))
        made.append(np.kron(coarse, np.ones((8, 8, 1))).astype(np.uint8)[None])
    return [{"image": picture} for picture in made]


SIZES = {"image": (1, 32, 48, 3)}
