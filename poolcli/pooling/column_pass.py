"""The second pass over a band: the columns of each window are combined."""

from __future__ import annotations

import sys

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import Axis
from poolcli.pooling.reduction import Reduction
from poolcli.pooling.scratch import Scratch
from poolcli.pooling.sliding import Slide

LITTLE_ENDIAN = sys.byteorder == "little"
# The type that stands for a pixel of this many bytes, whatever its channels, when it is copied.
PIXEL_TYPES = {1: "u1", 2: "u2", 4: "u4", 8: "u8", 16: "c16"}
# The sizes in bytes of the integers that can be cast to narrower ones.
CASTABLE = (2, 4, 8)


class ColumnPass:
    """Combine the columns of each window of rows that are combined already.

    Parameters
    ----------
    columns : Axis
        The windows along the columns of the image.
    channels : int
        The number of channels of a pixel.
    how : Reduction
        How pixels are combined.

    Attributes
    ----------
    buffers : int
        The number of scratch buffers that may be used, beginning with buffer 0.
    """

    def __init__(self, columns: Axis, channels: int, how: Reduction) -> None:
        self.buffers = 2 if columns.stride == 1 else 3
        self._columns, self._channels, self._how = columns, channels, how
        distance = columns.dilation * channels
        self._slide = Slide(columns.kernel, distance, how, how.working, buffers=(0, 1))

    def combine(self, lines: Array, band: Array, scratch: Scratch) -> Array:
        """Combine the columns of each window.

        Parameters
        ----------
        lines : ndarray, (rows, at least W·C), contiguous
            The combined rows of each window, with padding to the left and right.
        band : ndarray, (rows, W'·C)
            The rows of the output that the band belongs to.
        scratch : Scratch

        Returns
        -------
        ndarray, (rows, W'·C)
            `band`, if the results are there, or an array that still has to be finished.
        """
        stride = self._columns.stride
        if stride == 1 and self._columns.kernel > 1 and self._how.divide is None:
            self._slide.combine_lines(band, lines.reshape(-1), scratch, lines.shape[1])
            return band
        dense = self._combine_densely(lines, scratch)
        if stride == 1:
            return dense[:, : band.shape[1]]
        kept = band
        if self._how.divide is not None:
            kept = scratch.array(2, band.shape, dense.dtype)
        keep_pixels(dense, stride, kept, self._channels)
        return kept

    def _combine_densely(self, lines: Array, scratch: Scratch) -> Array:
        """Return the windows that begin at each pixel, in the shape of `lines`.

        The windows that begin near the end of a line run into the next one and have no meaning.
        """
        if self._columns.kernel == 1:
            return lines
        return self._slide.combine(lines.reshape(-1), scratch).reshape(lines.shape)


def keep_pixels(dense: Array, stride: int, kept: Array, channels: int) -> None:
    """Copy every `stride`-th pixel of some lines.

    Parameters
    ----------
    dense : ndarray, (rows, at least W·C)
        Lines of pixels, contiguous in a row.
    stride : int
        At least 2.
    kept : ndarray, (rows, W'·C), of the type of `dense`
        Filled with pixels 0, `stride`, 2·`stride`, … of each line.
    channels : int
        The number of channels of a pixel.
    """
    pixel_bytes = dense.itemsize * channels
    if pixel_bytes not in PIXEL_TYPES:
        _keep_channels(dense, stride, kept, channels)
        return
    pixels, target = dense.view(PIXEL_TYPES[pixel_bytes]), kept.view(PIXEL_TYPES[pixel_bytes])
    whole_strides = target.shape[1] * stride <= pixels.shape[1]
    if LITTLE_ENDIAN and whole_strides and pixel_bytes * stride in CASTABLE:
        _keep_low_bytes(pixels, stride, target)
    else:
        np.copyto(target, pixels[:, ::stride][:, : target.shape[1]])


def _keep_channels(dense: Array, stride: int, kept: Array, channels: int) -> None:
    """Copy every `stride`-th pixel channel by channel, which keeps NumPy's inner loop long."""
    width = kept.shape[1] // channels
    for channel in range(channels):
        items = dense[:, channel :: stride * channels][:, :width]
        np.copyto(kept[:, channel::channels], items)


def _keep_low_bytes(pixels: Array, stride: int, kept: Array) -> None:
    """Copy every `stride`-th pixel by a cast to a narrower integer.

    The pixels of one stride are read as one integer, whose low bytes are the first of them: a cast
    keeps these alone, which is 1.5 times as fast as a strided copy.
    """
    strides = pixels[:, : kept.shape[1] * stride].view(f"u{pixels.itemsize * stride}")
    np.copyto(kept, strides, casting="unsafe")
