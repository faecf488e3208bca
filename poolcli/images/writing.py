"""Arrays to bytes, in the format that a file's suffix names."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcli.errors import PoolcliError
from poolcli.images.image import Image
from poolcli.images.matrices import format_text

Array = NDArray[Any]

FORMATS = ("png", "tif", "jpg", "webp", "npy", "csv")
_SUFFIXES = {**{name: name for name in FORMATS}, "jpeg": "jpg", "tiff": "tif", "txt": "csv"}

# The types of pixels that each picture format holds; all but jpg hold alpha too.
_DEPTHS = {
    "png": ("uint8", "uint16"),
    "tif": ("uint8", "uint16", "int32", "float32"),
    "jpg": ("uint8",),
    "webp": ("uint8",),
}


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
    if stored.kind != "f" and np.isnan(image.pixels).any():
        raise PoolcliError(f"holds NaN, which {format_} cannot; use -f npy or csv")


def encode(image: Image, format_: str) -> tuple[bytes, float]:
    """Write an image as a file's content.

    Parameters
    ----------
    image : Image
        npy and csv hold its pixels as they are. The others hold them rounded half to even and
        clipped to the range of its depth.
    format_ : str
        One of `FORMATS` that `check_format` accepts.

    Returns
    -------
    content : bytes
    clipped : float, 0 to 1
        The share of values that lay outside the range.
    """
    pixels = image.pixels
    if format_ == "npy":
        stream = io.BytesIO()
        np.save(stream, pixels, allow_pickle=False)
        return stream.getvalue(), 0.0
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    if format_ == "csv":
        return format_text(pixels), 0.0
    pixels, clipped = _quantise(pixels, _stored_type(image))
    deep_alpha = pixels.dtype == np.uint16 and pixels.shape[2:] == (2,)
    if deep_alpha:
        # No encoder at hand writes 16-bit gray with alpha; as colour the values are the same.
        pixels = pixels[:, :, [0, 0, 0, 1]]
    if format_ == "png":
        return _png(pixels, image), clipped
    if format_ == "tif" and pixels.dtype == np.uint16 and pixels.ndim == 3:
        from poolcli.opencv import cv2

        deflate = (cv2.IMWRITE_TIFF_COMPRESSION, 8)
        return encode_by_opencv(pixels, ".tif", deflate), clipped
    return _pillow(pixels, image, _PILLOW[format_]), clipped


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


def _quantise(pixels: Array, stored: np.dtype[Any]) -> tuple[Array, float]:
    """Round half to even and clip; give the share that was clipped too."""
    if pixels.dtype == stored:
        return pixels, 0.0
    if stored.kind == "f":
        return pixels.astype(stored), 0.0
    if pixels.dtype.kind == "f" and np.isnan(pixels).any():
        raise PoolcliError("holds NaN after pooling, which a picture cannot; use -f npy or csv")
    limits = np.iinfo(stored)
    rounded = np.rint(pixels) if pixels.dtype.kind == "f" else pixels
    clipped = np.count_nonzero(rounded < limits.min) + np.count_nonzero(rounded > limits.max)
    return rounded.clip(limits.min, limits.max).astype(stored), clipped / pixels.size


def _png(pixels: Array, image: Image) -> bytes:
    if pixels.shape[2:] == (2,):
        return _pillow(pixels, image, {"format": "PNG"})
    content = encode_by_opencv(pixels, ".png")
    chunks = []
    if image.profile:
        chunks.append((b"iCCP", b"ICC profile\0\0" + zlib.compress(image.profile)))
    if image.resolution:
        # pHYs counts pixels a metre.
        per_metre = [min(2**31 - 1, max(0, round(side / 0.0254))) for side in image.resolution]
        chunks.append((b"pHYs", struct.pack(">IIB", *per_metre, 1)))
    header_end = 33
    inserted = b"".join(map(_chunk, chunks))
    return content[:header_end] + inserted + content[header_end:]


def _chunk(named: tuple[bytes, bytes]) -> bytes:
    name, data = named
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def encode_by_opencv(pixels: Array, suffix: str, settings: Sequence[int] = ()) -> bytes:
    """Encode gray, RGB or RGBA: the one place where channels stand in OpenCV's order."""
    from poolcli.opencv import cv2

    if pixels.ndim == 3:
        code = cv2.COLOR_RGB2BGR if pixels.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
        pixels = cv2.cvtColor(np.ascontiguousarray(pixels), code)
    encoded, content = cv2.imencode(suffix, pixels, settings)
    if not encoded:
        # OpenCV says so, and no more, if there is not enough memory; then this finds none either.
        np.empty_like(pixels, shape=(2, *pixels.shape))
        raise PoolcliError(f"cannot be encoded as {suffix.removeprefix('.')}; use -f npy")
    return content.tobytes()


_PILLOW: dict[str, dict[str, Any]] = {
    "tif": {"format": "TIFF", "compression": "tiff_adobe_deflate"},
    "jpg": {"format": "JPEG", "quality": 95, "subsampling": "4:4:4"},
    "webp": {"format": "WEBP", "lossless": True, "exact": True, "quality": 0, "method": 0},
}


def _pillow(pixels: Array, image: Image, settings: dict[str, Any]) -> bytes:
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours

    kept: dict[str, Any] = {}
    if image.profile:
        kept["icc_profile"] = image.profile
    if image.resolution and settings["format"] != "WEBP":
        kept["dpi"] = image.resolution
    stream = io.BytesIO()
    pillow.fromarray(np.ascontiguousarray(pixels)).save(stream, **settings, **kept)
    return stream.getvalue()
