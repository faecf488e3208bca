"""Encode images as files."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError
from poolcli.formats import INCH_IN_METRES, output_of
from poolcli.images.checks import (
    formats_of_any_value,
    keeps_profile,
    keeps_resolution,
    stored_type,
)
from poolcli.images.image import Image
from poolcli.images.matrices import format_text
from poolcli.images.png import encode_png

Buffer = bytes | memoryview

# The colour profile and the resolution in pixels per inch, or None.
About = tuple[bytes | None, tuple[float, float] | None]

# Bytes of pixels rounded at a time.
BAND_BYTES = 1 << 20


@dataclass(frozen=True)
class Quantised:
    """An image in the values of its file.

    Attributes
    ----------
    size : int
        The bytes that the pixels take before they are encoded.
    clipped : float, 0 to 1
        The share of values outside the range of the file.
    encode : callable
        Returns the content of the file, in parts; may be called in any thread.
    """

    size: int
    clipped: float
    encode: Callable[[], list[Buffer]]


def quantise(image: Image, format_: str, *, scale: bool = False) -> Quantised:
    """Round and clip the pixels of an image to the values of a file.

    Parameters
    ----------
    image : Image
        Not needed any longer once this returns.
    format_ : str
        The name of a format that `check_format` accepts for the image.
    scale : bool
        Whether to map 0..1 to the range of the file before rounding.

    Raises
    ------
    PoolcliError
        If the pixels hold NaN and the format cannot.
    """
    about = (
        image.profile if keeps_profile(image, format_) else None,
        image.resolution if keeps_resolution(image, format_) else None,
    )
    output = output_of(format_)
    pixels, clipped = image.array if output.channels is None else image.pixels, 0.0
    if output.channels is not None and pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if output.types is not None:
        pixels, clipped = _quantise(pixels, stored_type(image, scale=scale), scale=scale)
    return Quantised(pixels.nbytes, clipped, partial(_ENCODERS[format_], pixels, about))


def _quantise(pixels: Array, stored: np.dtype[Any], *, scale: bool = False) -> tuple[Array, float]:
    """Scale if asked, round half to even and clip; return also the share that was clipped.

    Works band by band, so that no array of the image's size is made but the result.
    """
    if pixels.dtype == stored and not scale:
        return pixels, 0.0
    result = np.empty(pixels.shape, stored)
    height = max(1, BAND_BYTES * len(pixels) // pixels.nbytes)
    outside = 0
    for first in range(0, len(pixels), height):
        rows = slice(first, first + height)
        band = pixels[rows]
        if scale:
            band = band * np.float64(np.iinfo(stored).max)
        result[rows], clipped = _round(band, stored)
        outside += clipped
    return result, outside / pixels.size


def _round(pixels: Array, stored: np.dtype[Any]) -> tuple[Array, int]:
    """Round half to even and clip; return also the number of clipped values."""
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


def encode_figure(pixels: Array) -> bytes:
    """Encode the pixels (H, W, 3) of a figure as PNG."""
    return b"".join(encode_png(pixels))


def _encode_npy(pixels: Array, _about: About) -> list[Buffer]:
    pixels = np.ascontiguousarray(pixels)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(pixels))
    return [header.getvalue(), pixels.reshape(-1).view(np.uint8).data]


def _encode_csv(pixels: Array, _about: About) -> list[Buffer]:
    return [format_text(pixels)]


def _encode_png(pixels: Array, about: About) -> list[Buffer]:
    profile, resolution = about
    chunks = []
    if profile:
        chunks.append((b"iCCP", b"ICC profile\0\0" + zlib.compress(profile)))
    if resolution:
        # pHYs counts pixels per metre.
        per_metre = [round(side / INCH_IN_METRES) for side in resolution]
        chunks.append((b"pHYs", struct.pack(">IIB", *per_metre, 1)))
    return encode_png(pixels, chunks)


def _encode_tif(pixels: Array, about: About) -> list[Buffer]:
    if pixels.dtype == np.uint16 and pixels.ndim == 3:
        return _encode_deep_tif(pixels)
    return _encode_by_pillow(pixels, about, format="TIFF", compression="tiff_adobe_deflate")


def _encode_jpg(pixels: Array, about: About) -> list[Buffer]:
    return _encode_by_pillow(pixels, about, format="JPEG", quality=95, subsampling="4:4:4")


def _encode_webp(pixels: Array, about: About) -> list[Buffer]:
    settings = {"lossless": True, "exact": True, "quality": 0, "method": 0}
    return _encode_by_pillow(pixels, about, format="WEBP", **settings)


_ENCODERS: dict[str, Callable[[Array, About], list[Buffer]]] = {
    "png": _encode_png,
    "tif": _encode_tif,
    "jpg": _encode_jpg,
    "webp": _encode_webp,
    "npy": _encode_npy,
    "csv": _encode_csv,
}


def _encode_by_pillow(pixels: Array, about: About, **settings: Any) -> list[Buffer]:
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours

    profile, resolution = about
    if profile:
        settings["icc_profile"] = profile
    if resolution:
        settings["dpi"] = resolution
    stream = io.BytesIO()
    pillow.fromarray(np.ascontiguousarray(pixels)).save(stream, **settings)
    return [stream.getbuffer()]


def _encode_deep_tif(pixels: Array) -> list[Buffer]:
    """Encode 16-bit colour as TIFF, which Pillow cannot."""
    from poolcli.opencv import cv2

    if pixels.shape[2] == 2:
        # No encoder at hand writes 16-bit gray with alpha; as colour the values are the same.
        pixels = pixels[:, :, [0, 0, 0, 1]]
    code = cv2.COLOR_RGB2BGR if pixels.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
    ordered = cv2.cvtColor(np.ascontiguousarray(pixels), code)
    encoded, content = cv2.imencode(".tif", ordered, (cv2.IMWRITE_TIFF_COMPRESSION, 8))
    if not encoded:
        # OpenCV returns no reason. If it was a lack of memory, this raises MemoryError.
        np.empty_like(ordered, shape=(2, *ordered.shape))
        raise PoolcliError("cannot be encoded as tif; use npy")
    return [content.data]
