"""The capabilities of each output format, and the choice of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from poolcli.errors import PoolcliError
from poolcli.images.image import Image, Kind
from poolcli.images.metadata import INCH_IN_METRES, LEAST_RESOLUTION, MOST_RESOLUTION

FORMATS = ("png", "tif", "jpg", "webp", "npy", "csv")

_SUFFIXES = {**{name: name for name in FORMATS}, "jpeg": "jpg", "tiff": "tif", "txt": "csv"}

# The types of pixels that each picture format holds; all but jpg hold alpha too.
_DEPTHS = {
    "png": ("uint8", "uint16"),
    "tif": ("uint8", "uint16", "int32", "float32"),
    "jpg": ("uint8",),
    "webp": ("uint8",),
}

# The pixels an inch that each format holds: png counts whole pixels a metre, tif has ratios of
# 32-bit integers, jpg whole pixels an inch.
RESOLUTIONS = {
    "png": (INCH_IN_METRES, MOST_RESOLUTION),
    "tif": (LEAST_RESOLUTION, MOST_RESOLUTION),
    "jpg": (1.0, 65_535.0),
}

# The longest side that each encoder takes.
_LONGEST = {"png": 1_000_000, "jpg": 65_500, "webp": 16_383}


def format_of(suffix: str) -> str | None:
    """Return the format that is written under a suffix, or None."""
    return _SUFFIXES.get(suffix)


def choose_format(kind: Kind, suffix: str, wanted: str | None) -> str:
    """Return the format of the results of an input.

    Parameters
    ----------
    kind : Kind
        Of the input.
    suffix : str
        What the input's name ends with.
    wanted : str or None
        One of `FORMATS`; "same" is the format that the suffix names if it is one of a picture
        and the input is a picture; None, and "same" otherwise, is the kind of the input.
    """
    if wanted not in (None, "same"):
        return str(wanted)
    own = format_of(suffix)
    return own if wanted == "same" and kind == "png" and own in _DEPTHS else kind


def check_scale(format_: str | None, image: Image | None = None) -> None:
    """Raise PoolcliError if `--scale` means nothing for a format, or for an image."""
    if format_ in ("npy", "csv"):
        raise PoolcliError(
            f"--scale is for png, tif, jpg and webp, and {format_} holds the values themselves;"
            " use png, or leave it out"
        )
    if image is not None and not image.matrix and image.depth.kind != "f":
        raise PoolcliError(
            f"holds {image.depth} pixels, and --scale is for matrices and float images;"
            " leave it out"
        )


def check_format(image: Image, format_: str, *, scale: bool = False) -> None:
    """Raise PoolcliError if a format cannot hold the pixels of an image.

    Parameters
    ----------
    image : Image
        As it will be pooled; pooling changes neither its channels nor its depth.
    format_ : str
        One of `FORMATS`.
    scale : bool
        Whether 0..1 is mapped to the range of the format.
    """
    channels = image.pixels.shape[2] if image.pixels.ndim == 3 else 1
    if scale:
        check_scale(format_, image)
    if format_ == "npy":
        return
    if image.axes.items > 1:
        raise PoolcliError(
            f"{format_} holds one image and this is a batch of {image.axes.items}; use npy"
        )
    if format_ == "csv":
        if channels > 1:
            raise PoolcliError(
                f"csv holds one channel and this has {channels}; make it gray with -g or use npy"
            )
        return
    if image.alpha and format_ == "jpg":
        raise PoolcliError("jpg cannot hold alpha; use png, tif or webp")
    if not image.alpha and channels not in (1, 3):
        raise PoolcliError(f"{format_} cannot hold {channels} channels; use npy")
    stored = stored_type(image, scale=scale)
    _check_type(format_, stored)
    # A maximum is NaN if one value is; that takes no array of the image's size.
    if stored.kind != "f" and np.isnan(image.pixels.max()):
        raise PoolcliError(f"holds NaN, which {format_} cannot; {formats_of_any_value(channels)}")


def _check_type(format_: str, stored: np.dtype[Any]) -> None:
    """Raise PoolcliError if a format cannot hold a type of pixels."""
    if stored.name not in _DEPTHS[format_]:
        others = [name for name, depths in _DEPTHS.items() if stored.name in depths]
        remedy = f"use {' or '.join([*others, 'npy'])}"
        if stored.kind == "f":
            remedy += ", or --scale if 0..1 is its range"
        raise PoolcliError(f"{format_} cannot hold {stored.name} pixels; {remedy}")


def formats_of_any_value(channels: int) -> str:
    """Name the formats that hold any value of so many channels."""
    return "use npy" if channels > 1 else "use npy or csv"


def looks_black(image: Image, format_: str) -> bool:
    """Return whether a format of whole numbers would show a matrix as almost black.

    Its values lie within 0..1, as those of networks and masks do.
    """
    if not image.matrix or format_ in ("npy", "csv"):
        return False
    most = image.pixels.max()
    return bool(0 < most <= 1 and image.pixels.min() >= 0)


def check_size(shape: Sequence[int], format_: str) -> None:
    """Raise PoolcliError if a format cannot hold an image of (rows, columns) `shape`."""
    longest = _LONGEST.get(format_)
    if longest is not None and max(shape[:2]) > longest:
        raise PoolcliError(
            f"{format_} holds at most {longest:,} rows and columns, not {shape[0]} and {shape[1]};"
            " use tif or npy"
        )


def keeps_profile(image: Image, format_: str) -> bool:
    """Return whether a format can hold the image's colour profile."""
    if format_ == "webp":
        # Gray is written as RGB, which its profile would not fit.
        return _colours(image) == 3
    return format_ in _DEPTHS and not (format_ == "tif" and _deep_colour(image))


def keeps_resolution(image: Image, format_: str) -> bool:
    """Return whether a format can hold the image's resolution, if it has one."""
    if not image.resolution:
        return True
    if format_ not in RESOLUTIONS:
        return False
    least, most = RESOLUTIONS[format_]
    fits = all(least <= side <= most for side in image.resolution)
    return fits and not (format_ == "tif" and _deep_colour(image))


def _colours(image: Image) -> int:
    channels = image.pixels.shape[2] if image.pixels.ndim == 3 else 1
    return channels - image.alpha


def _deep_colour(image: Image) -> bool:
    return image.depth == np.uint16 and image.pixels.ndim == 3


def stored_type(image: Image, *, scale: bool) -> np.dtype[Any]:
    """Choose a picture file's type of pixels: the input's own, or bytes for what is scaled."""
    if (image.matrix or scale) and image.depth not in (np.uint8, np.uint16):
        return np.dtype(np.uint8)
    return image.depth
