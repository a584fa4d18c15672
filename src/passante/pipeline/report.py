"""The report of one run: what was done, with what, and what was lost. Never what was seen.

It holds counts, times, names of files and references of models; no picture, no sound, no feature
of a person and no word. `docs/report.md` explains the fields, `docs/report.schema.json` is
`schema()`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from passante.sinks import PartialFile, sink_error

SCHEMA = 1
"""Version of the report's form. It grows when a field changes its meaning or goes away."""

Count = Annotated[int, msgspec.Meta(ge=0)]
Seconds = Annotated[float, msgspec.Meta(description="s")]
Hash = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$", description="sha256, hexadecimal")]


class PolicyUsed(msgspec.Struct, frozen=True, kw_only=True):
    """The policy that decided what is hidden."""

    name: str
    version: str
    sha256: Hash
    leaves_visible: str
    operators: dict[str, str]
    """Sensitive kind -> operator with its version."""
    revealed: dict[str, str]
    """Sensitive kind shown on purpose -> legal basis in words."""


class ModelUsed(msgspec.Struct, frozen=True, kw_only=True):
    """A network that looked or listened."""

    ref: str
    task: str
    sha256: Hash


class InputRead(msgspec.Struct, frozen=True, kw_only=True):
    """What came in."""

    name: str
    """Of the file; of several, with its folder below the folder that was given."""
    kind: Literal["video", "picture", "sound"]
    container: str
    duration_s: Seconds | None
    """As the container has it."""
    truncated: bool
    dropped: tuple[str, ...]
    """What of the container is not in the output."""


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """Items read but not written, by reason."""

    unanalysed: Count
    unprotected: Count
    late: Count


class FaultSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Why items were lost: the name of an error, without its text."""

    place: Literal["analysis", "protection"]
    error: str
    times: Count


class StreamDone(msgspec.Struct, frozen=True, kw_only=True):
    """One stream: read = written + dropped.unanalysed + dropped.unprotected + dropped.late."""

    stream: str
    kind: Literal["video", "audio"]
    codec: str
    """Of the input."""
    read: Count
    """Frames, or blocks of sound."""
    written: Count
    dropped: Lost
    media_s: Seconds
    """Stream time from the first frame read to the last, or to the end of the last sound."""
    delay_mean_s: Seconds
    """From read to handed to the output, by the wall clock."""
    delay_max_s: Seconds
    faults: tuple[FaultSeen, ...]


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A frame of the picture stream."""

    seq: Count
    """Counts frames from 0."""
    time_s: Seconds
    """Presentation time, as in the container."""


class Frames(msgspec.Struct, frozen=True, kw_only=True):
    """On how many frames something was covered, by the reason for it."""

    detection: Count
    tracking: Count
    look_ahead: Count
    prior: Count


class TrackCovered(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was followed and covered. Its number means nothing outside this run."""

    number: int
    kind: str
    first: Moment
    last: Moment
    frames: Frames


class SpeechFound(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch that was treated as speech, with its margins."""

    stream: str
    start_s: Seconds
    end_s: Seconds


class OutputWritten(msgspec.Struct, frozen=True, kw_only=True):
    """What came out."""

    name: str
    """Of the file; of several, with its folder below that of all outputs."""
    size_bytes: Count
    levels: str | None = None
    """Name of the file of sound levels beside it, or null."""


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """What it cost."""

    wall_s: Seconds
    cpu_s: Seconds
    """Of this process, all threads."""
    media_s: Seconds
    """Length of the longest stream; 0 for a picture."""
    peak_rss_bytes: Count
    """The most memory this process has held since it started."""


class Report(msgspec.Struct, frozen=True, kw_only=True, tag_field="report_of", tag="file"):
    """Everything about one run that may be known outside."""

    schema: Literal[1] = 1
    software: str
    policy: PolicyUsed
    models: tuple[ModelUsed, ...]
    input: InputRead
    output: OutputWritten
    streams: tuple[StreamDone, ...]
    tracks: tuple[TrackCovered, ...]
    """What the policy reveals, and vehicles, are followed too but not listed."""
    speech: tuple[SpeechFound, ...]
    notes: tuple[str, ...]
    timing: Timing


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One of several inputs that could not be protected; nothing was written for it."""

    name: str
    """Of the file, with its folder below the folder that was given."""
    error: str
    exit_code: int


class Batch(msgspec.Struct, frozen=True, kw_only=True, tag_field="report_of", tag="files"):
    """A run over several inputs."""

    schema: Literal[1] = 1
    files: tuple[Report, ...]
    failed: tuple[Failure, ...]
    skipped: tuple[str, ...]
    """Names of files that are no media and were left alone."""


# Any: a JSON schema is whatever JSON there is.
def schema() -> dict[str, Any]:
    """The JSON schema of a report file, of one input or of several."""
    found = msgspec.json.schema(Report | Batch)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Passante report, schema {SCHEMA}",
        **found,
    }


def renamed(report: Report, name: str) -> Report:
    """The report of one of several inputs, which is called `name` on either side."""
    replace = msgspec.structs.replace
    return replace(
        report,
        input=replace(report.input, name=name),
        output=replace(report.output, name=name),
    )


def encode(report: Report | Batch) -> bytes:
    """As JSON for people: indented, ends with a line feed."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def decode(data: bytes) -> Report | Batch:
    """What `encode` made; raises msgspec.ValidationError for anything else."""
    return msgspec.json.decode(data, type=Report | Batch)


def write(path: Path, report: Report | Batch) -> None:
    """Write the report beside `path` and put it there when it is complete.

    Raises:
        SettingsError: There is a folder of that name.
        SinkError: It cannot be written; what stood there before still stands.
    """
    part = PartialFile(path, overwrite=True)
    try:
        part.path.write_bytes(encode(report))
        part.commit()
    except OSError as error:
        raise sink_error(f"the report {path.name}", error) from error
    finally:
        part.discard()
