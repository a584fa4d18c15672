"""The network as something that can be trained."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.plates.layers import OUTPUT, Layer, Op, Width, layers

_SELDOM = 0.01
"""How likely a plate is anywhere before anything has been learnt."""


class Network(nn.Module):
    """Pictures in, maps of plates out."""

    def __init__(self, width: Width) -> None:
        """With weights by chance."""
        super().__init__()
        self.layers = layers(width)
        channels = {"input": 3} | {layer.name: layer.channels for layer in self.layers}
        self.convs = nn.ModuleDict()
        self.norms = nn.ModuleDict()
        for layer in self.layers:
            if layer.op is not Op.CONV:
                continue
            self.convs[layer.name] = nn.Conv2d(
                channels[layer.inputs[0]],
                layer.channels,
                layer.side,
                layer.stride,
                layer.pad,
                groups=layer.groups,
                bias=layer.name == OUTPUT,
            )
            if layer.name != OUTPUT:
                self.norms[layer.name] = nn.BatchNorm2d(layer.channels)
        last = self.convs[OUTPUT]
        nn.init.normal_(last.weight, std=0.01)
        nn.init.zeros_(last.bias)
        with torch.no_grad():
            last.bias[0] = -math.log(1 / _SELDOM - 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (n, 3, height, width), RGB, 0 to 1, to maps (n, 10, height / 8, width / 8)."""
        ends = {"input": pictures}
        for layer in self.layers:
            given = [ends[name] for name in layer.inputs]
            end = self._run(layer, given)
            ends[layer.name] = functional.relu(end) if layer.relu else end
        return ends[OUTPUT]

    def _run(self, layer: Layer, given: list[Tensor]) -> Tensor:
        match layer.op:
            case Op.ADD:
                return given[0] + given[1]
            case Op.DOUBLE:
                return functional.interpolate(given[0], scale_factor=2.0, mode="nearest")
            case Op.CONV:
                end = self.convs[layer.name](given[0])
                return self.norms[layer.name](end) if layer.name != OUTPUT else end

    def folded(self) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Weights (out, in / groups, side, side) and biases (out,) by layer, normalising folded in.

        They take pixels of 0 to 255.
        """
        found = {}
        for layer in self.layers:
            if layer.op is not Op.CONV:
                continue
            conv = self.convs[layer.name]
            weight = conv.weight.detach().double()
            if layer.name == OUTPUT:
                bias = conv.bias.detach().double()
            else:
                norm = self.norms[layer.name]
                gain = norm.weight.detach().double() / torch.sqrt(
                    norm.running_var.double() + norm.eps
                )
                weight = weight * gain[:, None, None, None]
                bias = norm.bias.detach().double() - norm.running_mean.double() * gain
            if layer.inputs == ("input",):
                weight = weight / 255
            found[layer.name] = (
                weight.float().cpu().numpy().astype(np.float32),
                bias.float().cpu().numpy().astype(np.float32),
            )
        return found
