"""An image in memory, and one whose pixels are still to be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from poolcli.geometry import MAX_PIXELS, check_limit
from poolcli.geometry.layouts import MOST_CHANNELS, Axes
from poolcli.vocabulary import Layout

# The largest file of an image: channels of 64 bits, with all that stands around them.
BYTES_A_PIXEL = 32
LEAST_FILE_BYTES = 64 * 2**20


# The format that results have unless another is asked for.
Kind = Literal["png", "npy", "csv"]
PIXELS = Axes()


@dataclass(frozen=True)
class Image:
    """Pixels and what must be known to write them again.

    Attributes
    ----------
    pixels : ndarray, (H, W) or (H, W, C)
        In RGB order, values as stored; of a batch the channels of all items. With `alpha` the
        last of 2 or 4 channels is α, and colour that α hides is 0.
    depth : dtype
        The type of the pixels in the file: the range that results are clipped to.
    matrix : bool
        Whether the input was a matrix of numbers rather than a picture.
    alpha : bool
        Whether the last channel is α.
    profile : bytes or None
        The ICC profile.
    resolution : (x, y) or None
        Pixels an inch.
    warnings : tuple of str
        What the user should know about how the file was read.
    axes : Axes
        The axes of the array that the pixels were read from.
    """

    pixels: NDArray[Any]
    depth: np.dtype[Any]
    matrix: bool = False
    alpha: bool = False
    profile: bytes | None = None
    resolution: tuple[float, float] | None = None
    warnings: tuple[str, ...] = ()
    axes: Axes = PIXELS

    @property
    def array(self) -> NDArray[Any]:
        """Return the pixels with the axes that the input had."""
        return self.axes.restore(self.pixels)

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape of `array`."""
        return self.axes.shape(self.pixels.shape)

    @property
    def items(self) -> list[NDArray[Any]]:
        """Return the pixels of each item of the batch; most images are their only item."""
        if self.axes.items == 1:
            return [self.pixels]
        return list(np.split(self.pixels, self.axes.items, axis=2))

    @property
    def first(self) -> Image:
        """Return the first item alone, and only channel 0 of more than 4."""
        pixels = self.items[0]
        if pixels.ndim == 3 and pixels.shape[2] > MOST_CHANNELS:
            pixels = pixels[:, :, 0]
        return replace(self, pixels=pixels, axes=PIXELS)

    def name_part(self, shown: NDArray[Any]) -> str:
        """Name what `shown` is of the image: `the first of 64 channels`, or "" if it is all."""
        parts = []
        if shown.ndim < self.items[0].ndim:
            parts.append(f"the first of {self.items[0].shape[2]} channels")
        if self.axes.items > 1:
            parts.append(f"the first of {self.axes.items} items")
        return " of ".join(parts)

    def resampled(self, pixels: NDArray[Any], scale: tuple[float, float]) -> Image:
        """Return the image with other pixels, `scale` (rows, columns) of them for each of these.

        The resolution changes with them, so that the size in the world stays.
        """
        resolution = self.resolution
        if resolution:
            resolution = resolution[0] * scale[1], resolution[1] * scale[0]
        return replace(self, pixels=pixels, resolution=resolution)

    @property
    def full(self) -> int | None:
        """Give the value of white, or None for numbers without a fixed range."""
        ranged = not self.matrix and self.depth in (np.uint8, np.uint16)
        return int(np.iinfo(self.depth).max) if ranged else None


@dataclass(frozen=True)
class Reading:
    """How the content of an input is read.

    Attributes
    ----------
    max_pixels : int
        The largest image accepted or made, in pixels.
    tolerant : bool
        Read what can be read of a damaged image, with a warning, instead of refusing it.
    layout : Layout or None
        The order of an array's axes; None to derive it from the shape.
    array : str or None
        The name of the array to read from an npz archive.
    """

    max_pixels: int = MAX_PIXELS
    tolerant: bool = False
    layout: Layout | None = None
    array: str | None = None

    def __post_init__(self) -> None:
        """Raise PoolcliError for a limit that is out of range."""
        check_limit(self.max_pixels)

    @property
    def most_bytes(self) -> int:
        """Return how many bytes a file, or an array in an archive, may have."""
        return LEAST_FILE_BYTES + self.max_pixels * BYTES_A_PIXEL


@dataclass(frozen=True)
class Source:
    """An input whose header is read.

    Attributes
    ----------
    shape : (rows, columns)
        As the pixels will have it.
    kind : Kind
    decode : callable
        Reads the pixels, once.
    layers : int
        The channels of an array, those of all items of a batch; 1 for other inputs.
    """

    shape: tuple[int, int]
    kind: Kind
    decode: Callable[[], Image]
    layers: int = 1
