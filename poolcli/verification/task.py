"""One iteration with poolcli's result, and the tolerance of each value."""

from __future__ import annotations

import numpy as np

from poolcli.arrays import Array
from poolcli.frameworks.applied import AppliedPooling
from poolcli.frameworks.framework import Answer
from poolcli.frameworks.windows import finite_magnitudes, sum_windows
from poolcli.pooling import Windows
from poolcli.verification.records import Pixel


class Task:
    """One iteration that peers repeat.

    Parameters
    ----------
    iteration : int
        Counted from 1.
    image : ndarray, (H, W, C)
        The input of the iteration.
    applied : AppliedPooling
        The pooling, laid over the image.
    result : ndarray, (H', W', C)
        poolcli's result.
    """

    def __init__(
        self, iteration: int, image: Array, applied: AppliedPooling, result: Array
    ) -> None:
        self.iteration, self.image, self.applied, self.result = iteration, image, applied, result
        operation = applied.operation
        self.keeps_pixels, self.rounds_once = operation.keeps_pixels, operation.rounds_once
        if not self.keeps_pixels:
            with np.errstate(over="ignore", under="ignore"):
                magnitudes = finite_magnitudes(image)
                self.sums = sum_windows(magnitudes, applied)
                # Sums times 2^-24 stay in the range also where sums do not.
                self.shares = sum_windows(magnitudes * 2.0**-24, applied)
            # The results of such windows are NaN or infinite, which leaves no tolerance.
            self.special = sum_windows(~np.isfinite(image), applied) > 0

    def part(self, image: Array) -> Task:
        """Return the same task for a part of the image."""
        pooling = self.applied.pooling
        applied = AppliedPooling.of(pooling, image.shape)
        return Task(self.iteration, image, applied, pooling(image))

    def tolerances(self, answer: Answer) -> tuple[Array, Array]:
        """Return the tolerance of each value, and whether its sum is in the range of both sides."""
        everywhere = np.ones(self.result.shape, np.bool_)
        integers = self.image.dtype.kind in "biu"
        if self.keeps_pixels or (answer.exact and integers and self.rounds_once):
            return np.zeros(self.result.shape), everywhere
        floats = [np.finfo(d) for d in (self.result.dtype, answer.pixels.dtype) if d.kind == "f"]
        smallest = max((float(info.smallest_normal) for info in floats), default=0.0)
        unit = 1.0
        if answer.exact and self.result.dtype != np.float32:
            # In float64 a sum is off by 2^-53 for each pixel; powers and roots, by some of those.
            unit = 2.0**-28 if self.rounds_once else 2.0**-24
        tolerances = np.maximum(answer.leniency * unit * self.shares, smallest)
        tolerances = np.where(self.special, 0.0, tolerances)
        if answer.exact:
            windows = Windows(self.applied.rows, self.applied.columns)
            exact = self.applied.operation.find_exact(self.image, windows)
            return np.where(exact, 0.0, tolerances), everywhere
        inside = self.sums <= min((float(info.max) for info in floats), default=np.inf)
        if answer.in_range is not None:
            inside &= answer.in_range
        return tolerances, self.special | inside

    def find_worst(
        self, theirs: Array, tolerances: Array, usable: Array, *, signed: bool = False
    ) -> Pixel:
        """Return the largest difference, among those beyond their tolerance if there are any.

        Parameters
        ----------
        theirs : ndarray, (H', W', C)
            The result of a peer, which may have fewer rows and columns.
        tolerances, usable : ndarray, (H', W', C)
            The tolerance of each value, and whether it is compared; at least one is.
        signed : bool
            Distinguish -0 from +0 where results are pixels of the image.
        """
        rows, columns = theirs.shape[:2]
        ours, tolerances, usable = (
            values[:rows, :columns] for values in (self.result, tolerances, usable)
        )
        same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
        if signed and self.keeps_pixels:
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
