"""Images and scalars that a caller passes, checked before anything is allocated."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from poolcli.errors import PoolcliError
from poolcli.geometry import AnyAxis, check_pixels
from poolcli.geometry.layouts import Axes, find_axes
from poolcli.geometry.parameters import quote, whole
from poolcli.memory import enough_memory
from poolcli.vocabulary import LAYOUTS, Layout

SETTING = "max_pixels="
# `max_pixels` allows so many channels of it; more only where the image has as many values.
CHANNELS = 4
# Of a batch.
MOST_AXES = 4
# The largest item of an array that is made on the way to a result.
LARGEST_ITEM = 16


def unboxed(value: Any) -> Any:
    """Return a scalar of NumPy as Python's, and anything else unchanged."""
    if isinstance(value, np.floating):
        return float(value)
    # A span of time is a subclass of integers.
    is_number = isinstance(value, np.generic) and value.dtype.kind in "biu"
    return value.item() if is_number else value


def read_image(
    image: ArrayLike, layout: Layout | None, max_pixels: int
) -> tuple[NDArray[Any], Axes]:
    """Return the pixels (H, W) or (H, W, C) of an array, and its axes.

    Raises
    ------
    PoolcliError
        If it is no image in this layout, or has more than `max_pixels`.
    """
    most = whole(max_pixels, "max_pixels", minimum=1, maximum=2**63 - 1)
    if layout is not None and not (isinstance(layout, str) and layout in LAYOUTS):
        raise PoolcliError(f"layout is None, hwc, chw, nhwc or nchw, got {quote(layout)}")
    _check_masks(image)
    _check_nested(image, layout, most)
    with enough_memory("this image"):
        array = _as_array(image)
        _check_masks(array)
        array = np.asarray(array)
        _check_array(array)
        try:
            axes, shape = find_axes(array.shape, layout, 'layout="{}"'.format)
        except PoolcliError as error:
            raise PoolcliError(f"the image {error}") from None
        check_pixels(shape, most, setting=SETTING)
        return axes.arrange(array), axes


def check_image(image: NDArray[Any]) -> None:
    """Raise PoolcliError unless the pixels are a non-empty image of real numbers."""
    _check_array(image)
    if image.ndim not in (2, 3):
        raise PoolcliError(
            f"an image is (rows, columns) or (rows, columns, channels), got shape {image.shape}"
        )


def _check_array(array: NDArray[Any]) -> None:
    """Raise PoolcliError unless an array has real numbers, and some of them."""
    if array.dtype.kind not in "buif":
        raise PoolcliError(f"an image holds real numbers, got dtype {array.dtype}")
    if 0 in array.shape:
        raise PoolcliError(f"the image is empty: its shape is {array.shape}")


def check_result(axes: tuple[AnyAxis, AnyAxis], image: NDArray[Any], max_pixels: int) -> None:
    """Raise PoolcliError if pooling `image` along `axes` would give more than `max_pixels`."""
    shape = axes[0].output, axes[1].output
    check_pixels(shape, max_pixels, "the result", SETTING)
    values = math.prod(shape) * math.prod(image.shape[2:])
    if values > max(CHANNELS * max_pixels, image.size):
        raise PoolcliError(
            f"the result has {values:,} values, more than {CHANNELS} channels of {max_pixels:,}"
            f" pixels; allow it with {SETTING}{-(-values // CHANNELS)}"
        )
    if values * LARGEST_ITEM > sys.maxsize:
        raise PoolcliError(f"the result has {values:,} values, more than an array can hold")


def _as_array(image: ArrayLike) -> NDArray[Any]:
    try:
        return np.asanyarray(image)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the caller's object decides what this raises
        raise PoolcliError(
            f"an image has rows of one length, all of numbers; got {quote(image)}: {quote(error)}"
        ) from None


def _check_masks(image: object) -> None:
    """Raise PoolcliError for a masked array, whose mask NumPy would drop."""
    # Without the module there are no masked arrays, and loading it takes time.
    if "numpy.ma" in sys.modules and _is_masked(image):
        raise PoolcliError(
            "masks are not supported: masked pixels would count; give a value with .filled(value)"
        )


def _is_masked(image: object, axes: int = MOST_AXES) -> bool:
    """Return whether an array, or one in a list, has a mask, which NumPy would drop."""
    if axes and isinstance(image, list | tuple):
        return any(_is_masked(item, axes - 1) for item in image)
    return isinstance(image, np.ma.MaskedArray)


def _check_nested(image: Any, layout: Layout | None, max_pixels: int) -> None:
    """Raise PoolcliError for nested sequences of too many pixels, before they are copied."""
    shape: list[int] = []
    item = image
    while _is_nested(item) and len(shape) < MOST_AXES:
        shape.append(len(item))
        item = item[0] if len(item) else None
    if shape:
        # Rows may be arrays.
        shape.extend(np.shape(item) if isinstance(item, np.ndarray) else ())
    if len(shape) == 1 and shape[0]:
        raise PoolcliError(f"an image is rows of pixels, got one row: {quote(image)}")
    if len(shape) > 1 and layout in (None, "hwc"):
        check_pixels(shape, max_pixels, setting=SETTING)
    if math.prod(shape) > CHANNELS * max_pixels:
        raise PoolcliError(f"an image is (rows, columns, channels), got {quote(image)}")


def _is_nested(image: Any) -> bool:
    return isinstance(image, Sequence) and not isinstance(
        image, (str, bytes, bytearray, memoryview)
    )
