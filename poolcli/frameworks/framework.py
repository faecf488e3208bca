"""What every adapter is made of: what it answers, and which numbers it is given."""

from __future__ import annotations

import importlib.util
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from poolcli.equivalents import Pooling
from poolcli.geometry import AnyAxis, Axis
from poolcli.pooling.spans import count_taps

Array = NDArray[Any]

# Frameworks count in 32 bits, and some pad the image for real: so many values are added at most.
LARGEST = 2**30
MOST_BEYOND = 2**24

CEIL_REMARK = "has no ceil mode: the partial windows at the bottom and right are left out"


class Unsupported(Exception):  # noqa: N818 - the framework lacks something, nothing went wrong
    """A framework has nothing to compare with; the message says what it lacks."""


@dataclass(frozen=True)
class Answer:
    """What a framework makes of one iteration.

    Attributes
    ----------
    pixels : ndarray, (H', W', C)
    remarks : tuple of str
        What the framework means otherwise and what was done about it, each the rest of a sentence
        that begins with the framework's name.
    part : bool
        The framework makes fewer pixels: the top left part of what poolcli makes.
    comparable : ndarray of bool or None
        Which of poolcli's pixels mean the same to the framework; None for all.
    leniency : int
        How many times the usual tolerance its arithmetic needs.
    powers : str
        The type in which it sums the powers of a power mean.
    exact : bool
        Means of integers are exact, nothing overflows, and zeros have the sign that is right:
        every window can be compared.
    """

    pixels: Array
    remarks: tuple[str, ...] = ()
    part: bool = False
    comparable: Array | None = None
    leniency: int = 1
    powers: str = "float64"
    exact: bool = False


class Framework(ABC):
    """One framework.

    Attributes
    ----------
    name : str
        The module a user would import.
    needs : tuple of str
        The modules that must be installed.
    """

    name: str
    needs: tuple[str, ...]

    def missing(self) -> tuple[str, ...]:
        """List what it needs and is not installed, without importing anything."""
        return tuple(module for module in self.needs if not is_installed(module))

    @abstractmethod
    def version(self) -> str:
        """Import the framework and name its version."""

    def part(self, layers: Array, pooling: Pooling) -> Array:  # noqa: ARG002 - for who is slow
        """Give the part of an image (H, W, C) that it pools."""
        return layers

    def check_size(self, layers: Array, pooling: Pooling) -> None:
        """Raise Unsupported if the call would take work in proportion to padding or kernel."""
        rows, columns = (_positions(axis) for axis in (pooling.rows, pooling.columns))
        beyond = (rows * columns - layers.shape[0] * layers.shape[1]) * layers.shape[2]
        if max(rows, columns) > LARGEST or beyond > MOST_BEYOND:
            raise Unsupported(
                "is not asked: the windows reach too far beyond the image"
                f" ({rows:,}×{columns:,} positions)"
            )

    @abstractmethod
    def pool(self, layers: Array, pooling: Pooling) -> Answer:
        """Pool an array (H, W, C).

        Raises
        ------
        Unsupported
            If the framework has no such pooling.
        """


def _positions(axis: AnyAxis) -> int:
    """Count the positions along an axis that windows reach, those beyond the image too."""
    reach = axis.reach if isinstance(axis, Axis) else 0
    return max(reach, axis.before + axis.size + axis.after)


def is_installed(module: str) -> bool:
    """Tell whether a module could be imported."""
    return importlib.util.find_spec(module) is not None


def holds(layers: Array, dtype: str) -> bool:
    """Tell whether a float type represents every value of an array."""
    if layers.dtype.kind == "f":
        with np.errstate(over="ignore"):
            there_and_back = layers.astype(dtype).astype(layers.dtype)
        return bool(np.array_equal(there_and_back, layers, equal_nan=True))
    limit = 2 ** (np.finfo(dtype).nmant + 1)
    return bool(-limit <= int(layers.min()) and int(layers.max()) <= limit)


def fit(layers: Array, *dtypes: str) -> Array:
    """Convert to the first of these float types that represents every value."""
    for dtype in dtypes:
        if holds(layers, dtype):
            return layers.astype(dtype)
    raise Unsupported(f"computes in {dtypes[-1]}, which does not hold these {layers.dtype} numbers")


def to_batch(layers: Array) -> Array:
    """Rearrange (H, W, C) to the (1, C, H, W) of PyTorch and ONNX."""
    return np.ascontiguousarray(np.moveaxis(layers, -1, 0))[np.newaxis]


def from_batch(batch: Array) -> Array:
    """Rearrange (1, C, H, W) to (H, W, C)."""
    return np.moveaxis(batch[0], 0, -1)


def sum_windows(values: Array, rows: AnyAxis, columns: AnyAxis) -> Array:
    """Add up what each window sees of an array (H, W, ...), by slices and without the core."""
    return _sum_along(_sum_along(values, rows).swapaxes(0, 1), columns).swapaxes(0, 1)


def _sum_along(values: Array, axis: AnyAxis) -> Array:
    """Add up what each window sees along the first axis."""
    sums = np.empty((axis.output, *values.shape[1:]), np.add.reduce(values[:0]).dtype)
    # Windows far larger than the image see the same of it.
    for seen, alike in groupby(range(axis.output), axis.inside):
        windows = list(alike)
        total = values[seen.start : seen.stop : seen.step].sum(axis=0)
        sums[windows[0] : windows[-1] + 1] = total
    return sums


def has_real_maximum(layers: Array, pooling: Pooling) -> Array | None:
    """Find the windows with a number above -inf and no NaN; None if that is every window."""
    good = np.isfinite(layers) | np.isposinf(layers)
    if good.all():
        return None
    rows, columns = pooling.rows, pooling.columns
    nans: Array = sum_windows(np.isnan(layers), rows, columns) == 0
    reals: Array = sum_windows(good, rows, columns) > 0
    return nans & reals


def whole_windows(pooling: Pooling) -> Array:
    """Find the windows (H', W', 1) that lie in the image with every tap."""
    rows, columns = (
        count_taps(axis, np.int64) == axis.kernel for axis in (pooling.rows, pooling.columns)
    )
    whole: Array = rows[:, np.newaxis, np.newaxis] & columns[np.newaxis, :, np.newaxis]
    return whole
