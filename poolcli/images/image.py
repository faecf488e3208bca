"""Images in memory, and sources of images whose pixels are not yet read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from poolcli.geometry import MAX_PIXELS, check_limit
from poolcli.geometry.layouts import MOST_CHANNELS, Axes
from poolcli.vocabulary import Layout

# The largest file per pixel of an image: channels of 64 bits, and metadata.
BYTES_PER_PIXEL = 32
LEAST_FILE_BYTES = 64 * 2**20


# The default format of the results of an input.
Kind = Literal["png", "npy", "csv"]
PIXELS = Axes()


@dataclass(frozen=True)
class Image:
    """Pixels, and the metadata that is needed to write them again.

    Attributes
    ----------
    pixels : ndarray, (H, W) or (H, W, C)
        In RGB order, with values as stored. The channels of a batch are those of all items. With
        `alpha`, the last of 2 or 4 channels is alpha, and colour is 0 where alpha is 0.
    depth : dtype
        The type of the pixels in the file: the range that results are clipped to.
    matrix : bool
        Whether the input was a matrix of numbers rather than a picture.
    alpha : bool
        Whether the last channel is alpha.
    profile : bytes or None
        The ICC profile.
    resolution : (x, y) or None
        Pixels per inch.
    warnings : tuple of str
        Remarks on how the file was read.
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
        """Return the pixels of each item of the batch; an image that is no batch is one item."""
        if self.axes.items == 1:
            return [self.pixels]
        return list(np.split(self.pixels, self.axes.items, axis=2))

    @property
    def first(self) -> Image:
        """Return the first item, and only its first channel if there are more than 4."""
        pixels = self.items[0]
        if pixels.ndim == 3 and pixels.shape[2] > MOST_CHANNELS:
            pixels = pixels[:, :, 0]
        return replace(self, pixels=pixels, axes=PIXELS)

    def name_part(self, shown: NDArray[Any]) -> str:
        """Return the part of the image that is shown, as `the first of 64 channels`; "" for all."""
        parts = []
        if shown.ndim < self.items[0].ndim:
            parts.append(f"the first of {self.items[0].shape[2]} channels")
        if self.axes.items > 1:
            parts.append(f"the first of {self.axes.items} items")
        return " of ".join(parts)

    def resampled(self, pixels: NDArray[Any], scale: tuple[float, float]) -> Image:
        """Return the image with other pixels, and the resolution that keeps its physical size.

        `scale` is the number of (rows, columns) of the new pixels per row and column.
        """
        resolution = self.resolution
        if resolution:
            resolution = resolution[0] * scale[1], resolution[1] * scale[0]
        return replace(self, pixels=pixels, resolution=resolution)

    @property
    def full(self) -> int | None:
        """Return the value of white, or None for numbers without a fixed range."""
        ranged = not self.matrix and self.depth in (np.uint8, np.uint16)
        return int(np.iinfo(self.depth).max) if ranged else None


@dataclass(frozen=True)
class Reading:
    """Settings for reading an input.

    Attributes
    ----------
    max_pixels : int
        The largest number of pixels of an image that is read or made.
    tolerant : bool
        Read damaged images as far as possible, with a warning, instead of refusing them.
    layout : Layout or None
        The order of the axes of an array; None to derive it from the shape.
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
        """Return the largest number of bytes of a file, or of an array in an archive."""
        return LEAST_FILE_BYTES + self.max_pixels * BYTES_PER_PIXEL


@dataclass(frozen=True)
class Source:
    """An input whose header has been read.

    Attributes
    ----------
    shape : (rows, columns)
        The shape of the pixels once they are decoded.
    kind : Kind
    decode : callable
        Returns the image; may be called once.
    layers : int
        The number of channels of an array, over all items of a batch; 1 for other inputs.
    """

    shape: tuple[int, int]
    kind: Kind
    decode: Callable[[], Image]
    layers: int = 1
