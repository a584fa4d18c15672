"""The track of pictures on its way into a container."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction

import av
from av.codec.context import Flags, ThreadType
from av.filter import Graph
from av.packet import Packet
from av.video.stream import VideoStream as OutputStream

from passante.core.errors import SettingsError
from passante.core.media import Colour, PixelLayout, VideoFormat, VideoStream
from passante.outside.media import ProtectedFrame
from passante.sinks import _codecs, _planes
from passante.sinks.settings import OutputSettings

_TOP_FIRST, _BOTTOM_FIRST = 2, 3
"""AV_FIELD_TT and AV_FIELD_BB."""
_RGB_COLOUR = Colour(primaries=1, transfer=1, matrix=1)
"""What RGB becomes where the codec has no RGB: BT.709, limited range."""


class VideoTrack:
    """Feeds protected pictures to an encoder, each with its own timestamp.

    What the codec cannot hold is changed as little as possible: grey gets empty colour planes,
    odd sizes are kept by carrying colour at full size, RGB becomes BT.709, and a rotation that
    the container cannot state is done on the pixels.
    """

    def __init__(
        self,
        output: av.container.OutputContainer,
        container: _codecs.Container,
        codec: str,
        told: VideoStream,
        settings: OutputSettings,
    ) -> None:
        form = told.format
        self._turn = 0 if container.turns else form.rotation
        self._layout = stored_as(form, codec)
        colour = form.colour
        if form.layout.rgb and not self._layout.rgb:
            colour = _RGB_COLOUR
        known = _codecs.VIDEO_CODECS[codec]
        rate = told.rate or Fraction(25)
        # AVI has one slot for each picture at a constant rate, and no other times.
        time_base = 1 / rate if container.muxer == "avi" else told.time_base
        stream = output.add_stream(
            known.encoder,
            rate=rate,
            options=_codecs.encoder_options(codec, settings),
            time_base=time_base,
        )
        assert isinstance(stream, OutputStream)  # a codec of VIDEO_CODECS makes no other
        context = stream.codec_context
        lies = self._turn in (90, 270)
        context.width, context.height = (
            (form.height, form.width) if lies else (form.width, form.height)
        )
        context.pix_fmt = self._layout.name
        context.time_base = time_base
        context.sample_aspect_ratio = 1 / form.sample_aspect if lies else form.sample_aspect
        context.color_primaries = colour.primaries
        context.color_trc = colour.transfer
        context.colorspace = colour.matrix
        context.color_range = 2 if colour.full_range else 1
        context.thread_count = settings.threads
        # Slices alone, which is the library's default, would make x264 cut each picture in two.
        context.thread_type = ThreadType.AUTO
        context.flags |= Flags.bitexact
        if container.muxer == "avi":
            context.max_b_frames = 0  # AVI has no place for a second time
        if codec == "hevc" and container.muxer in {"mp4", "mov"}:
            context.codec_tag = "hvc1"
        if codec == "av1":
            # It writes to the terminal by itself and listens only to this.
            os.environ.setdefault("SVT_LOG", "0")
        self._fields: _Fields | None = None
        if form.interlaced and not self._turn:
            context.field_order = _TOP_FIRST if form.top_field_first else _BOTTOM_FIRST
            if codec in {"h264", "mpeg4", "ffv1"}:
                context.flags |= Flags.interlaced_dct | Flags.interlaced_me
            self._fields = _Fields(context.width, context.height, self._layout, form, time_base)
        if form.rotation and not self._turn:
            stream.set_display_rotation(-form.rotation)
        self._colour = colour
        self._stream = stream
        self._step = max(1, round(1 / (rate * time_base)))
        self._time_base = time_base
        self._last: int | None = None

    def packets(self, item: ProtectedFrame) -> Iterator[Packet[OutputStream]]:
        """Encoded packets that became ready through a picture."""
        planes, layout = item.planes, item.format.layout
        wanted = self._layout
        if layout.planes == 1 and wanted.planes == 3:
            planes, layout = _planes.with_neutral_colour(planes, layout)
        if self._turn:
            planes, layout = _planes.turned(planes, layout, self._turn)
        if layout.chroma_x * layout.chroma_y > wanted.chroma_x * wanted.chroma_y:
            planes, layout = _planes.with_full_colour(planes, layout)
        frame = _planes.frame_of(planes, layout)
        if layout != wanted and layout.rgb:
            frame = frame.reformat(
                format=wanted.name, dst_colorspace=self._colour.matrix, dst_color_range=1
            )
        self._tag(frame)
        if layout != wanted and not layout.rgb:
            # Tagged before: samples are taken closer together or apart, and mean what they meant.
            frame = frame.reformat(format=wanted.name)
            self._tag(frame)
        frame.pts, frame.time_base, frame.duration = self._at(item), self._time_base, self._step
        frame.pict_type = 0
        if self._fields is not None:
            frame = self._fields.marked(frame)
        yield from self._stream.encode(frame)

    def _tag(self, frame: av.VideoFrame) -> None:
        frame.color_primaries = self._colour.primaries
        frame.color_trc = self._colour.transfer
        frame.colorspace = self._colour.matrix
        frame.color_range = 2 if self._colour.full_range else 1

    def _at(self, item: ProtectedFrame) -> int:
        """When to show a picture, in ticks of the encoder: as told, wherever ticks are as fine."""
        at = item.pts
        if item.time_base != self._time_base:
            at = round(item.pts * item.time_base / self._time_base)
            if self._last is not None and at <= self._last:
                at = self._last + 1
        self._last = at
        return at

    def rest(self) -> Iterator[Packet[OutputStream]]:
        """What the encoder still holds."""
        yield from self._stream.encode(None)


def stored_as(form: VideoFormat, codec: str) -> PixelLayout:
    """The layout in which a codec stores pictures of this format; raises SettingsError.

    Depth is kept. So is the size: colour of half size needs even sizes in most codecs, so odd
    pictures are stored with colour of full size.
    """
    known = _codecs.VIDEO_CODECS[codec]
    layout = form.layout
    if layout.depth not in known.depths:
        raise SettingsError(
            f"{codec} cannot hold {layout.depth} bits a sample here",
            hint="use --codec hevc, which can",
        )
    family = _planes.family_of(layout)
    if family not in known.layouts:
        family = {"gray": "yuv420", "gbr": "yuv444"}.get(family, "yuv420")
    if family not in known.layouts:
        family = "yuv420"
    made = _planes.in_family(family, layout.depth)
    if not known.odd and (form.width % made.chroma_x or form.height % made.chroma_y):
        if "yuv444" not in known.layouts:
            raise SettingsError(
                f"{codec} cannot hold the odd size {form.width}x{form.height}",
                hint="use --codec h264 or vp9, which can",
            )
        made = _planes.in_family("yuv444", layout.depth)
    return made


class _Fields:
    """Marks frames as interlaced: the library lets only a filter set these flags."""

    def __init__(
        self,
        width: int,
        height: int,
        layout: PixelLayout,
        form: VideoFormat,
        time_base: Fraction,
    ) -> None:
        graph = Graph()
        self._entry = graph.add_buffer(
            width=width,
            height=height,
            format=av.VideoFormat(layout.name, width, height),
            time_base=time_base,
        )
        mark = graph.add("setfield", mode="tff" if form.top_field_first else "bff")
        self._exit = graph.add("buffersink")
        self._entry.link_to(mark)
        mark.link_to(self._exit)
        graph.configure()
        self._graph = graph

    def marked(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The same picture, flagged."""
        self._entry.push(frame)
        made = self._exit.pull()
        assert isinstance(made, av.VideoFrame)  # what goes in as a picture comes out as one
        made.pts, made.time_base, made.duration = frame.pts, frame.time_base, frame.duration
        made.pict_type = 0
        return made
