"""What each operation makes of the pixels of a window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from poolcli.errors import PoolcliError

Array = NDArray[Any]
Operation = Literal["max", "avg", "min", "median", "lp"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
LARGEST_NORM = 32


@dataclass(frozen=True)
class Reduction:
    """How pixels are combined, pair by pair, and what becomes of the result.

    Attributes
    ----------
    combine : ufunc
        Associative and commutative.
    identity : scalar
        Changes nothing when combined: what padding holds.
    working, result : dtype
        Of the combined pixels, and of the finished ones.
    divide : dtype or None
        The type in which a sum is divided by the number of pixels; None for max and min.
    norm : float or None
        The power of a power mean.
    """

    combine: np.ufunc
    identity: Any
    working: np.dtype[Any]
    result: np.dtype[Any]
    divide: np.dtype[Any] | None = None
    norm: float | None = None

    @property
    def idempotent(self) -> bool:
        """Tell whether a pixel that is combined twice counts once."""
        return self.divide is None

    def prepare(self, pixels: Array) -> Array:
        """Give what is combined: the pixels, or their powers."""
        if self.norm is None:
            return pixels
        powers: Array = np.abs(pixels.astype(self.working)) ** self.norm
        return powers

    def finish(self, combined: Array, count: Array, output: Array) -> None:
        """Write the combined pixels to `output`, divided by `count` if this is a mean."""
        if self.divide is None:
            np.copyto(output, combined)
        elif self.norm is None:
            np.divide(combined, count, out=output, dtype=self.divide, casting="same_kind")
        else:
            np.copyto(output, (combined / count) ** (1 / self.norm), casting="same_kind")


def reduction(operation: Operation, dtype: np.dtype[Any], area: int, norm: float) -> Reduction:
    """Choose types for windows of at most `area` pixels so that no sum overflows."""
    native = dtype.newbyteorder("=")
    if operation in ("max", "min"):
        lowest, highest = _range(native)
        if operation == "max":
            return Reduction(np.maximum, lowest, native, native)
        return Reduction(np.minimum, highest, native, native)
    carry = carry_type(native)
    if operation == "lp":
        working = np.result_type(carry, np.float64)
        return Reduction(np.add, working.type(0), working, carry, working, norm)
    working, largest = _sum_type(native, carry, area)
    # Beyond 2^24 a float32 does not hold every integer: such sums divide in float64.
    divide = np.result_type(carry, np.float64) if largest > 2**24 else carry
    return Reduction(np.add, working.type(0), working, carry, divide)


def carry_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Give the type of what is no longer a pixel of the input: float32, or float64 for wider."""
    return np.result_type(dtype.newbyteorder("="), np.float32)


def check_operation(operation: str, count_include_pad: bool, norm: float) -> None:
    """Raise PoolcliError for an unknown operation or a setting that it does not have."""
    if operation not in OPERATIONS:
        raise PoolcliError(f"operation must be one of {', '.join(OPERATIONS)}, got {operation!r}")
    if count_include_pad and operation != "avg":
        raise PoolcliError(
            f"count_include_pad belongs to avg; {operation} has no divisor to change"
        )
    if not 1 <= norm <= LARGEST_NORM:
        raise PoolcliError(f"norm must lie between 1 and {LARGEST_NORM}, got {norm}")


def _range(dtype: np.dtype[Any]) -> tuple[Any, Any]:
    if dtype.kind == "b":
        return False, True
    if dtype.kind == "f":
        return dtype.type(-np.inf), dtype.type(np.inf)
    return np.iinfo(dtype).min, np.iinfo(dtype).max


def _sum_type(dtype: np.dtype[Any], carry: np.dtype[Any], area: int) -> tuple[np.dtype[Any], int]:
    if dtype.kind == "f" or dtype.itemsize == 8:
        return carry, 0
    lowest, highest = _range(dtype)
    largest = area * max(-int(lowest), int(highest))
    kind = "i" if dtype.kind == "i" else "u"
    sizes = (size for size in (2, 4, 8) if largest <= np.iinfo(f"{kind}{size}").max)
    return np.dtype(f"{kind}{next(sizes)}"), largest
