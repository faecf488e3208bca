"""Average: the mean of the pixels of each window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from poolcli.operations.arithmetic import exact_mean
from poolcli.operations.operation import Operation
from poolcli.operations.parameter import Parameter, declare

if TYPE_CHECKING:
    import numpy as np

    from poolcli.arrays import Array
    from poolcli.operations.cell import Cell
    from poolcli.pooling import Windows


@dataclass(frozen=True)
class Average(Operation):
    """Keep the average of each window.

    Attributes
    ----------
    count_padding : bool
        Whether padding counts in the divisor, as in PyTorch by default; otherwise only pixels do,
        as in TensorFlow and ONNX.
    """

    name = "avg"
    summary = "Keep the average of each window."
    synonyms = ("mean", "average")
    weighs_alpha = True
    layers: ClassVar[Mapping[str, str]] = {
        "PyTorch": "AvgPool2d",
        "Keras": "AveragePooling2D",
        "ONNX": "AveragePool",
        "scikit-image": "mean",
    }

    count_padding: bool = declare(
        False,
        Parameter(
            "count_include_pad",
            "--count-pad",
            "countpad",
            "Let padding count in the divisor, as PyTorch does by default; by default only real"
            " pixels count, as in TensorFlow and ONNX.",
            adaptive=False,
            remark="has no divisor to change",
        ),
    )

    @property
    def padding_counts(self) -> bool:
        """Return whether padding counts in the divisor."""
        return self.count_padding

    def reduce(
        self, image: Array, windows: Windows, *, result: np.dtype[Any] | None = None
    ) -> Array:
        """Return the results of all windows; see `Operation.reduce`."""
        from poolcli.pooling.averages import pool_average

        return pool_average(image, windows, count_padding=self.count_padding, result=result)

    def reduce_visible(
        self,
        colour: Array,
        alpha: Array,
        full: int,
        windows: Windows,
        *,
        result: np.dtype[Any] | None = None,
    ) -> tuple[Array, Array]:
        """Return colour weighted by alpha, `Σαx / Σα`, and alpha, `Σα / n`.

        With `count_padding`, the `m` padding positions of a window are opaque black:
        `Σαx / (Σα + m·full)` and `(Σα + m·full) / (n + m)`.
        """
        from poolcli.pooling.weighted import weighted_average

        pooled, pooled_alpha = weighted_average(
            colour, alpha, full, windows, count_padding=self.count_padding
        )
        return pooled, pooled_alpha.astype(result or self.result_type(alpha.dtype))

    def value(self, pixels: Sequence[Any], divisor: int) -> Any:
        """Return the sum of the pixels, divided."""
        return exact_mean(pixels, divisor)

    def written_type(self, dtype: np.dtype[Any], area: int) -> np.dtype[Any]:
        """Return float64 where float32 could round a mean to a midpoint between two integers.

        A quotient of integers is no nearer to a midpoint than `1 / (2 · count)`; float32 rounds
        8 bits by at most 2^-17 and 16 bits by 2^-9.
        """
        import numpy as np

        carry = self.result_type(dtype)
        near = dtype.kind in "iu" and area >= 2 ** (24 - 8 * dtype.itemsize)
        return np.result_type(carry, np.float64) if near else carry

    @property
    def remarks(self) -> list[str]:
        """Return whether padding counts."""
        return ["padding counted"] if self.count_padding else []

    def derive(self, cell: Cell) -> list[str]:
        """Return the sum, the quotient and the value."""
        from poolcli.operations.derivations import derive_mean

        return derive_mean(cell, counted=cell.padding if self.count_padding else 0)
