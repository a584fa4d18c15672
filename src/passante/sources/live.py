"""Live streams: cameras by RTSP, and whatever comes by HTTP, UDP or TCP, on one clock each.

Plain synchronous code, as every source: reading blocks, for as long as the settings allow and no
longer. Whoever must not wait, or wants to lose pictures rather than fall behind, reads it in a
thread (`pipeline.gather`).
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
from av.error import FFmpegError

from passante.core.address import Address
from passante.core.clock import NS_PER_S, Clock, SystemClock
from passante.core.errors import (
    SettingsError,
    SourceError,
    SourceLostError,
    SourceUnavailableError,
)
from passante.core.media import AudioStream, MediaInfo
from passante.core.names import StreamId
from passante.inside.audio import RawAudio
from passante.inside.video import RawFrame
from passante.sources._formats import ALLOWED
from passante.sources._pace import Pace
from passante.sources._tracks import SILENT, Tracks, reason

Raw = RawFrame | RawAudio

_PROTOCOLS = {
    "rtsp": "rtsp,rtp,tcp,udp",
    "rtsps": "rtsp,rtsps,rtp,tls,tcp,udp",
    "http": "http,https,tls,tcp",
    "https": "https,tls,tcp",
    "udp": "udp",
    "tcp": "tcp",
}
"""What a connection may be made of: never a file, and nothing in the clear that began under TLS."""
_FORMATS = {
    "rtsp": "rtsp",
    "rtsps": "rtsp",
    "http": ALLOWED + ",mpjpeg",
    "https": ALLOWED + ",mpjpeg",
    "udp": "mpegts",
    "tcp": ALLOWED,
}
_TICK = Fraction(1, NS_PER_S)
_STEADY_NS = 60 * NS_PER_S
"""A connection that held for so long was a good one: tries are counted anew after it."""
_LONGEST_WAIT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSettings:
    """How a live stream is connected to, and for how long it is waited for."""

    open_s: float = 10.0
    """Longest wait for a connection and its first picture or sound, s."""
    read_s: float = 10.0
    """Longest silence, s."""
    tries: int = 5
    """So many times in a row it is connected to again."""
    wait_s: float = 1.0
    """Wait before the first of these tries, s; twice as long before each further one, 30 s at
    most."""
    authority: Path | None = None
    """Certificates that a camera's is checked with; None: those of the system."""
    datagrams: bool = False
    """RTSP takes its media by UDP; else within its own connection, where nothing gets lost."""


