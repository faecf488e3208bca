"""Median: the middle of the sorted pixels of each window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from poolcli.operations.arithmetic import exact_mean
from poolcli.operations.operation import Operation
from poolcli.spelling import join_around_middle, spell_number

if TYPE_CHECKING:
    import numpy as np

    from poolcli.arrays import Array
    from poolcli.operations.cell import Cell
    from poolcli.pooling import Windows


@dataclass(frozen=True)
class Median(Operation):
    """Keep the median of each window; of an even number of pixels the mean of the middle two."""

    name = "median"
    summary = "Keep the median of each window."
    chosen = "middle"
    layers: ClassVar[Mapping[str, str]] = {"scikit-image": "median"}

    def reduce(
        self,
        image: Array,
        windows: Windows,
        *,
        result: np.dtype[Any] | None = None,
    ) -> Array:
        """Return the results of all windows; see `Operation.reduce`."""
        return self._reduce(image, windows, skip_nan=False)

    def reduce_masked(
        self,
        image: Array,
        mask: Array,
        windows: Windows,
        *,
        result: np.dtype[Any] | None = None,
    ) -> Array:
        """Return the results from those pixels where `mask` is true."""
        import numpy as np

        pixels = image.astype(self.result_type(image.dtype))
        return self._reduce(np.where(mask, pixels, np.nan), windows, skip_nan=True)

    def _reduce(self, image: Array, windows: Windows, *, skip_nan: bool) -> Array:
        import numpy as np

        from poolcli.pooling.median import pool_median

        rows, columns = windows.rows, windows.columns
        shape = rows.output, columns.output, image.shape[2]
        output = np.empty(shape, self.result_type(image.dtype))
        pool_median(image, rows, columns, output, skip_nan=skip_nan)
        return output

    def value(self, pixels: Sequence[Any], divisor: int) -> Any:
        """Return the mean of the middle two pixels."""
        ranked = sorted(pixels)
        return exact_mean([ranked[(len(ranked) - 1) // 2], ranked[len(ranked) // 2]], 2)

    def derive(self, cell: Cell) -> list[str]:
        """Return the sorted pixels, and the middle one or the mean of two."""
        from poolcli.operations.derivations import spell_chosen

        ranked = [spell_number(pixel) for pixel in sorted(cell.visible)]
        text = f"the middle of {{{join_around_middle(ranked)}}} in order"
        if len(ranked) % 2:
            return [text, spell_chosen(cell)]
        middle = len(ranked) // 2
        two = f"({ranked[middle - 1]} + {ranked[middle]}) / 2"
        return [text, two, spell_number(cell.value)]
