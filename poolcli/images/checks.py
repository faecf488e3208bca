"""Whether a format can hold the results of an image, and the choice of a format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from poolcli.errors import PoolcliError
from poolcli.formats import (
    BY_NAME,
    OUTPUTS,
    PICTURE_OUTPUTS,
    join_words,
    output_format,
    output_of,
)
from poolcli.images.image import Image, Kind


def choose_format(kind: Kind, suffix: str, wanted: str | None) -> str:
    """Return the format of the results of an input.

    Parameters
    ----------
    kind : Kind
        Of the input.
    suffix : str
        Of the path of the input, in lower case and without dot.
    wanted : str or None
        One of `poolcli.formats.OUTPUTS`, or "same" for that of the suffix if the input is a
        picture and the suffix is that of a picture which is written; otherwise, and with None,
        the kind of the input.
    """
    if wanted not in (None, "same"):
        return str(wanted)
    own = output_format(suffix)
    return own if wanted == "same" and kind == "png" and own in PICTURE_OUTPUTS else kind


def check_scale(format_: str | None, image: Image | None = None) -> None:
    """Raise PoolcliError if `--scale` does not apply to a format or an image."""
    if format_ is not None and format_ not in PICTURE_OUTPUTS:
        raise PoolcliError(
            f"--scale is for {join_words(PICTURE_OUTPUTS, 'and')}, and {format_} holds the values"
            " themselves; use png, or leave it out"
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
        One of `poolcli.formats.OUTPUTS`.
    scale : bool
        Whether 0..1 is mapped to the range of the format.
    """
    if scale:
        check_scale(format_, image)
    _check_channels(image, format_)
    if output_of(format_).types is None:
        return
    stored = stored_type(image, scale=scale)
    _check_type(format_, stored)
    # A maximum is NaN if one value is; that takes no array of the image's size.
    if stored.kind != "f" and np.isnan(image.pixels.max()):
        raise PoolcliError(
            f"holds NaN, which {format_} cannot; {formats_of_any_value(_channels(image))}"
        )


def _check_channels(image: Image, format_: str) -> None:
    """Raise PoolcliError if a format cannot hold the channels of an image."""
    output, channels = output_of(format_), _channels(image)
    if output.channels is None:
        return
    if image.axes.items > 1:
        raise PoolcliError(
            f"{format_} holds one image and this is a batch of {image.axes.items}; use npy"
        )
    if output.channels == (1,) and channels > 1:
        # Gray keeps alpha, which is another channel.
        remedy = "use npy" if image.alpha else "make it gray with -g or use npy"
        raise PoolcliError(f"{format_} holds one channel and this has {channels}; {remedy}")
    if image.alpha and not output.alpha:
        others = [name for name in OUTPUTS if output_of(name).alpha]
        raise PoolcliError(f"{format_} cannot hold alpha; use {join_words(others, 'or')}")
    if not image.alpha and channels not in output.channels:
        raise PoolcliError(f"{format_} cannot hold {channels} channels; use npy")


def _check_type(format_: str, stored: np.dtype[Any]) -> None:
    """Raise PoolcliError if a format cannot hold a type of pixels."""
    if not _holds(format_, stored):
        others = [name for name in PICTURE_OUTPUTS if _holds(name, stored)]
        remedy = f"use {' or '.join([*others, 'npy'])}"
        if stored.kind == "f":
            remedy += ", or --scale if 0..1 is its range"
        raise PoolcliError(f"{format_} cannot hold {stored.name} pixels; {remedy}")


def _holds(format_: str, stored: np.dtype[Any]) -> bool:
    types = output_of(format_).types
    return types is None or stored.name in types


def formats_of_any_value(channels: int) -> str:
    """Return the advice to use a format that holds any value of this number of channels."""
    names = [
        name
        for name in OUTPUTS
        if (output := output_of(name)).types is None
        and (output.channels is None or channels in output.channels)
    ]
    return f"use {' or '.join(names)}"


def looks_black(image: Image, format_: str) -> bool:
    """Return whether a matrix would be almost black in a format of whole numbers.

    Its values lie within 0..1, as those of networks and masks do.
    """
    if not image.matrix or format_ not in PICTURE_OUTPUTS:
        return False
    most = image.pixels.max()
    return bool(0 < most <= 1 and image.pixels.min() >= 0)


def check_size(shape: Sequence[int], format_: str) -> None:
    """Raise PoolcliError if a format cannot hold an image of (rows, columns) `shape`."""
    longest = output_of(format_).longest
    if longest is not None and max(shape[:2]) > longest:
        others = [
            name
            for name in OUTPUTS
            if output_of(name).longest is None and BY_NAME[name].content != "text"
        ]
        raise PoolcliError(
            f"{format_} holds at most {longest:,} rows and columns, not {shape[0]} and {shape[1]};"
            f" use {join_words(others, 'or')}"
        )


def keeps_profile(image: Image, format_: str) -> bool:
    """Return whether a format can hold the colour profile of an image."""
    output = output_of(format_)
    if output.profile == "colour":
        return _colours(image) == 3
    return output.profile == "all" and not _is_bare(image, format_)


def keeps_resolution(image: Image, format_: str) -> bool:
    """Return whether a format can hold the resolution of an image, if it has one."""
    if not image.resolution:
        return True
    limits = output_of(format_).resolution
    if limits is None or _is_bare(image, format_):
        return False
    return all(limits[0] <= side <= limits[1] for side in image.resolution)


def warns_of_resolution(format_: str) -> bool:
    """Return whether a resolution that a format cannot hold is worth a warning."""
    return output_of(format_).resolution is not None


def stored_type(image: Image, *, scale: bool) -> np.dtype[Any]:
    """Return the type of the pixels in a picture file: that of the input, or uint8 if scaled."""
    if (image.matrix or scale) and image.depth not in (np.uint8, np.uint16):
        return np.dtype(np.uint8)
    return image.depth


def _is_bare(image: Image, format_: str) -> bool:
    """Return whether a format holds nothing but the pixels of such an image."""
    return image.pixels.ndim == 3 and image.depth.name in output_of(format_).bare_types


def _channels(image: Image) -> int:
    return image.pixels.shape[2] if image.pixels.ndim == 3 else 1


def _colours(image: Image) -> int:
    channels = _channels(image)
    return channels - 1 if image.alpha else channels
