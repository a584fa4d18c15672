"""A folder for another device, which measures itself there with one command."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from passante.compress.measure import PROBE

_README = """\
Measures networks on the device it is unpacked on. It needs Python, numpy and onnxruntime:

    python3 bench.py all plan.json result.json

Bring result.json back and give it to the command that made this bundle:

    passante compress ... --measured result.json

It holds networks and noise: no picture, no sound.
"""
_EPOCH = (2020, 1, 1, 0, 0, 0)


def write(path: Path, networks: Mapping[str, bytes], plan: bytes) -> Path:
    """Write the bundle. The same networks give the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        files = {
            "README.txt": _README.encode(),
            "bench.py": PROBE.read_bytes(),
            "plan.json": plan,
            **{f"{name}.onnx": data for name, data in sorted(networks.items())},
        }
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return path
