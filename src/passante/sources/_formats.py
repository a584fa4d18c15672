"""Which containers are opened: those that hold media themselves.

Playlists, scripts and text that name other files or addresses are left out, so that reading one
file never opens another; so are devices and text that a library would draw as pictures.
"""

from __future__ import annotations

_BOTH = (
    "3g2 3gp asf av1 avi dav dhav dv f4v flv gxf h261 h263 h264 hevc ivf kux live_flv m4v"
    " matroska matroska,webm mjpeg mov mov,mp4,m4a,3gp,3g2,mj2 mp4 mpeg mpegts mpegvideo mxf nsv"
    " nut obu ogg rm vc1 vvc webm wtv y4m yuv4mpegpipe"
)
_SOUND = (
    "aac ac3 aiff alac amr amrnb amrwb ape au caf dsf dts dtshd eac3 flac gsm ilbc latm loas mp3"
    " mpc mpc8 oga oma opus qcp sox spx tak tta voc w64 wav wv"
)
_ANIMATED = "apng gif"

ALLOWED = ",".join(name for part in (_BOTH, _SOUND, _ANIMATED) for name in part.split())
"""For FFmpeg's `format_whitelist`."""
