"""What each operation makes of the pixels of a window."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

from poolcli.arrays import Array, np
from poolcli.errors import PoolcliError
from poolcli.geometry.parameters import flag, quote

Operation = Literal["max", "avg", "min", "median", "lp"]
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
LARGEST_NORM = 32

# NumPy casts so many items before it combines them. By default it would be 8192, which fill the
# processor's first cache several times over: avg 2/2 RGB uint16 takes 1.6 times as long.
CAST_ITEMS = 1024


@dataclass(frozen=True)
class Reduction:
    """How pixels are combined, pair by pair, and what becomes of the result.

    Attributes
    ----------
    combine : ufunc
        Associative and commutative.
    identity : scalar
        Changes nothing when combined: what padding holds.
    lines, working, result : dtype
        Of the combined rows of a window, of its combined pixels, and of the finished ones.
    divide : dtype or None
        The type in which a sum is divided by the number of pixels; None for max and min.
    norm : float or None
        The power of a power mean.
    exact : bool
        Whether these are exact sums, from which what was added can be taken away.
    """

    combine: np.ufunc
    identity: Any
    lines: np.dtype[Any]
    working: np.dtype[Any]
    result: np.dtype[Any]
    divide: np.dtype[Any] | None = None
    norm: float | None = None
    exact: bool = False

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
            divide: np.ufunc = np.divide
            if self.divide == output.dtype != combined.dtype:
                # With a count for each column a cast of its own is faster.
                np.copyto(output, combined, casting="same_kind")
                combined = output
            elif self.divide != self.result and not _may_lie_between(count):
                # A product takes half the time: avg 31/1 RGBA uint16.
                divide, count = np.multiply, 1 / count
            divide(combined, count, out=output, dtype=self.divide, casting="same_kind")
        else:
            np.copyto(output, (combined / count) ** (1 / self.norm), casting="same_kind")


@lru_cache(maxsize=64)
def reduction(
    operation: Operation, dtype: np.dtype[Any], kernel: tuple[int, int], norm: float
) -> Reduction:
    """Choose types for windows of at most `kernel` (rows, columns) so that no sum overflows."""
    native = dtype.newbyteorder("=")
    if operation in ("max", "min"):
        lowest, highest = _range(native)
        if operation == "max":
            return Reduction(np.maximum, lowest, native, native, native)
        return Reduction(np.minimum, highest, native, native, native)
    carry = carry_type(native)
    if operation == "lp":
        working = np.result_type(carry, np.float64)
        return Reduction(np.add, working.type(0), working, working, carry, working, norm)
    if native.kind == "f" or native.itemsize == 8:
        return Reduction(np.add, carry.type(0), carry, carry, carry, carry)
    working = _sum_type(native, math.prod(kernel), carry)
    lines = _sum_type(native, kernel[0], carry if working == carry else None)
    if lines.itemsize == working.itemsize:
        lines = working
    # A float32 that does not hold a sum would round it before the division does.
    fits = working == carry or working.itemsize < carry.itemsize
    divide = carry if fits else np.result_type(carry, np.float64)
    return Reduction(np.add, working.type(0), lines, working, carry, divide, exact=True)


@contextmanager
def fast_arithmetic() -> Iterator[None]:
    """Combine pixels without warnings, and cast them in pieces that stay next to the processor."""
    with np.errstate(over="ignore", invalid="ignore"):
        np.setbufsize(CAST_ITEMS)
        yield


def carry_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Give the type of what is no longer a pixel of the input: float32, or float64 for wider."""
    return np.result_type(dtype.newbyteorder("="), np.float32)


def check_operation(operation: Any, count_include_pad: Any, norm: Any) -> None:
    """Raise PoolcliError for an unknown operation or a setting that it does not have."""
    if not isinstance(operation, str) or operation not in OPERATIONS:
        names = ", ".join(OPERATIONS)
        raise PoolcliError(f"operation must be one of {names}, got {quote(operation)}")
    if flag(count_include_pad, "count_include_pad") and operation != "avg":
        raise PoolcliError(
            f"count_include_pad belongs to avg; {operation} has no divisor to change"
        )
    if isinstance(norm, bool) or not isinstance(norm, (int, float)):
        raise PoolcliError(f"norm must be a number, got {quote(norm)}")
    if not 1 <= norm <= LARGEST_NORM:
        raise PoolcliError(f"norm must lie between 1 and {LARGEST_NORM}, got {quote(norm)}")


def _range(dtype: np.dtype[Any]) -> tuple[Any, Any]:
    if dtype.kind == "b":
        return False, True
    if dtype.kind == "f":
        return dtype.type(-np.inf), dtype.type(np.inf)
    return np.iinfo(dtype).min, np.iinfo(dtype).max


def _may_lie_between(count: Array) -> bool:
    """Tell whether an average of 16-bit integers may lie in the middle of two float32.

    Only then may its product with the reciprocal in float64, which is off by 2⁻⁵² of it, be
    rounded to another float32. A sum `S` is no nearer to the middle `m·2⁻ʲ` than
    `|S·2ʲ − m·count| / (count·2ʲ)`, with an integer above the line. For that to be 0 with
    25 bits in `m`, of which 16 at most are before the point, 2⁹ must divide the count.
    """
    whole = count.astype(np.int64)
    return bool((whole % 2**9 == 0).any() or whole.max() >= 2**27)


def _sum_type(dtype: np.dtype[Any], area: int, carry: np.dtype[Any] | None = None) -> np.dtype[Any]:
    """Choose the narrowest type that holds every sum; the carry type, if given and able."""
    lowest, highest = (area * int(limit) for limit in _range(dtype))
    integers = ("i2", "u2", "i4", "u4", "i8", "u8")
    types = [(np.iinfo(name).min, np.iinfo(name).max, np.dtype(name)) for name in integers]
    if carry is not None:
        # It holds integers up to 2^24 or 2^53, and is divided without a cast. Halves of a window
        # that share a pixel sum up to more than the window, but to less than twice as much.
        whole = 2 ** (np.finfo(carry).nmant + 1) // 2
        types.insert(2, (-whole, whole, carry))
    return next(held for low, high, held in types if low <= lowest and highest <= high)
