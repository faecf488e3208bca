"""Lp: the power mean of the pixels of each window."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from poolcli.operations.operation import Operation
from poolcli.operations.parameter import Parameter, declare

if TYPE_CHECKING:
    import numpy as np

    from poolcli.arrays import Array
    from poolcli.operations.cell import Cell
    from poolcli.pooling import Windows


@dataclass(frozen=True)
class Lp(Operation):
    """Keep the power mean of each window, `(Σ|x|ᵖ / count)^(1/p)`.

    Attributes
    ----------
    norm : float, 1 to 32
        The power `p`: 1 gives the average of magnitudes; large powers approach the maximum.
    """

    name = "lp"
    summary = "Keep the power mean of each window, (sum of |x|^p / count)^(1/p)."
    synonyms = ("power",)
    weighs_alpha = True
    rounds_once = False
    layers: ClassVar[Mapping[str, str]] = {
        "PyTorch": "LPPool2d",
        "ONNX": "LpPool",
        "scikit-image": "power mean",
    }

    norm: float = declare(
        2.0,
        Parameter(
            "norm",
            "--norm",
            "norm",
            "Power of the mean, 1 to 32: 1 is the average, large powers near the maximum.",
            minimum=1,
            maximum=32,
            metavar="P",
        ),
    )

    def reduce(
        self, image: Array, windows: Windows, *, result: np.dtype[Any] | None = None
    ) -> Array:
        """Return the results of all windows; see `Operation.reduce`."""
        from poolcli.pooling.powers import pool_power_mean

        return pool_power_mean(image, windows, self.norm, result=result)

    def reduce_visible(
        self,
        colour: Array,
        alpha: Array,
        full: int,
        windows: Windows,
        *,
        result: np.dtype[Any] | None = None,
    ) -> tuple[Array, Array]:
        """Return colour whose powers are weighted by alpha, and the power mean of alpha."""
        from poolcli.pooling.weighted import weighted_power_mean

        pooled = weighted_power_mean(colour, alpha, full, windows, self.norm)
        return pooled, self.reduce(alpha, windows, result=result)

    def value(self, pixels: Sequence[Any], divisor: int) -> Any:
        """Return the power mean of the pixels, as multiples of the largest magnitude."""
        magnitudes = [abs(pixel) for pixel in pixels]
        largest = max(magnitudes)
        if not largest or math.isinf(largest):
            return largest
        ratios = [magnitude / largest for magnitude in magnitudes]
        ratio = (math.fsum(ratio**self.norm for ratio in ratios) / divisor) ** (1 / self.norm)
        # Rounding may lead below the smallest magnitude.
        mean = largest * max(ratio, min(ratios))
        return round(mean) if self._is_root(round(mean), magnitudes, divisor) else mean

    def _is_root(self, root: int, magnitudes: Sequence[Any], divisor: int) -> bool:
        """Return whether an integer is exactly the power mean of integers."""
        power = int(self.norm)
        if not isinstance(magnitudes[0], int) or power != self.norm:
            return False
        powers = sum(int(magnitude) ** power for magnitude in magnitudes)
        return bool(powers == divisor * root**power)

    def find_exact(self, image: Array, windows: Windows) -> Array | bool:
        """Return where the root is a float without rounding.

        These are windows of equal magnitudes and, for integers with a norm of 1 or 2, windows whose
        power mean is an integer. A root of another degree may be off by a unit in the last place.
        """
        import numpy as np

        from poolcli.pooling.maxima import extreme
        from poolcli.pooling.reduction import sums

        wide = np.result_type(image.dtype, np.float64)
        magnitudes = np.abs(image.astype(wide))
        smallest, largest = (
            windows.pool(magnitudes, extreme(combine, wide)) for combine in (np.minimum, np.maximum)
        )
        equal: Array = smallest == largest
        if image.dtype.kind == "f" or self.norm not in (1, 2):
            return equal
        powers = windows.pool(magnitudes**self.norm, sums(wide))
        rows, columns = windows.counts(padding=False)
        counts = np.multiply.outer(np.array(rows, wide), np.array(columns, wide))[:, :, np.newaxis]
        roots = np.rint((powers / counts) ** (1 / self.norm))
        # Float64 represents all integers below 2^53.
        whole: Array = (roots**self.norm * counts == powers) & (powers < 2**53)
        return equal | whole

    def written_type(self, dtype: np.dtype[Any], area: int) -> np.dtype[Any]:
        """Return float64 for integers, whose results may lie close to a midpoint."""
        import numpy as np

        carry = self.result_type(dtype)
        return np.result_type(carry, np.float64) if dtype.kind in "iu" else carry

    def derive(self, cell: Cell) -> list[str]:
        """Return the sum of powers, the root of its mean and the value."""
        from poolcli.operations.derivations import derive_mean

        return derive_mean(cell, norm=self.norm)
