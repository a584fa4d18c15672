"""Live streams: connected to, broken off, connected to again; and never a password shown."""

from __future__ import annotations

import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import av
import pytest

from cameras import Connection, certificate, http_camera, rtsp_server, server_side
from passante.core.address import Address
from passante.core.clock import NS_PER_S
from passante.core.errors import SettingsError, SourceError, SourceLostError, SourceUnavailableError
from passante.inside.audio import RawAudio
from passante.inside.video import RawFrame
from passante.sources.live import LiveSettings, LiveSource
from standins import Clip

SOON = LiveSettings(open_s=20, read_s=20, tries=2, wait_s=0.001)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two seconds of MPEG-TS, pictures and sound."""
    return Clip(frames=50).write(tmp_path_factory.mktemp("live") / "a.ts").read_bytes()


def address(text: str) -> Address:
    found = Address.parse(text)
    assert found is not None
    return found


def endless(clip: bytes):
    def serve(to: Connection) -> None:
        to.begin(Content_Type="video/mp2t")
        while not to.gone.is_set():
            to.send(clip)

    return serve


def read(source: LiveSource, count: int) -> list[RawFrame | RawAudio]:
    items = list(islice(source, count))
    source.close()
    return items


def until_lost(source: LiveSource) -> Iterator[RawFrame | RawAudio]:
    """What comes up to where no further try is left."""
    with suppress(SourceLostError):
        yield from source
        pytest.fail("a stream that breaks off is an error")
    source.close()


def test_a_stream_by_http_comes_in_stream_time_and_says_when_it_was(clip: bytes) -> None:
    with http_camera(endless(clip)) as port:
        before = datetime.now(UTC)
        items = read(LiveSource(address(f"http://127.0.0.1:{port}/live"), SOON), 200)
    pictures = [one for one in items if isinstance(one, RawFrame)]
    assert [one.seq for one in pictures] == list(range(len(pictures)))
    times = [one.pts_ns for one in pictures]
    assert times == sorted(set(times))
    assert any(isinstance(one, RawAudio) for one in items)
    first = pictures[0].captured_at
    assert first is not None
    assert abs((first - before).total_seconds()) < 30
    assert {one.time_base.denominator for one in items} == {NS_PER_S}


def test_a_real_rtsp_server_is_read_within_its_own_connection(tmp_path: Path) -> None:
    Clip(frames=30).write(tmp_path / "camera.mp4")
    with rtsp_server(tmp_path) as port:
        source = LiveSource(address(f"rtsp://127.0.0.1:{port}/camera.mp4"), SOON)
        assert source.info.video is not None
        assert source.info.video.codec == "h264"
        assert [track.rate_hz for track in source.info.audio] == [16_000]
        items = read(source, 30)
    assert {type(one) for one in items} == {RawFrame, RawAudio}


def test_a_stream_that_a_camera_pushes_by_tcp_is_read(clip: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # The library listens, so that whoever connects is sure to be waited for.
    sender = threading.Thread(target=_push, args=(port, clip))
    sender.start()
    source = LiveSource(address(f"tcp://127.0.0.1:{port}?listen=1"), SOON)
    first = next(one for one in source if isinstance(one, RawFrame))
    source.close()
    sender.join(20)
    assert first.format.width == 192


def _push(port: int, clip: bytes) -> None:
    for _ in range(100_000):
        try:
            with socket.create_connection(("127.0.0.1", port)) as sending:
                sending.sendall(clip * 3)
                return
        except OSError:
            continue


def test_packets_by_udp_are_read(clip: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    over = threading.Event()

    def send() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.connect(("127.0.0.1", port))
            while not over.is_set():
                for start in range(0, len(clip), 1316):
                    with suppress(ConnectionRefusedError):  # nobody listens yet
                        sending.send(clip[start : start + 1316])
                    if over.wait(0.0005):
                        return

    sender = threading.Thread(target=send)
    sender.start()
    try:
        source = LiveSource(address(f"udp://127.0.0.1:{port}"), SOON)
        first = next(one for one in source if isinstance(one, RawFrame))
        source.close()
    finally:
        over.set()
        sender.join(20)
    assert first.format.width == 192


def test_a_file_by_http_ends_as_files_do(clip: bytes) -> None:
    def serve(to: Connection) -> None:
        to.begin(Content_Length=str(len(clip)))
        to.send(clip)

    with http_camera(serve) as port:
        source = LiveSource(address(f"http://127.0.0.1:{port}/a.ts"), SOON)
        pictures = [one for one in source if isinstance(one, RawFrame)]
        source.close()
    assert len(pictures) == 50
    assert source.breaks == 0


def test_a_stream_that_breaks_off_is_connected_to_again_on_the_same_clock(clip: bytes) -> None:
    told: list[str] = []

    def serve(to: Connection) -> None:
        to.begin()
        to.send(clip)  # and the connection closes

    with http_camera(serve) as port:
        source = LiveSource(address(f"http://127.0.0.1:{port}/live"), SOON, tell=told.append)
        with pytest.raises(SourceLostError, match="broke off") as caught:
            list(source)
        source.close()
    assert source.breaks == 3
    assert "try 1 of 2" in told[0]
    assert "connected again" in told[1]
    assert caught.value.hint


def test_pictures_go_on_in_number_and_time_after_a_break(clip: bytes) -> None:
    def serve(to: Connection) -> None:
        to.begin()
        to.send(clip)

    with http_camera(serve) as port:
        source = LiveSource(address(f"http://127.0.0.1:{port}/live"), SOON)
        pictures = [one for one in until_lost(source) if isinstance(one, RawFrame)]
    assert [one.seq for one in pictures] == list(range(150))
    times = [one.pts_ns for one in pictures]
    assert times == sorted(set(times))


def test_a_stream_that_falls_silent_is_an_error_in_plain_words(clip: bytes) -> None:
    def serve(to: Connection) -> None:
        to.begin()
        to.send(clip)
        to.gone.wait(60)

    settings = LiveSettings(open_s=20, read_s=0.3, tries=0)
    with http_camera(serve) as port:
        source = LiveSource(address(f"http://127.0.0.1:{port}/live"), settings)
        with pytest.raises(SourceLostError, match=r"no data for 0\.3 s"):
            list(source)
        source.close()


def test_a_server_that_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = address(f"rtsp://127.0.0.1:{silent.getsockname()[1]}/x")
        with pytest.raises(SourceUnavailableError, match="no answer in time"):
            LiveSource(where, LiveSettings(open_s=0.3, read_s=0.3))


def test_whoever_stops_it_from_elsewhere_waits_for_no_further_try(clip: bytes) -> None:
    stop = threading.Event()

    def serve(to: Connection) -> None:
        to.begin()
        to.send(clip)

    settings = LiveSettings(open_s=20, read_s=20, wait_s=3600)
    with http_camera(serve) as port:
        where = address(f"http://127.0.0.1:{port}/live")
        source = LiveSource(where, settings, tell=lambda _: stop.set(), stop=stop)
        assert len([one for one in source if isinstance(one, RawFrame)]) == 50
        source.close()


SECRET = "geheim-42"


def causes(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def refused(to: Connection) -> None:
    to.begin(401, WWW_Authenticate='Basic realm="camera"')


def lost(to: Connection) -> None:
    to.begin(404)


def nonsense(to: Connection) -> None:
    to.begin()
    to.send(b"<html>no media at all</html>" * 2000)


def playlist(to: Connection) -> None:
    to.begin(Content_Type="application/vnd.apple.mpegurl")
    to.send(b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:///etc/hostname\n")


@pytest.mark.parametrize("serve", [refused, lost, nonsense, playlist])
def test_no_error_of_a_connection_shows_its_password(serve) -> None:
    with http_camera(serve) as port:
        where = address(f"http://{SECRET}:{SECRET}@127.0.0.1:{port}/{SECRET}?key={SECRET}")
        with pytest.raises(SourceError) as caught:
            LiveSource(where, SOON)
    assert SECRET not in causes(caught.value)
    assert SECRET not in caught.value.hint
    assert f"http://127.0.0.1:{port}" in str(caught.value)


def test_no_error_while_reading_shows_its_password(clip: bytes, capfd) -> None:
    def serve(to: Connection) -> None:
        to.begin()
        to.send(clip)

    with http_camera(serve) as port:
        where = address(f"http://{SECRET}:{SECRET}@127.0.0.1:{port}/{SECRET}")
        settings = LiveSettings(open_s=20, read_s=20, tries=0)
        source = LiveSource(where, settings)
        with pytest.raises(SourceLostError) as caught:
            list(source)
        source.close()
    assert SECRET not in causes(caught.value) + repr(source) + repr(where) + str(where)
    assert SECRET not in "".join(capfd.readouterr())


def test_the_password_reaches_the_camera(clip: bytes) -> None:
    seen: list[str] = []

    def serve(to: Connection) -> None:
        seen.append(to.user)
        if not to.user:
            refused(to)
            return
        endless(clip)(to)

    with http_camera(serve) as port:
        read(LiveSource(address(f"http://cam:{SECRET}@127.0.0.1:{port}/live"), SOON), 3)
    assert seen[-1].startswith("Basic ")


@pytest.fixture
def tls(tmp_path: Path) -> tuple[Path, Path]:
    return certificate(tmp_path)


def test_a_certificate_that_is_known_is_accepted(tls, clip: bytes) -> None:
    settings = LiveSettings(open_s=20, read_s=20, tries=0, authority=tls[0])
    with http_camera(endless(clip), tls=server_side(tls)) as port:
        assert read(LiveSource(address(f"https://localhost:{port}/live"), settings), 3)


@pytest.mark.parametrize("whose", ["unknown", "another host"])
def test_a_certificate_that_is_not_known_or_of_another_is_refused(
    whose: str, tls, tmp_path: Path, clip: bytes
) -> None:
    pair = certificate(tmp_path, "camera.example")
    known = tls[0] if whose == "unknown" else pair[0]
    settings = LiveSettings(open_s=20, read_s=20, authority=known)
    with (
        http_camera(endless(clip), tls=server_side(pair)) as port,
        pytest.raises(SourceUnavailableError) as caught,
    ):
        LiveSource(address(f"https://localhost:{port}/live"), settings)
    assert "--ca" in caught.value.hint


def test_a_stream_under_tls_is_not_led_out_of_it(tls, clip: bytes) -> None:
    with http_camera(endless(clip)) as plain:

        def away(to: Connection) -> None:
            to.begin(302, Location=f"http://127.0.0.1:{plain}/live")

        settings = LiveSettings(open_s=20, read_s=20, authority=tls[0])
        with (
            http_camera(away, tls=server_side(tls)) as port,
            pytest.raises(SourceUnavailableError),
        ):
            LiveSource(address(f"https://localhost:{port}/live"), settings)


def test_certificates_that_are_not_there_are_an_error_of_settings(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        LiveSource(address("https://localhost:1/x"), LiveSettings(authority=tmp_path / "none.pem"))


def test_sound_that_changes_over_a_break_is_left_out_and_said(tmp_path: Path) -> None:
    kinds = []
    for rate in (16_000, 48_000):
        path = tmp_path / f"{rate}.wav"
        with av.open(str(path), "w") as output:
            track = output.add_stream("pcm_s16le", rate=rate, layout="mono")
            for at in range(20):
                heard = av.AudioFrame("s16", "mono", 1024)
                heard.sample_rate, heard.pts = rate, at * 1024
                heard.planes[0].update(bytes(2048))
                output.mux(track.encode(heard))
        kinds.append(path.read_bytes())

    def serve(to: Connection) -> None:
        to.begin()
        to.send(kinds[min(to.number, 1)])

    with http_camera(serve) as port:
        source = LiveSource(address(f"http://127.0.0.1:{port}/live"), SOON)
        heard = [one for one in until_lost(source) if isinstance(one, RawAudio)]
    assert {one.rate_hz for one in heard} == {16_000}
    assert "another kind" in source.notes[0]
