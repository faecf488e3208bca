"""One iteration with poolcli's result, and how far from it others may be."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from poolcli.equivalents import Pooling
from poolcli.frameworks import Answer, sum_windows
from poolcli.pooling import Operation, pool
from poolcli.pooling.spans import count_taps
from poolcli.verification.records import Pixel

Array = NDArray[Any]

# Float64 represents all integers below this.
EXACT = 2**53


class Task:
    """What peers are to do again.

    Parameters
    ----------
    iteration : int
        Counted from 1.
    layers, result : ndarray, (H, W, C) and (H', W', C)
        What goes in, and what poolcli makes of it.
    """

    def __init__(self, iteration: int, layers: Array, pooling: Pooling, result: Array) -> None:
        self.iteration, self.layers, self.pooling, self.result = iteration, layers, pooling, result
        self.exact = pooling.operation in ("max", "min")
        if not self.exact:
            finite = np.isfinite(layers)
            axes = pooling.rows, pooling.columns
            with np.errstate(over="ignore", under="ignore"):
                wide = np.result_type(layers.dtype, np.float64)
                magnitudes = np.where(finite, np.abs(layers.astype(wide)), 0)
                self.sums = sum_windows(magnitudes, *axes)
                # Sums times 2^-24 stay in the range also where sums do not.
                self.shares = sum_windows(magnitudes * 2.0**-24, *axes)
                if pooling.operation == "lp":
                    self.powers = sum_windows(magnitudes**pooling.norm, *axes)
                    self.has_exact_root = self._find_exact_roots(magnitudes)
            # Such windows give NaN or infinity, and everyone must say so.
            self.special = sum_windows(~finite, *axes) > 0

    def _find_exact_roots(self, magnitudes: Array) -> Array:
        """Return where a power mean is a float without rounding, so that it has one correct value.

        These are windows of equal magnitudes and, for integers with norm 1 or 2, windows whose
        power mean is an integer. A root of another degree may be off by a unit in the last place.

        Parameters
        ----------
        magnitudes : ndarray of float, (H, W, C)

        Returns
        -------
        ndarray of bool, (H', W', C)
        """
        norm, window = self.pooling.norm, self.pooling.window
        least, largest = (pool(magnitudes, operation, window) for operation in ("min", "max"))
        equal: Array = least == largest
        if self.layers.dtype.kind == "f" or norm not in (1, 2):
            return equal
        rows, columns = (
            count_taps(axis, np.float64) for axis in (self.pooling.rows, self.pooling.columns)
        )
        counts = rows[:, np.newaxis, np.newaxis] * columns[:, np.newaxis]
        roots = np.rint((self.powers / counts) ** (1 / norm))
        whole: Array = (roots**norm * counts == self.powers) & (self.powers < EXACT)
        return equal | whole

    def part(self, layers: Array) -> Task:
        """Make the same task of a part of the image."""
        old = self.pooling
        how = (old.operation, old.window, layers.shape, old.count_include_pad, old.norm)
        pooling = Pooling.of(*how)
        return Task(self.iteration, layers, pooling, compute(layers, pooling))

    def tolerances(self, answer: Answer) -> tuple[Array, Array]:
        """Return the tolerance of each value, and whether its sum stays in everyone's range."""
        everywhere = np.ones(self.result.shape, np.bool_)
        whole = answer.exact and self.layers.dtype.kind in "biu"
        if self.exact or (whole and self.pooling.operation != "lp"):
            return np.zeros(self.result.shape), everywhere
        floats = [np.finfo(d) for d in (self.result.dtype, answer.pixels.dtype) if d.kind == "f"]
        smallest = max(float(info.smallest_normal) for info in floats)
        unit = 1.0
        if answer.exact and self.result.dtype != np.float32:
            # In float64 a sum is off by 2^-53 for each pixel; powers and roots, by some of those.
            unit = 2.0**-24 if self.pooling.operation == "lp" else 2.0**-28
        tolerances = np.maximum(answer.leniency * unit * self.shares, smallest)
        tolerances = np.where(self.special, 0.0, tolerances)
        if answer.exact and self.pooling.operation == "lp":
            tolerances = np.where(self.has_exact_root, 0.0, tolerances)
        if answer.exact:
            return tolerances, everywhere
        inside = self.sums <= min(float(info.max) for info in floats)
        if self.pooling.operation == "lp":
            info = np.finfo(answer.powers)
            low, high = float(info.smallest_normal / info.eps), float(info.max) / 2
            inside &= (self.sums == 0) | (self.powers > low) & (self.powers < high)
        return tolerances, self.special | inside

    def find_worst(
        self, theirs: Array, tolerances: Array, usable: Array, *, signed: bool = False
    ) -> Pixel:
        """Find the largest difference, among those beyond their tolerance if there are any.

        If `signed`, a maximum or minimum of -0 differs from one of +0.
        """
        rows, columns = theirs.shape[:2]
        ours, tolerances, usable = (
            values[:rows, :columns] for values in (self.result, tolerances, usable)
        )
        same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
        if signed and self.exact:
            same &= (ours != 0) | (np.signbit(ours) == np.signbit(theirs))
        with np.errstate(over="ignore", invalid="ignore"):
            differences = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
        # A number against NaN, or opposite infinities.
        differences[np.isnan(differences)] = np.inf
        # The difference of large integers may round to nothing.
        differences[differences == 0] = np.finfo(np.float64).smallest_subnormal
        differences[same] = 0
        differences[~usable] = -1
        wrong = differences > tolerances
        ranked = np.where(wrong, differences, -1) if wrong.any() else differences
        at = np.unravel_index(int(np.argmax(ranked)), ours.shape)
        row, column, channel = map(int, at)
        numbers = (float(values[at]) for values in (ours, theirs, differences, tolerances))
        return Pixel(self.iteration, row, column, channel, *numbers)


def compute(layers: Array, pooling: Pooling) -> Array:
    """Pool by poolcli."""
    how = (pooling.count_include_pad, pooling.norm)
    return pool(layers, cast("Operation", pooling.operation), pooling.window, *how)
