"""The part of pooling that differs between operations: how the pixels of a window are combined."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from poolcli.arrays import Array

# NumPy casts this many items before it combines them. Its default, 8192, fills the first-level
# cache several times over: avg 2/2 RGB uint16 takes 1.6 times as long.
CAST_ITEMS = 1024


@dataclass(frozen=True)
class Reduction:
    """A pairwise combination of pixels, and the conversion of its result.

    Attributes
    ----------
    combine : ufunc
        Associative and commutative.
    identity : scalar
        The neutral element of `combine`; the value of padding.
    lines, working, result : dtype
        Of the combined rows of a window, of its combined pixels, and of the finished values.
    divide : dtype or None
        The type in which a sum is divided by the number of pixels; None without a division.
    norm : float or None
        The power of a power mean.
    exact : bool
        Whether sums are exact, so that a pixel can be subtracted again.
    safe : bool
        Whether no result can be suspect; see `suspect`.
    magnitudes : bool
        Combine the absolute values of the pixels, in the working type.
    count_padding : bool
        Whether padding counts in the divisor.
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
    count_padding: bool = False
    exponent: int = 0

    @classmethod
    def of(
        cls, combine: np.ufunc, identity: Any, dtype: np.dtype[Any], **attributes: Any
    ) -> Reduction:
        """Create a reduction that computes in one type throughout."""
        return cls(combine, identity, dtype, dtype, dtype, **attributes)

    @property
    def idempotent(self) -> bool:
        """Return whether combining a pixel twice equals combining it once."""
        return self.combine is not np.add

    def prepare(self, pixels: Array) -> Array:
        """Return the values to combine: the pixels, scaled, or their magnitudes or powers."""
        if self.exponent:
            pixels = np.ldexp(pixels.astype(self.working), -self.exponent)
        if self.norm is None and not self.magnitudes:
            return pixels
        values: Array = np.abs(pixels.astype(self.working, copy=False))
        return values if self.norm is None else values**self.norm

    def finish(self, combined: Array, count: Array, output: Array) -> None:
        """Write combined pixels to `output`; divide them by `count` if this is a mean."""
        if self.divide is None:
            np.copyto(output, combined)
        elif self.norm is None:
            self._divide(combined, count, output)
        else:
            self._take_root(combined / count, self.norm, output)

    def _divide(self, sums: Array, count: Array, output: Array) -> None:
        divide: np.ufunc = np.divide
        if self.divide == output.dtype != sums.dtype:
            # With one count per column, a separate cast is faster.
            np.copyto(output, sums, casting="same_kind")
            sums = output
        elif self.divide != self.result and not _may_be_midpoint(count):
            # A product takes half the time: avg 31/1 RGBA uint16.
            divide, count = np.multiply, 1 / count
        divide(sums, count, out=output, dtype=self.divide, casting="same_kind")
        if self.exponent:
            np.ldexp(output, self.exponent, out=output)

    def _take_root(self, means: Array, norm: float, output: Array) -> None:
        """Write the `norm`-th root of means of powers."""
        roots = means ** (1 / norm)
        if self.result == self.working and norm not in (1, 2):
            # The rounding of 1 / norm shows in roots of large numbers: take one Newton step.
            powers = roots**norm
            rest = np.divide(means, powers, out=np.ones_like(means), where=powers > 0) - 1
            np.multiply(roots, 1 + rest / norm, out=roots, where=np.isfinite(rest))
        if self.exponent:
            roots = np.ldexp(roots, self.exponent)
        np.copyto(output, roots, casting="same_kind")

    def suspect(self, combined: Array, output: Array) -> bool:
        """Return whether results may be wrong at the ends of the range of their type.

        Suspect are sums of floats that overflowed, powers that left the range, and zeros, whose
        sign depends on the order of the pixels. Call this while the results are in the cache.
        """
        if self.safe or self.exact or not output.size:
            return False
        if self.norm is not None:
            low, high = power_range(self.working)
            return not bool((combined >= low).all() and (combined <= high).all())
        if self.combine is np.add:
            # A value that is not finite shows in the sum of its column, which takes half the time.
            finite = np.isfinite(np.add.reduce(output, axis=0)).all()
            return not bool(finite or np.isfinite(output).all())
        return has_zero(output, negative=self.combine is np.maximum)


def sums(dtype: np.dtype[Any]) -> Reduction:
    """Return the reduction to sums: in int64 for integers, in at least float64 for floats."""
    if dtype.kind == "f":
        wide = np.result_type(dtype.newbyteorder("="), np.float64)
        return Reduction.of(np.add, wide.type(0), wide, safe=True)
    return Reduction.of(np.add, np.int64(0), np.dtype(np.int64), exact=True)


def any_true() -> Reduction:
    """Return the reduction of truth values to whether one of a window is true."""
    return Reduction.of(np.maximum, False, np.dtype(np.bool_), safe=True)


def has_zero(values: Array, *, negative: bool) -> bool:
    """Return whether an array of floats contains -0 (`negative`) or +0."""
    if values.itemsize not in (2, 4, 8):
        return bool(((values == 0) & (np.signbit(values) == negative)).any())
    # Read as an integer, -0 is the smallest signed number and +0 the smallest unsigned one.
    kind = "i" if negative else "u"
    bits = values.view(f"{values.dtype.byteorder}{kind}{values.itemsize}")
    return bool(bits.min() == np.iinfo(bits.dtype).min)


def power_range(working: np.dtype[Any]) -> tuple[Any, Any]:
    """Return the smallest and the largest sum of powers that is computed without loss."""
    info = np.finfo(working)
    return working.type(info.smallest_normal / info.eps), working.type(info.max / 2)


def carry_type(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type of values that are no longer pixels of the input.

    float32 for 8- and 16-bit types and float32, float64 for wider ones.
    """
    return np.result_type(dtype.newbyteorder("="), np.float32)


def limits_of(dtype: np.dtype[Any]) -> tuple[Any, Any]:
    """Return the smallest and the largest value of a type, infinities included."""
    if dtype.kind == "b":
        return False, True
    if dtype.kind == "f":
        return dtype.type(-np.inf), dtype.type(np.inf)
    return np.iinfo(dtype).min, np.iinfo(dtype).max


@contextmanager
def fast_arithmetic() -> Iterator[None]:
    """Combine pixels without warnings, and cast them in pieces that fit the first-level cache."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        np.setbufsize(CAST_ITEMS)
        yield


def _may_be_midpoint(count: Array) -> bool:
    """Return whether an average of 16-bit integers may lie midway between two float32.

    Only then may its product with the reciprocal in float64, which has a relative error of 2⁻⁵²,
    round to another float32. A sum `S` is no nearer to the midpoint `m·2⁻ʲ` than
    `|S·2ʲ − m·count| / (count·2ʲ)`, with an integer above the line. For that to be 0 with
    25 bits in `m`, of which at most 16 precede the point, 2⁹ must divide the count.
    """
    whole = count.astype(np.int64)
    return bool((whole % 2**9 == 0).any() or whole.max() >= 2**27)
