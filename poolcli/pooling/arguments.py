"""Images and scalars that a caller passes, checked before anything is allocated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from poolcli.arrays import ArrayLike, NDArray, np
from poolcli.errors import PoolcliError
from poolcli.geometry import AnyAxis, check_pixels
from poolcli.geometry.parameters import quote, whole
from poolcli.memory import enough_memory

SETTING = "max_pixels="
# `max_pixels` allows so many channels of it; more only where the image has as many values.
CHANNELS = 4


def unboxed(value: Any) -> Any:
    """Return a scalar of NumPy as Python's, and anything else unchanged."""
    if isinstance(value, np.floating):
        return float(value)
    return value.item() if isinstance(value, np.generic) else value


def read_image(image: ArrayLike, max_pixels: int) -> NDArray[Any]:
    """Return an image as an array; raise PoolcliError unless it is one of at most `max_pixels`."""
    most = whole(max_pixels, "max_pixels", minimum=1, maximum=2**63 - 1)
    _check_nested(image, most)
    with enough_memory("this image"):
        pixels = _as_array(image)
    check_image(pixels)
    check_pixels(pixels.shape, most, setting=SETTING)
    return pixels


def check_image(image: NDArray[Any]) -> None:
    """Raise PoolcliError unless the array is a non-empty image of real numbers."""
    if image.dtype.kind not in "buif":
        raise PoolcliError(f"an image holds real numbers, got dtype {image.dtype}")
    if image.ndim not in (2, 3):
        raise PoolcliError(
            f"an image is (rows, columns) or (rows, columns, channels), got shape {image.shape}"
        )
    if 0 in image.shape:
        raise PoolcliError(f"the image is empty: its shape is {image.shape}")


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


def _as_array(image: ArrayLike) -> NDArray[Any]:
    try:
        return np.asarray(image)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the caller's object decides what this raises
        raise PoolcliError(
            f"an image has rows of one length, all of numbers; got {quote(image)}: {quote(error)}"
        ) from None


def _check_nested(image: Any, max_pixels: int) -> None:
    """Raise PoolcliError for nested sequences of too many pixels, before they are copied."""
    shape: list[int] = []
    item = image
    while _is_nested(item) and len(shape) < 3:
        shape.append(len(item))
        item = item[0] if len(item) else None
    if len(shape) == 1 and shape[0]:
        raise PoolcliError(f"an image is rows of pixels, got one row: {quote(image)}")
    if len(shape) > 1:
        check_pixels(shape, max_pixels, setting=SETTING)
    if math.prod(shape) > CHANNELS * max_pixels:
        raise PoolcliError(f"an image is (rows, columns, channels), got {quote(image)}")


def _is_nested(image: Any) -> bool:
    return isinstance(image, Sequence) and not isinstance(
        image, (str, bytes, bytearray, memoryview)
    )
