from __future__ import annotations

import ctypes
import platform

import pytest

from passante.pipeline.memory import steady_memory


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only the GNU library has heaps")
def test_the_gnu_library_takes_the_limit() -> None:
    assert steady_memory()


def test_another_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert not steady_memory()