class LiveSource:
    """One live stream, connected to again where it breaks off.

    Stream time is real time since the first connection, and every item says when it was captured,
    as nearly as its arrival tells. It ends where the stream is known to have an end (a file that
    comes by HTTP), where `close` is called, or with an error.

    Attributes:
        notes: What a report should say about the reading, in plain words, without content.
        breaks: How often it broke off and was connected to again.
    """

    def __init__(
        self,
        address: Address,
        settings: LiveSettings | None = None,
        *,
        clock: Clock | None = None,
        tell: Callable[[str], None] = lambda _: None,
        stop: threading.Event | None = None,
    ) -> None:
        """Connect.

        Args:
            address: Where it is.
            settings: How long to wait, and for what.
            clock: Real time.
            tell: Takes one line for the operator when the stream breaks off and when it is back.
            stop: Ends it from another thread, once set: no further wait, no further item.

        Raises:
            SourceUnavailableError: It cannot be connected to, or holds no media.
            DecodeError: What it holds cannot be decoded.
        """
        self._address = address
        self._settings = settings or LiveSettings()
        self._clock = clock or SystemClock()
        self._tell = tell
        self._stop = stop or threading.Event()
        self.notes: list[str] = []
        self.breaks = 0
        self._container: av.container.InputContainer | None = None
        self._seq: dict[StreamId, int] = {}
        self._failed = 0
        self._other = 0
        self._connected_ns = 0
        # Not before the first connection stands: opening takes a second or two.
        self._tracks = self._connect()
        self._pace = Pace(self._clock)
        info = self._tracks.info
        video = replace(info.video, time_base=_TICK, frames=None) if info.video else None
        sounds = tuple(replace(track, time_base=_TICK) for track in info.audio)
        self._info = replace(info, video=video, audio=sounds, duration_ns=None)

    @property
    def info(self) -> MediaInfo:
        """What it held when it was first connected to."""
        return self._info

    def __iter__(self) -> Iterator[Raw]:
        """Items as they arrive, once; raises SourceError and nothing else."""
        while not self._stop.is_set():
            try:
                for item in self._tracks:
                    if self._stop.is_set():
                        return
                    yield from self._timed(item)
                if self._sized():
                    return
                self._broke("it ended")
            except SourceError as error:
                if self._stop.is_set():
                    return
                self._again(error)

    def close(self) -> None:
        """Let the connection go; may be called twice."""
        self._stop.set()
        self._tracks.stop()
        self._disconnect()

    # -- connecting ------------------------------------------------------------------------------

    def _connect(self) -> Tracks:
        """Connect once; raises SourceError."""
        address, settings = self._address, self._settings
        began_ns = self._clock.monotonic_ns()
        failure: SourceUnavailableError | None = None
        try:
            container = av.open(
                address.secret,
                mode="r",
                metadata_errors="replace",
                options=_options(address, settings),
                timeout=(settings.open_s, settings.read_s),
            )
        except (FFmpegError, ValueError, OSError) as error:
            late = self._clock.monotonic_ns() - began_ns >= settings.open_s * NS_PER_S
            failure = _unavailable(address, error, late=late)
        if failure is not None:
            raise failure  # here, so that nothing leads to the library's own error
        try:
            tracks = Tracks(container, address.shown, self._broke, at_once=True)
        except BaseException:
            container.close()
            raise
        self._container = container
        self._connected_ns = self._clock.monotonic_ns()
        return tracks

    def _broke(self, why: str) -> None:
        what = f"no data for {self._settings.read_s:g} s" if why == SILENT else f"broke off ({why})"
        raise SourceLostError(
            f"{self._address}: {what}", hint="is the camera powered, and the network up?"
        )

    def _again(self, lost: SourceError) -> None:
        """Connect again after a break, as often as allowed; then raises what broke it."""
        if self._sized():
            raise lost
        self.breaks += 1
        if self._clock.monotonic_ns() - self._connected_ns >= _STEADY_NS:
            self._failed = 0
        self._note_changes()
        self._disconnect()
        while self._failed < self._settings.tries:
            wait_s = min(_LONGEST_WAIT_S, self._settings.wait_s * 2.0**self._failed)
            self._failed += 1
            self._tell(f"{lost}; try {self._failed} of {self._settings.tries} in {wait_s:g} s")
            if self._stop.wait(wait_s):
                return
            with suppress(SourceError):
                self._tracks = self._connect()
                self._pace.connected()
                self._tell(f"{self._address}: connected again")
                return
        raise lost

    def _disconnect(self) -> None:
        container, self._container = self._container, None
        if container is not None:
            container.close()

    def _sized(self) -> bool:
        """Whether it is a file of known size, which has an end of its own."""
        return self._container is not None and self._container.size > 0

    # -- reading ---------------------------------------------------------------------------------

    def _timed(self, item: Raw) -> Iterator[Raw]:
        """The item on the one clock of all connections; none where it is of another kind."""
        if isinstance(item, RawAudio) and not self._known(item):
            self._other += 1
            return
        at_ns = item.pts_ns + self._pace.shift_ns(item.pts_ns)
        seq = self._seq.get(item.stream, 0)
        self._seq[item.stream] = seq + 1
        yield replace(item, seq=seq, pts=at_ns, time_base=_TICK, captured_at=self._pace.wall(at_ns))

    def _known(self, item: RawAudio) -> bool:
        """Whether there was such sound when the stream was first connected to."""
        return any(_alike(track, item) for track in self._info.audio)

    def _note_changes(self) -> None:
        if self._other:
            self.notes.append(f"{self._other} pieces of sound of another kind were left out")
        self._other = 0


def _alike(track: AudioStream, item: RawAudio) -> bool:
    asked = (track.stream, track.rate_hz, track.channels)
    return asked == (item.stream, item.rate_hz, item.samples.shape[0])


def _options(address: Address, settings: LiveSettings) -> dict[str, str]:
    options = {
        "protocol_whitelist": _PROTOCOLS[address.scheme],
        "format_whitelist": _FORMATS[address.scheme],
    }
    if address.scheme in ("rtsp", "rtsps"):
        options["rtsp_transport"] = "udp" if settings.datagrams else "tcp"
    if address.tls:
        options |= {"tls_verify": "1", "ca_file": _authority(settings.authority)}
    if address.scheme == "udp":
        options |= {"overrun_nonfatal": "1"}
    return options


def _authority(chosen: Path | None) -> str:
    if chosen is not None:
        if not chosen.is_file():
            raise SettingsError(f"{chosen.name}: no such file", hint="a PEM file of certificates")
        return str(chosen)
    known = ssl.get_default_verify_paths()
    for path in (known.cafile, known.openssl_cafile, "/etc/ssl/certs/ca-certificates.crt"):
        if path is not None and Path(path).is_file():
            return path
    raise SettingsError(
        "this machine has no certificates to check a camera's with", hint="name a file with --ca"
    )


def _unavailable(address: Address, error: Exception, *, late: bool) -> SourceUnavailableError:
    """What to tell of a connection that failed: never the library's own text, which has it all."""
    hints = {
        "HTTPUnauthorizedError": "user or password is wrong; PASSANTE_STREAM_PASSWORD may hold it",
        "HTTPForbiddenError": "the user may not have this stream",
        "HTTPNotFoundError": "is the path right?",
        "ConnectionRefusedError": "is the port right, and the camera's server on?",
        "InvalidDataError": "is it a stream of a kind that FFmpeg reads, and not a playlist?",
        "ProtocolNotFoundError": "it leads to an address of another kind",
    }
    if late:
        return SourceUnavailableError(
            f"{address}: no answer in time", hint="is the camera powered, and the network up?"
        )
    hint = hints.get(type(error).__name__, "is the address right, and the camera on?")
    if address.tls and not isinstance(error, av.error.HTTPError):
        hint = "is its certificate known here, and made out to this host? --ca names a file"
    return SourceUnavailableError(f"{address}: cannot be opened ({reason(error)})", hint=hint)
