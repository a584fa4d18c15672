"""A mark planted in raw pixels and samples turns up in no file, report, log or temporary file.

Everything is lossless, in and out, so that a leak of even one row of pixels could be found.
"""

import logging
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

import passante.cli.protect as command
from passante.analyse.voice import Memory
from passante.cli.main import cli
from passante.core.names import Kind
from passante.inside.observation import Detections
from passante.inside.video import View
from standins import RATE_HZ, ToneVoice, equipment

MARK = np.random.default_rng(99).integers(20, 236, (48, 48)).astype(np.uint8)
"""Nothing else in the world looks like it, so its bytes and its look can be searched for."""
CRY_AT, CRY_S = 0.6, 0.5
"""When the canary cries, s."""


class MarkFinder:
    """Sees whatever stands out from the plain wall; meanwhile looks at every file there is."""

    model = "marks@1.0.0"
    kinds = frozenset({Kind.FACE})

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.snapshots: list[bytes] = []

    def look(self, view: View) -> Detections:
        self.snapshots.extend(data for path, data in files(self._folder) if path.stem != "in")
        strange = (np.abs(view.pixels.astype(int) - 111).max(axis=2) > 9).astype(np.uint8)
        whole = cv2.morphologyEx(strange, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
        count, _, stats, _ = cv2.connectedComponentsWithStats(whole)
        boxes = [(x, y, x + w, y + h) for x, y, w, h, _ in stats[1:count] if min(w, h) >= 6]
        return Detections(
            view.to_frame(np.array(boxes, np.float32).reshape(-1, 4)),
            np.ones(len(boxes), np.float32),
            (Kind.FACE,) * len(boxes),
            self.model,
        )


class CryVoice(ToneVoice):
    """Hears the canary like any loud sound; meanwhile looks at every file there is."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.snapshots: list[bytes] = []

    def look(
        self, chunks: NDArray[np.float32], memory: Memory
    ) -> tuple[NDArray[np.float32], Memory]:
        self.snapshots.extend(data for path, data in files(self._folder) if path.stem != "in")
        return super().look(chunks, memory)


def files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.read_bytes()


def likeness(luma: NDArray[np.uint8]) -> float:
    """Best match of the mark anywhere in a picture: 1 is the mark itself, 0 is chance."""
    return float(cv2.matchTemplate(luma, MARK, cv2.TM_CCOEFF_NORMED).max())


def holds_mark(data: bytes) -> bool:
    """Whether raw pixels of the mark stand in it: 16 of them in a row."""
    return any(row[at : at + 16].tobytes() in data for row in MARK for at in (0, 16, 32))


def cry() -> NDArray[np.int16]:
    """(n,): loud noise that nothing else in the world sounds like."""
    sound = np.random.default_rng(98).normal(0, 6000, round(CRY_S * RATE_HZ))
    return np.asarray(np.clip(sound, -30_000, 30_000), np.int16)


def echo(sound: NDArray[np.float64]) -> float:
    """Best match of the canary's cry anywhere in a sound: 1 is the cry itself, 0 is chance."""
    voice = cry().astype(float)
    spread = np.correlate(sound, voice, "valid")
    energy = np.sqrt(np.convolve(sound**2, np.ones(len(voice)), "valid") * (voice**2).sum())
    return float((np.abs(spread) / np.maximum(energy, 1e-9)).max())


def lumas(path: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(path)) as media:
        return [
            np.asarray(frame.to_ndarray(format="gray"), np.uint8) for frame in media.decode(video=0)
        ]


def sound_of(path: Path) -> NDArray[np.float64]:
    with av.open(str(path)) as media:
        parts = [frame.to_ndarray().reshape(-1) for frame in media.decode(audio=0)]
    return np.concatenate(parts).astype(float)


def plant(path: Path, *, frames: int) -> None:
    """A lossless recording with the mark on every frame and one cry of the canary."""
    with av.open(str(path), "w") as output:
        pictures = output.add_stream("ffv1", rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 192, 144, "yuv420p"
        track = output.add_stream("pcm_s16le", rate=RATE_HZ, layout="mono")
        grey = np.full((216, 192), 128, np.uint8)
        grey[:144] = 110
        grey[48:96, 64:112] = MARK
        for seq in range(frames):
            shown = av.VideoFrame.from_ndarray(grey, format="yuv420p")
            shown.pts, shown.time_base = seq, Fraction(1, 25)
            output.mux(pictures.encode(shown))
        output.mux(pictures.encode())
        samples = np.random.default_rng(97).normal(0, 20, frames * RATE_HZ // 25).astype(np.int16)
        start = round(CRY_AT * RATE_HZ)
        samples[start : start + len(cry())] += cry()
        heard = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
        heard.sample_rate, heard.pts, heard.time_base = RATE_HZ, 0, Fraction(1, RATE_HZ)
        output.mux(track.encode(heard))
        output.mux(track.encode())


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds whatever a run could write: outputs, temporary files, caches."""
    monkeypatch.chdir(tmp_path)
    for name in ("TMPDIR", "HOME", "XDG_CACHE_HOME"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


@pytest.mark.parametrize("policy", ["street", "person", "silent"])
def test_the_mark_in_a_picture_is_in_nothing_that_was_written(
    here: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, policy: str
) -> None:
    caplog.set_level(logging.DEBUG)
    finder = MarkFinder(here)
    monkeypatch.setattr(command, "Equipment", lambda found, **_: equipment(found, faces=finder))
    picture = np.full((144, 192), 110, np.uint8)
    picture[48:96, 64:112] = MARK
    cv2.imwrite("in.png", picture)
    assert likeness(picture) > 0.99  # the search works: it finds the mark in the input
    assert holds_mark(picture.tobytes())

    words = ["protect", "in.png", "-o", "out.png", "--policy", policy, "--report", "r.json"]
    ended = CliRunner().invoke(cli, [*words, "--debug"])
    assert ended.exit_code == 0, ended.output

    written = {path.name: data for path, data in files(here) if path.name != "in.png"}
    assert set(written) == {"out.png", "r.json"}
    shown = np.asarray(cv2.imread("out.png", cv2.IMREAD_GRAYSCALE), np.uint8)
    assert likeness(shown) < 0.3
    told = (ended.output + caplog.text).encode()
    for data in [*written.values(), *finder.snapshots, shown.tobytes(), told]:
        assert not holds_mark(data)


def test_the_mark_and_the_cry_in_a_recording_are_in_nothing_that_was_written(
    here: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    finder, voice = MarkFinder(here), CryVoice(here)
    monkeypatch.setattr(
        command, "Equipment", lambda found, **_: equipment(found, faces=finder, voice=voice)
    )
    plant(Path("in.mkv"), frames=50)
    assert min(map(likeness, lumas(Path("in.mkv")))) > 0.99
    assert echo(sound_of(Path("in.mkv"))) > 0.9  # the search works: it finds the cry in the input

    words = ["protect", "in.mkv", "-o", "out.mkv", "--codec", "ffv1", "--report", "r.json"]
    ended = CliRunner().invoke(cli, [*words, "--debug"])
    assert ended.exit_code == 0, ended.output

    written = {path.name: data for path, data in files(here) if path.name != "in.mkv"}
    assert set(written) == {"out.mkv", "r.json"}
    shown = lumas(Path("out.mkv"))
    assert len(shown) == 50
    assert max(map(likeness, shown)) < 0.3
    assert echo(sound_of(Path("out.mkv"))) < 0.1
    told = (ended.output + caplog.text).encode()
    snapshots = finder.snapshots + voice.snapshots
    assert snapshots, "nobody looked while the run went on"
    for data in [*written.values(), *snapshots, told, *(luma.tobytes() for luma in shown)]:
        assert not holds_mark(data)
        assert cry()[:64].tobytes() not in data


@pytest.mark.parametrize("fault", ["look", "write"])
def test_a_run_that_fails_leaves_no_mark_either(
    here: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    caplog.set_level(logging.DEBUG)

    class Failing(MarkFinder):
        def look(self, view: View) -> Detections:
            found = super().look(view)
            if fault == "look" and len(self.snapshots) > 4:
                raise RuntimeError(view.pixels.tobytes())
            return found

    finder = Failing(here)
    monkeypatch.setattr(command, "Equipment", lambda found, **_: equipment(found, faces=finder))
    plant(Path("in.mkv"), frames=100)
    target = "out.mkv" if fault == "look" else "none/out.mkv"
    words = ["protect", "in.mkv", "-o", target, "--codec", "ffv1", "--report", "r.json"]
    ended = CliRunner().invoke(cli, words)
    assert ended.exit_code in {5, 6}
    assert {path.name for path, _ in files(here)} == {"in.mkv"}
    for data in [*finder.snapshots, (ended.output + caplog.text).encode()]:
        assert not holds_mark(data)
