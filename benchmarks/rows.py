"""The rows of the core's tables as data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from numpy.typing import NDArray

from benchmarks.scale import Scale
from poolcli import adaptive_pool2d, pool2d
from poolcli.geometry import AdaptiveWindow, AnyWindow, Window

Array = NDArray[Any]

LAYOUTS = {1: "gray", 3: "RGB", 4: "RGBA"}
MAX_AND_AVG: tuple[str, ...] = ("max", "avg")
DTYPES = ("uint8", "uint16", "float32")

# Kernel and stride.
WINDOWS = (
    *((2, 2), (3, 3), (3, 2), (7, 7), (5, 3), (63, 2)),
    *((2, 1), (3, 1), (31, 1), (63, 1)),
)


@dataclass(frozen=True)
class Cell:
    """One setting for one kind of image: square windows, or adaptive windows with `to`."""

    operation: str
    kernel: int = 0
    stride: int = 0
    channels: int = 1
    dtype: str = "uint8"
    to: tuple[int, int] | None = None

    def __str__(self) -> str:
        """Return the name of the row: `max 3/2 RGB uint8`."""
        return f"{self.operation} {self.windows} {LAYOUTS[self.channels]} {self.dtype}"

    @property
    def windows(self) -> str:
        """Return the window as text: kernel/stride, or the output size."""
        return (
            f"{self.kernel}/{self.stride}" if self.to is None else f"to {self.to[0]}×{self.to[1]}"
        )

    @property
    def window(self) -> AnyWindow:
        """Return the window of the core."""
        if self.to:
            return AdaptiveWindow.of(self.to)
        return Window.of(self.kernel, self.stride)

    @property
    def family(self) -> tuple[Any, ...]:
        """Return the properties that are equal in cells that differ only in their dtype."""
        return self.channels, self.operation, self.kernel, self.stride, self.to

    def pool(self, image: Array) -> Array:
        """Pool an image by poolcli."""
        if self.to:
            return adaptive_pool2d(image, self.operation, self.to)
        return pool2d(image, self.operation, self.kernel, self.stride)

    def work(self, shape: Sequence[int]) -> int:
        """Return a number proportional to a plain loop's time: windows, or pixels if adaptive."""
        rows, columns = self.window.axes(shape)
        return rows.size * columns.size if self.to else rows.output * columns.output

    def area(self, shape: Sequence[int]) -> int:
        """Return the number of pixels of the largest window."""
        rows, columns = self.window.axes(shape)
        return rows.kernel * columns.kernel


def shape_of(pixels: int) -> tuple[int, int]:
    """Return the (rows, columns) of an image of about `pixels` pixels, in proportions of 2 to 3."""
    rows = math.isqrt(pixels * 2 // 3)
    return rows, pixels // rows


def core_cells(scale: Scale) -> list[Cell]:
    """Return the rows of max and avg, which have goals, and a few of min."""
    channels, dtypes = scale.channels or tuple(LAYOUTS), scale.dtypes or DTYPES
    windows = scale.windows or WINDOWS
    cells = [
        Cell(operation, kernel, stride, channel, dtype)
        for channel, operation, (kernel, stride), dtype in product(
            channels, MAX_AND_AVG, windows, dtypes
        )
    ]
    spots = [
        Cell("min", kernel, stride, channel, "uint8")
        for channel, (kernel, stride) in product((1, 3), ((2, 2), (3, 2), (3, 1)))
    ]
    return sorted(cells + spots, key=lambda cell: cell.channels)


def other_cells() -> list[Cell]:
    """Return the rows of the median and of adaptive pooling, which have no goals."""
    medians = [
        Cell("median", kernel, stride, channel)
        for channel, (kernel, stride) in product((1, 3), ((2, 2), (3, 2), (3, 1), (5, 1)))
    ]
    adaptive = [
        Cell(operation, channels=channel, to=to)
        for channel, operation, to in product((1, 3), MAX_AND_AVG, ((1, 1), (7, 5), (224, 224)))
    ]
    return sorted([*medians, *adaptive], key=lambda cell: cell.channels)
