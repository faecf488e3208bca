"""Arrays to bytes, in a format that can hold them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError
from poolcli.images.formats import (
    formats_of_any_value,
    keeps_profile,
    keeps_resolution,
    stored_type,
)
from poolcli.images.image import Image
from poolcli.images.matrices import format_text
from poolcli.images.metadata import INCH_IN_METRES
from poolcli.images.png import REPEATS, join_png, png_pieces

Buffer = bytes | memoryview

# A colour profile, and a resolution in pixels an inch, where the image has them.
About = tuple[bytes | None, tuple[float, float] | None]

# How much of an image is rounded at a time.
BAND_BYTES = 1 << 20


@dataclass(frozen=True)
class Quantised:
    """An image as its file will hold it.

    Attributes
    ----------
    size : int
        How many bytes the pixels take until they are encoded.
    clipped : float, 0 to 1
        The share of values that lay outside the range.
    pieces : sequence of callable
        Each encodes a part of the pixels, at any time and in any thread.
    join : callable
        Makes the file's content, in parts, of what the pieces gave.
    """

    size: int
    clipped: float
    pieces: Sequence[Callable[[], Any]]
    join: Callable[[Sequence[Any]], list[Buffer]]


def quantise(image: Image, format_: str, *, scale: bool = False) -> Quantised:
    """Round and clip the pixels of an image for a file, which then needs the image no longer.

    Parameters
    ----------
    image : Image
    format_ : str
        One of `FORMATS` that `check_format` accepts.
    scale : bool
        Whether to map 0..1 to the range of the file before rounding.
    """
    if format_ == "npy":
        return _whole(_npy, image.array)
    pixels = image.pixels
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if format_ == "csv":
        return _whole(_csv, pixels)
    stored = stored_type(image, scale=scale)
    about = (
        image.profile if keeps_profile(image, format_) else None,
        image.resolution if keeps_resolution(image, format_) else None,
    )
    if format_ == "png":
        pixels, clipped = _quantise(pixels, stored, scale=scale)
        pieces = png_pieces(pixels)
        return Quantised(pixels.nbytes, clipped, pieces, partial(join_png, pixels, _chunks(about)))
    if stored == np.uint16 and pixels.ndim == 3:
        if pixels.shape[2] == 2:
            # No encoder at hand writes 16-bit gray with alpha; as colour the values are the same.
            pixels = pixels[:, :, [0, 0, 0, 1]]
        return _whole(_deep_tif, *_quantise(pixels, stored, ordered=True, scale=scale))
    return _whole(partial(_pillow, format_, about), *_quantise(pixels, stored, scale=scale))


def _whole(
    encode: Callable[[Array], list[Buffer]], pixels: Array, clipped: float = 0.0
) -> Quantised:
    """Let an image be encoded in one piece."""
    return Quantised(pixels.nbytes, clipped, [partial(encode, pixels)], lambda pieces: pieces[0])


def _quantise(
    pixels: Array, stored: np.dtype[Any], *, ordered: bool = False, scale: bool = False
) -> tuple[Array, float]:
    """Scale if asked, round half to even and clip; return the share that was clipped too.

    Band by band, so that nothing of the image's size is made but the result.
    """
    place = _opencv_order(pixels) if ordered else None
    if pixels.dtype == stored and place is None and not scale:
        return pixels, 0.0
    result = np.empty(pixels.shape, stored)
    height = max(1, BAND_BYTES * len(pixels) // pixels.nbytes)
    outside = 0
    for first in range(0, len(pixels), height):
        rows = slice(first, first + height)
        band = pixels[rows]
        if scale:
            band = band * np.float64(np.iinfo(stored).max)
        band, clipped = _round(band, stored)
        outside += clipped
        (place or np.copyto)(result[rows], band)
    return result, outside / pixels.size


def _round(pixels: Array, stored: np.dtype[Any]) -> tuple[Array, int]:
    """Round half to even and clip; count what was clipped."""
    if pixels.dtype == stored or stored.kind == "f":
        return pixels.astype(stored, copy=False), 0
    rounded = pixels
    if pixels.dtype.kind == "f":
        if np.isnan(pixels.max()):
            channels = pixels.shape[2] if pixels.ndim == 3 else 1
            remedy = formats_of_any_value(channels)
            raise PoolcliError(f"holds NaN after pooling, which a picture cannot; {remedy}")
        rounded = np.rint(pixels)
    limits = np.iinfo(stored)
    clipped = np.count_nonzero(rounded < limits.min) + np.count_nonzero(rounded > limits.max)
    return rounded.clip(limits.min, limits.max).astype(stored), int(clipped)


def _npy(pixels: Array) -> list[Buffer]:
    pixels = np.ascontiguousarray(pixels)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(pixels))
    return [header.getvalue(), pixels.reshape(-1).view(np.uint8).data]


def _csv(pixels: Array) -> list[Buffer]:
    return [format_text(pixels)]


def _chunks(about: About) -> list[tuple[bytes, bytes]]:
    """Give what a PNG says about its pixels."""
    profile, resolution = about
    chunks = []
    if profile:
        chunks.append((b"iCCP", b"ICC profile\0\0" + zlib.compress(profile)))
    if resolution:
        # pHYs counts pixels a metre.
        per_metre = [round(side / INCH_IN_METRES) for side in resolution]
        chunks.append((b"pHYs", struct.pack(">IIB", *per_metre, 1)))
    return chunks


def encode_figure(dots: Array) -> bytes:
    """Encode the dots (H, W, 3) of a figure as PNG."""
    return b"".join(join_png(dots, (), [piece() for piece in png_pieces(dots, REPEATS)]))


def _deep_tif(pixels: Array) -> list[Buffer]:
    """Encode 16-bit colour that stands in OpenCV's order."""
    from poolcli.opencv import cv2

    return [_by_opencv(pixels, ".tif", (cv2.IMWRITE_TIFF_COMPRESSION, 8))]


def _opencv_order(pixels: Array) -> Callable[[Array, Array], object] | None:
    """Give what copies gray, RGB or RGBA into the order of OpenCV; None where that is the same."""
    if pixels.ndim == 2:
        return None
    from poolcli.opencv import cv2

    code = cv2.COLOR_RGB2BGR if pixels.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
    return lambda place, band: cv2.cvtColor(np.ascontiguousarray(band), code, dst=place)


def _by_opencv(ordered: Array, suffix: str, settings: Sequence[int]) -> memoryview:
    from poolcli.opencv import cv2

    encoded, content = cv2.imencode(suffix, ordered, settings)
    if not encoded:
        # OpenCV says so, and no more, if there is not enough memory; then this finds none either.
        np.empty_like(ordered, shape=(2, *ordered.shape))
        raise PoolcliError(f"cannot be encoded as {suffix.removeprefix('.')}; use npy")
    return content.data


_PILLOW: dict[str, dict[str, Any]] = {
    "tif": {"format": "TIFF", "compression": "tiff_adobe_deflate"},
    "jpg": {"format": "JPEG", "quality": 95, "subsampling": "4:4:4"},
    "webp": {"format": "WEBP", "lossless": True, "exact": True, "quality": 0, "method": 0},
}


def _pillow(format_: str, about: About, pixels: Array) -> list[Buffer]:
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours

    profile, resolution = about
    kept: dict[str, Any] = {}
    if profile:
        kept["icc_profile"] = profile
    if resolution and format_ != "webp":
        kept["dpi"] = resolution
    stream = io.BytesIO()
    pillow.fromarray(np.ascontiguousarray(pixels)).save(stream, **_PILLOW[format_], **kept)
    return [stream.getbuffer()]
