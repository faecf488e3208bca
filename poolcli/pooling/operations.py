"""What each operation makes of the pixels of a window."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

import numpy as np

from poolcli.arrays import Array
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
        The type in which a sum is divided by the number of pixels; None without a division.
    norm : float or None
        The power of a power mean.
    exact : bool
        Whether these are exact sums, from which what was added can be taken away.
    safe : bool
        Whether no result can be suspect; see `suspect`.
    magnitudes : bool
        Combine the absolute values of the pixels, in the working type.
    exponent : int
        Pixels are multiplied by 2^-exponent before they are combined, and means by 2^exponent, so
        that neither sums nor powers leave the range of the working type.
    """

    combine: np.ufunc
    identity: Any
    lines: np.dtype[Any]
    working: np.dtype[Any]
    result: np.dtype[Any]
    divide: np.dtype[Any] | None = None
    norm: float | None = None
    exact: bool = False
    safe: bool = False
    magnitudes: bool = False
    exponent: int = 0

    @property
    def idempotent(self) -> bool:
        """Return whether a pixel that is combined twice counts once."""
        return self.combine is not np.add

    def prepare(self, pixels: Array) -> Array:
        """Return what is combined: the pixels, scaled, or their magnitudes or powers."""
        if self.exponent:
            pixels = np.ldexp(pixels.astype(self.working), -self.exponent)
        if self.norm is None and not self.magnitudes:
            return pixels
        values: Array = np.abs(pixels.astype(self.working, copy=False))
        return values if self.norm is None else values**self.norm

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
            if self.exponent:
                np.ldexp(output, self.exponent, out=output)
        else:
            means = combined / count
            roots = means ** (1 / self.norm)
            if self.result == self.working and self.norm not in (1, 2):
                # The rounding of 1 / norm shows in roots of large numbers: one step of Newton's.
                powers = roots**self.norm
                rest = np.divide(means, powers, out=np.ones_like(means), where=powers > 0) - 1
                np.multiply(roots, 1 + rest / self.norm, out=roots, where=np.isfinite(rest))
            if self.exponent:
                roots = np.ldexp(roots, self.exponent)
            np.copyto(output, roots, casting="same_kind")

    def suspect(self, combined: Array, output: Array) -> bool:
        """Return whether some results may be wrong at the ends of the range of their type.

        Such are sums of floats that overflowed, powers that left the range, and zeros whose sign
        depends on the order of the pixels. The check is made while results are in the cache.
        """
        if self.safe or self.exact or not output.size:
            return False
        if self.norm is not None:
            low, high = power_range(self.working)
            return not bool((combined >= low).all() and (combined <= high).all())
        if self.combine is np.add:
            # What is not finite shows in the sum of a column too, which takes half the time.
            finite = np.isfinite(np.add.reduce(output, axis=0)).all()
            return not bool(finite or np.isfinite(output).all())
        return has_zero(output, negative=self.combine is np.maximum)


def has_zero(values: Array, *, negative: bool) -> bool:
    """Return whether a float is -0 (`negative`) or +0."""
    if values.itemsize not in (2, 4, 8):
        return bool(((values == 0) & (np.signbit(values) == negative)).any())
    # Of all bits, those of -0 are the smallest signed integer, and of +0 the smallest unsigned.
    kind = "i" if negative else "u"
    bits = values.view(f"{values.dtype.byteorder}{kind}{values.itemsize}")
    return bool(bits.min() == np.iinfo(bits.dtype).min)


def power_range(working: np.dtype[Any]) -> tuple[Any, Any]:
    """Return the least and the largest sum of powers that are summed without loss."""
    info = np.finfo(working)
    return working.type(info.smallest_normal / info.eps), working.type(info.max / 2)


@lru_cache(maxsize=64)
def reduction(
    operation: Operation,
    dtype: np.dtype[Any],
    kernel: tuple[int, int],
    norm: float,
    count: int = 1,
    result: np.dtype[Any] | None = None,
) -> Reduction:
    """Choose types for windows of at most `kernel` (rows, columns) so that no sum overflows.

    Sums of 64-bit integers and of floats may: see `poolcli.pooling.extremes`.

    Parameters
    ----------
    count : int
        The largest divisor, if padding counts in it: a type that holds it is divided in.
    result : dtype or None
        Of means, if not the carry type.
    """
    native = dtype.newbyteorder("=")
    if operation in ("max", "min"):
        lowest, highest = _range(native)
        combine: np.ufunc = np.maximum if operation == "max" else np.minimum
        identity = lowest if operation == "max" else highest
        return Reduction(combine, identity, native, native, native, safe=native.kind != "f")
    carry = result or carry_type(native)
    wide = np.result_type(carry, np.float64)
    if operation == "lp":
        bits = 8 * native.itemsize * norm + math.log2(math.prod(kernel))
        safe = native.kind != "f" and bits < np.finfo(wide).maxexp - 1
        return Reduction(np.add, wide.type(0), wide, wide, carry, wide, norm, safe=safe)
    count = max(count, math.prod(kernel))
    if native.kind == "f":
        divide = carry if count <= 2 ** (np.finfo(carry).nmant + 1) else wide
        return Reduction(np.add, carry.type(0), carry, carry, carry, divide)
    if native.itemsize == 8:
        return Reduction(np.add, native.type(0), native, native, carry, carry, exact=True)
    working = _sum_type(native, math.prod(kernel), carry)
    lines = _sum_type(native, kernel[0], carry if working == carry else None)
    if lines.itemsize == working.itemsize:
        lines = working
    # A float32 that does not hold a sum, or a count, would round it before the division does.
    fits = working == carry or working.itemsize < carry.itemsize
    divide = carry if fits and count <= 2 ** (np.finfo(carry).nmant + 1) else wide
    return Reduction(np.add, working.type(0), lines, working, carry, divide, exact=True)


def sum_reduction(dtype: np.dtype[Any]) -> Reduction:
    """Return the reduction to sums, in int64 for integers and at least float64 for floats."""
    if dtype.kind == "f":
        wide = np.result_type(dtype.newbyteorder("="), np.float64)
        return Reduction(np.add, wide.type(0), wide, wide, wide, safe=True)
    whole = np.dtype(np.int64)
    return Reduction(np.add, whole.type(0), whole, whole, whole, exact=True)


@contextmanager
def fast_arithmetic() -> Iterator[None]:
    """Combine pixels without warnings, and cast them in pieces that stay next to the processor."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        np.setbufsize(CAST_ITEMS)
        yield


def carry_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Give the type of what is no longer a pixel of the input: float32, or float64 for wider."""
    return np.result_type(dtype.newbyteorder("="), np.float32)


def written_type(operation: Operation, dtype: np.dtype[Any], area: int) -> np.dtype[Any]:
    """Return the type whose values, rounded to integers, are the exact results rounded once.

    Float32 may round a mean of integers to the middle between two of them, from which it would be
    rounded again. A quotient of integers is no nearer to a middle than `1 / (2 · count)`; float32
    rounds 8 bits by at most 2^-17 and 16 bits by 2^-9.

    Parameters
    ----------
    dtype : dtype
        Of the image that is pooled.
    area : int
        The largest divisor of a mean.
    """
    if operation in ("max", "min"):
        return dtype
    carry = carry_type(dtype)
    if dtype.kind not in "iu" or operation == "median":
        return carry
    near = operation == "lp" or area >= 2 ** (24 - 8 * dtype.itemsize)
    return np.result_type(carry, np.float64) if near else carry


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
