"""Arrays to bytes, in the format that a file's suffix names."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcli.errors import PoolcliError
from poolcli.images.image import Image
from poolcli.images.matrices import format_text

Array = NDArray[Any]
Buffer = bytes | memoryview
# A colour profile, and a resolution in pixels an inch, where the image has them.
About = tuple[bytes | None, tuple[float, float] | None]

FORMATS = ("png", "tif", "jpg", "webp", "npy", "csv")
_SUFFIXES = {**{name: name for name in FORMATS}, "jpeg": "jpg", "tiff": "tif", "txt": "csv"}

# The types of pixels that each picture format holds; all but jpg hold alpha too.
_DEPTHS = {
    "png": ("uint8", "uint16"),
    "tif": ("uint8", "uint16", "int32", "float32"),
    "jpg": ("uint8",),
    "webp": ("uint8",),
}


# How much of an image is rounded at a time.
BAND_BYTES = 1 << 20

# How much of an image tells whether PNG should look for repeats in it, and how much smaller that
# should make it.
STRIP_BYTES = (1 << 13, 1 << 15)
WORTHWHILE = 0.9

# The longest side that each encoder takes.
_LONGEST = {"png": 1_000_000, "jpg": 65_500, "webp": 16_383}


def format_of(suffix: str) -> str | None:
    """Give the format that poolcli writes under a suffix, or None."""
    return _SUFFIXES.get(suffix)


def check_format(image: Image, format_: str) -> None:
    """Raise PoolcliError if a format cannot hold the pixels of an image.

    Parameters
    ----------
    image : Image
        As it will be pooled; pooling changes neither its channels nor its depth.
    format_ : str
        One of `FORMATS`.
    """
    channels = image.pixels.shape[2] if image.pixels.ndim == 3 else 1
    if format_ == "npy":
        return
    if format_ == "csv":
        if channels > 1:
            raise PoolcliError(
                f"csv holds one channel and this has {channels}; make it gray with -g or use -f npy"
            )
        return
    if image.alpha and format_ == "jpg":
        raise PoolcliError("jpg cannot hold alpha; use -f png, tif or webp")
    if not image.alpha and channels not in (1, 3):
        raise PoolcliError(f"{format_} cannot hold {channels} channels; use -f npy")
    stored = _stored_type(image)
    if stored.name not in _DEPTHS[format_]:
        others = [name for name, depths in _DEPTHS.items() if stored.name in depths]
        raise PoolcliError(
            f"{format_} cannot hold {stored.name} pixels; use -f {' or '.join([*others, 'npy'])}"
        )
    # A maximum is NaN if one value is; that takes no array of the image's size.
    if stored.kind != "f" and np.isnan(image.pixels.max()):
        raise PoolcliError(f"holds NaN, which {format_} cannot; use -f npy or csv")


@dataclass(frozen=True)
class Quantised:
    """An image as its file will hold it.

    Attributes
    ----------
    pixels : ndarray
        npy and csv hold those of the image as they are. The others hold them rounded half to even
        and clipped to the range of its depth, here in the order of channels of their encoder.
    clipped : float, 0 to 1
        The share of values that lay outside the range.
    encoder : callable
        Makes the file's content of the pixels, in parts.
    """

    pixels: Array
    clipped: float
    encoder: Callable[[Array], list[Buffer]]

    def encode(self) -> list[Buffer]:
        """Give the file's content in parts, which follow each other."""
        return self.encoder(self.pixels)


def quantise(image: Image, format_: str) -> Quantised:
    """Round and clip the pixels of an image for a file, which then needs the image no longer.

    Parameters
    ----------
    image : Image
    format_ : str
        One of `FORMATS` that `check_format` accepts.
    """
    pixels = image.pixels
    if format_ == "npy":
        return Quantised(pixels, 0.0, _npy)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if format_ == "csv":
        return Quantised(pixels, 0.0, _csv)
    stored = _stored_type(image)
    if stored == np.uint16 and pixels.shape[2:] == (2,):
        # No encoder at hand writes 16-bit gray with alpha; as colour the values are the same.
        pixels = pixels[:, :, [0, 0, 0, 1]]
    about = (image.profile, image.resolution)
    deep_colour = stored == np.uint16 and pixels.ndim == 3
    if format_ == "png" and pixels.shape[2:] != (2,):
        return Quantised(*_quantise(pixels, stored, ordered=True), partial(_png, about=about))
    if format_ == "tif" and deep_colour:
        return Quantised(*_quantise(pixels, stored, ordered=True), _deep_tif)
    return Quantised(*_quantise(pixels, stored), partial(_pillow, format_, about=about))


def check_size(shape: Sequence[int], format_: str) -> None:
    """Raise PoolcliError if a format cannot hold an image of (rows, columns) `shape`."""
    longest = _LONGEST.get(format_)
    if longest is not None and max(shape[:2]) > longest:
        raise PoolcliError(
            f"{format_} holds at most {longest:,} rows and columns, not {shape[0]} and {shape[1]};"
            " use -f tif or npy"
        )


