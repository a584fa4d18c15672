"""A colour as the samples of a picture's planes."""

from __future__ import annotations

from functools import lru_cache

from passante.core.media import VideoFormat

# ITU-T H.273 matrix coefficients -> weight of red and blue in luma; all others are taken as BT.601.
_WEIGHTS = {1: (0.2126, 0.0722), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}
_BT601 = (0.299, 0.114)


@lru_cache(maxsize=64)
def samples(colour: str, form: VideoFormat) -> tuple[int, ...]:
    """One sample value for each plane of `form`.

    Args:
        colour: sRGB, "#rrggbb"; its values are used as the signal's own, whatever the transfer.
        form: Layout, depth, matrix and range of the picture.
    """
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    layout = form.layout
    full = (1 << layout.depth) - 1
    if layout.rgb:
        return round(green * full), round(blue * full), round(red * full)
    k_red, k_blue = _WEIGHTS.get(form.colour.matrix, _BT601)
    luma = k_red * red + (1 - k_red - k_blue) * green + k_blue * blue
    u = (blue - luma) / (2 * (1 - k_blue))
    v = (red - luma) / (2 * (1 - k_red))
    unit = 1 << (layout.depth - 8)
    if form.colour.full_range:
        values = (
            round(luma * full),
            min(full, round(layout.middle + u * full)),
            min(full, round(layout.middle + v * full)),
        )
    else:
        values = (
            round((16 + 219 * luma) * unit),
            round((128 + 224 * u) * unit),
            round((128 + 224 * v) * unit),
        )
    return values[: layout.planes]
