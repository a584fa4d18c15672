"""Unpacks the recordings of Debian packages, one folder for each: what `gather` reads.

    python -m training.sounds.unpack FOLDER_OF_DEBS PACKAGES

Archives within are looked into: .zip, .pk3, .pk4, .wz and .sc2 (zip), and .wad (sound lumps of
8 bit). Only files of sound are written.
"""

from __future__ import annotations

import argparse
import io
import struct
import subprocess
import sys
import tarfile
import wave
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from training.sounds.sources import SOUNDS

_ZIPS = {".zip", ".pk3", ".pk4", ".wz"}


def main() -> int:
    """Unpack every package of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("debs", type=Path)
    parser.add_argument("packages", type=Path)
    options = parser.parse_args()
    for deb in sorted(options.debs.glob("*.deb")):
        package = deb.name.split("_")[0]
        count = 0
        for name, data in files(deb):
            # what is in an archive lies in a folder of its name; no way leads out of the package
            parts = [part for part in PurePosixPath(name).parts if part not in {"/", ".", ".."}]
            path = options.packages.joinpath(package, *parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            count += 1
        sys.stderr.write(f"{count:6} {package}\n")
    return 0


def files(deb: Path) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of the files of sound of a package."""
    command = ["dpkg-deb", "--fsys-tarfile", str(deb)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603  # a fixed one
        assert process.stdout is not None
        with tarfile.open(fileobj=process.stdout, mode="r|") as tar:
            for member in tar:
                suffix = PurePosixPath(member.name).suffix.lower()
                if member.isfile() and suffix in SOUNDS | _ZIPS | {".wad"}:
                    stream = tar.extractfile(member)
                    assert stream is not None
                    yield from within(member.name, stream.read())


def within(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """A file of sound, or those of an archive."""
    match PurePosixPath(name).suffix.lower():
        case ".wad":
            yield from ((f"{name}/{lump}.wav", sound) for lump, sound in lumps(data))
        case suffix if suffix in _ZIPS:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for one in archive.namelist():
                    if PurePosixPath(one).suffix.lower() in SOUNDS:
                        yield f"{name}/{one}", archive.read(one)
        case suffix if suffix in SOUNDS:
            yield name, data
        case _:
            return


def lumps(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and .wav files of the sounds of a WAD: a list of lumps, those of sound 8 bit, mono."""
    count, at = struct.unpack_from("<ii", data, 4)
    for number in range(count):
        first, size, raw = struct.unpack_from("<ii8s", data, at + 16 * number)
        name = raw.rstrip(b"\0").decode("ascii", "replace")
        if name.startswith("DS") and size > 8:
            form, rate_hz, samples = struct.unpack_from("<HHI", data, first)
            if form == 3 and samples <= size - 8:
                yield name, _wave(data[first + 8 : first + 8 + samples], rate_hz)


def _wave(samples: bytes, rate_hz: int) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(rate_hz)
        out.writeframes(samples)
    return made.getvalue()


if __name__ == "__main__":
    sys.exit(main())