def keeps_profile(image: Image, format_: str) -> bool:
    """Tell whether a format can hold the image's colour profile."""
    deep_colour = image.depth == np.uint16 and image.pixels.ndim == 3
    return format_ in _DEPTHS and not (format_ == "tif" and deep_colour)


def _stored_type(image: Image) -> np.dtype[Any]:
    """Choose a picture file's type of pixels: the input's own, or bytes for other matrices."""
    if image.matrix and image.depth not in (np.uint8, np.uint16):
        return np.dtype(np.uint8)
    return image.depth


def _quantise(
    pixels: Array, stored: np.dtype[Any], *, ordered: bool = False
) -> tuple[Array, float]:
    """Round half to even and clip, in OpenCV's order if asked; give the share that was clipped.

    Band by band, so that nothing of the image's size is made but the result.
    """
    place = _opencv_order(pixels) if ordered else None
    if pixels.dtype == stored and place is None:
        return pixels, 0.0
    result = np.empty(pixels.shape, stored)
    height = max(1, BAND_BYTES * len(pixels) // pixels.nbytes)
    outside = 0
    for first in range(0, len(pixels), height):
        rows = slice(first, first + height)
        band, clipped = _round(pixels[rows], stored)
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
            raise PoolcliError("holds NaN after pooling, which a picture cannot; use -f npy or csv")
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


def _png(pixels: Array, about: About) -> list[Buffer]:
    """Encode what stands in OpenCV's order."""
    content = _by_opencv(pixels, ".png", _choose_compression(pixels))
    profile, resolution = about
    chunks = []
    if profile:
        chunks.append((b"iCCP", b"ICC profile\0\0" + zlib.compress(profile)))
    if resolution:
        # pHYs counts pixels a metre.
        per_metre = [min(2**31 - 1, max(0, round(side / 0.0254))) for side in resolution]
        chunks.append((b"pHYs", struct.pack(">IIB", *per_metre, 1)))
    header_end = 33
    return [content[:header_end], *map(_chunk, chunks), content[header_end:]]


def _choose_compression(pixels: Array) -> Sequence[int]:
    """Choose whether repeats or runs are looked for in the rows of a PNG, by a few in the middle.

    Runs take three quarters of the time and, of photographs, 1.05 to 1.09 of the size that Pillow's
    default has. Smooth, enlarged and repeated pixels take 1.4 times as much as runs and 1.02 to
    1.09 as repeats; such a strip shows. OpenCV's own choice, runs with the filter Sub, takes 1.3
    to 1.5 times as much for these.
    """
    from poolcli.opencv import cv2

    up = (cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP, cv2.IMWRITE_PNG_STRATEGY)
    runs = (*up, cv2.IMWRITE_PNG_STRATEGY_RLE)
    repeats = (*up, cv2.IMWRITE_PNG_STRATEGY_FILTERED, cv2.IMWRITE_PNG_COMPRESSION, 2)
    wanted = min(max(pixels.nbytes // 32, STRIP_BYTES[0]), STRIP_BYTES[1])
    height = min(len(pixels), -(-wanted // pixels[0].nbytes))
    first = (len(pixels) - height) // 2
    strip = pixels[first : first + height]
    sizes = [len(_by_opencv(strip, ".png", settings)) for settings in (runs, repeats)]
    return repeats if sizes[1] < WORTHWHILE * sizes[0] else runs


def _chunk(named: tuple[bytes, bytes]) -> bytes:
    name, data = named
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _deep_tif(pixels: Array) -> list[Buffer]:
    """Encode 16-bit colour that stands in OpenCV's order."""
    from poolcli.opencv import cv2

    return [_by_opencv(pixels, ".tif", (cv2.IMWRITE_TIFF_COMPRESSION, 8))]


def encode_opaque(pixels: Array, settings: Sequence[int] = ()) -> bytes:
    """Encode RGBA that hides nothing as PNG without its alpha, with OpenCV's settings."""
    from poolcli.opencv import cv2

    return bytes(_by_opencv(cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGR), ".png", settings))


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
        raise PoolcliError(f"cannot be encoded as {suffix.removeprefix('.')}; use -f npy")
    return content.data


_PILLOW: dict[str, dict[str, Any]] = {
    "png": {"format": "PNG"},
    "tif": {"format": "TIFF", "compression": "tiff_adobe_deflate"},
    "jpg": {"format": "JPEG", "quality": 95, "subsampling": "4:4:4"},
    "webp": {"format": "WEBP", "lossless": True, "exact": True, "quality": 0, "method": 0},
}


def _pillow(format_: str, pixels: Array, about: About) -> list[Buffer]:
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
