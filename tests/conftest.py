"""What every test gets: repeatable chance, no network, and a clear word where something is absent.

`CI=true` turns "skipped, since it is absent" into a failure, so that the job which should have
the recordings and the models cannot pass without them.

`@pytest.mark.models` asks for every default network, `@pytest.mark.models("find.face")` for one;
a network that is no default is asked for by its reference, `@pytest.mark.models("yamnet@1.0.0")`.
"""

from __future__ import annotations

import os
import random
import socket
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from hypothesis import settings

from passante.core.errors import ModelError
from passante.models.card import ModelRef
from passante.models.catalogue import DEFAULTS
from passante.models.store import find, folder

# How long an example takes says something of the machine and nothing of the code.
settings.register_profile("passante", deadline=None)
settings.load_profile("passante")

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def _data_dir() -> Path:
    return Path(os.environ.get("PASSANTE_DATA") or ROOT.parent / "shared" / "data").resolve()


@cache
def _lacks(ref: ModelRef) -> str:
    """Why the network of a reference cannot be used, or ""."""
    try:
        find(ref)
    except ModelError as error:
        return f"{error} (run `passante models pull`)"
    return ""


def _absent(word: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{word} (CI is set, so this may not be skipped)", pytrace=False)
    pytest.skip(word)


@pytest.fixture(autouse=True)
def _needs(request: pytest.FixtureRequest) -> None:
    """Skip, or fail in CI, a test whose recordings or models are absent."""
    if request.node.get_closest_marker("data") and not _data_dir().is_dir():
        _absent("PASSANTE_DATA names no folder: the real recordings are not here")
    for models in request.node.iter_markers("models"):
        for name in models.args or DEFAULTS:
            if lack := _lacks(DEFAULTS.get(name) or ModelRef(name)):
                _absent(lack)


@pytest.fixture(autouse=True)
def _chance() -> None:
    """The same random numbers in every run of a test."""
    random.seed(20_260)
    np.random.seed(20_260)  # for code that uses the global generator


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine."""

    def guarded(real: Any) -> Any:  # Any: the two wrapped methods differ in what they return
        def connect(self: socket.socket, address: Any) -> Any:
            inet = self.family in (socket.AF_INET, socket.AF_INET6)
            if inet and address[0] not in LOOPBACK:
                raise PermissionError("a test tried to reach the network")
            return real(self, address)

        return connect

    monkeypatch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))


@pytest.fixture
def data_dir(request: pytest.FixtureRequest) -> Path:
    """The folder of real recordings; only for tests marked `data`."""
    if request.node.get_closest_marker("data") is None:
        pytest.fail("a test that uses data_dir carries @pytest.mark.data", pytrace=False)
    return _data_dir()


@pytest.fixture
def model_store(request: pytest.FixtureRequest) -> Path:
    """The folder of pulled models; only for tests marked `models`."""
    if request.node.get_closest_marker("models") is None:
        pytest.fail("a test that uses model_store carries @pytest.mark.models", pytrace=False)
    return folder()
