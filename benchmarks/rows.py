"""The rows of the core's tables, as data."""

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
    """One setting on one kind of image: square windows, or adaptive ones with `to`."""

    operation: str
    kernel: int = 0
    stride: int = 0
    channels: int = 1
    dtype: str = "uint8"
    to: tuple[int, int] | None = None

    def __str__(self) -> str:
        """Spell it as tables do: `max 3/2 RGB uint8`."""
        return f"{self.operation} {self.windows} {LAYOUTS[self.channels]} {self.dtype}"

    @property
    def windows(self) -> str:
        """Spell the window: kernel/stride, or the size to adapt to."""
        return (
            f"{self.kernel}/{self.stride}" if self.to is None else f"to {self.to[0]}×{self.to[1]}"
        )

    @property
    def window(self) -> AnyWindow:
        """Give the window as the core takes it."""
        if self.to:
            return AdaptiveWindow.of(self.to)
        return Window.of(self.kernel, self.stride)

    @property
    def family(self) -> tuple[Any, ...]:
        """Give what cells have in common that differ in their dtype alone."""
        return self.channels, self.operation, self.kernel, self.stride, self.to

    def pool(self, image: Array) -> Array:
        """Pool with poolcli."""
        if self.to:
            return adaptive_pool2d(image, self.operation, self.to)
        return pool2d(image, self.operation, self.kernel, self.stride)

    def work(self, shape: Sequence[int]) -> int:
        """Count what a plain loop's time grows with: windows, or pixels where they adapt."""
        rows, columns = self.window.axes(shape)
        return rows.size * columns.size if self.to else rows.output * columns.output

    def area(self, shape: Sequence[int]) -> int:
        """Count the pixels of the largest window."""
        rows, columns = self.window.axes(shape)
        return rows.kernel * columns.kernel


def shape_of(pixels: int) -> tuple[int, int]:
    """Give the (rows, columns) of a picture of about so many pixels, in proportions of 2 to 3."""
    rows = math.isqrt(pixels * 2 // 3)
    return rows, pixels // rows


def core_cells(scale: Scale) -> list[Cell]:
    """List the rows of max and avg, which have goals, and a few of min, which is like max."""
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
    """List the rows of the median and of adaptive pooling, which have no goal."""
    medians = [
        Cell("median", kernel, stride, channel)
        for channel, (kernel, stride) in product((1, 3), ((2, 2), (3, 2), (3, 1), (5, 1)))
    ]
    adaptive = [
        Cell(operation, channels=channel, to=to)
        for channel, operation, to in product((1, 3), MAX_AND_AVG, ((1, 1), (7, 5), (224, 224)))
    ]
    return sorted([*medians, *adaptive], key=lambda cell: cell.channels)
