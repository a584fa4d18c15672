"""Conversions: from the files that packages hold to the ONNX files that we run.

A conversion is a pure function of bytes. It runs on the user's machine, and its result has to have
the hash that the card pins, so it must give the same bytes everywhere: arithmetic is elementwise,
sums go through `math.fsum` (no matrix product, no mean: their order of additions differs between
machines), nothing is random, nothing is calibrated, and graphs are written with `GraphWriter` or
`Graph`. What `passante compress` made smaller is made again by its recipe.

To add one: write `models/convert/NAME.py` with a function `list[bytes] -> bytes` (the parts of the
card, in its order), add a line to CONVERTERS, and name it in the card: `convert = "NAME"`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from passante.models.convert import (
    campplus,
    centerface,
    dtln,
    ge2e,
    ppocr_det,
    ssd_mobilenet_v2,
    tfjs,
    whisper_encoder,
    yamnet,
)
from passante.models.convert.recipe import by_recipe

Converter = Callable[[list[bytes]], bytes]
"""Parts of a card in its order, each already checked -> bytes of an ONNX file."""

CONVERTERS: Mapping[str, Converter] = MappingProxyType(
    {
        "campplus": campplus.convert,
        "centerface": centerface.repair,
        "centerface-int8": by_recipe(centerface.repair, "centerface-int8"),
        "dtln-mask": dtln.mask,
        "dtln-refine": dtln.refine,
        "faceres": tfjs.faceres,
        "ge2e": ge2e.convert,
        "mobileface": tfjs.mobileface,
        "ppocr-det-local": ppocr_det.settle,
        "ppocr-det-local-int8": ppocr_det.quantise,
        "ssd-mobilenet-v2": ssd_mobilenet_v2.convert,
        "ssd-mobilenet-v2-int8": by_recipe(ssd_mobilenet_v2.convert, "ssd-mobilenet-v2-int8"),
        "whisper-encoder": whisper_encoder.convert,
        "yamnet": yamnet.convert,
        "yamnet-int8": by_recipe(yamnet.convert, "yamnet-int8"),
    }
)
"""Conversions by the name that cards use."""
