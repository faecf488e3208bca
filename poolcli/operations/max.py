"""Max: the largest pixel of each window."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from poolcli.operations.operation import Operation

if TYPE_CHECKING:
    import numpy as np

    from poolcli.arrays import Array
    from poolcli.operations.cell import Cell
    from poolcli.pooling import Windows


@dataclass(frozen=True)
class Max(Operation):
    """Keep the largest pixel of each window; of -0 and +0 that is +0."""

    name = "max"
    summary = "Keep the largest pixel of each window."
    synonyms = ("maximum",)
    keeps_pixels = True
    chosen = "largest"
    layers: ClassVar[Mapping[str, str]] = {
        "PyTorch": "MaxPool2d",
        "Keras": "MaxPooling2D",
        "ONNX": "MaxPool",
        "scikit-image": "max",
    }

    def reduce(
        self,
        image: Array,
        windows: Windows,
        *,
        result: np.dtype[Any] | None = None,
    ) -> Array:
        """Return the results of all windows; see `Operation.reduce`."""
        import numpy as np

        from poolcli.pooling.maxima import pool_extreme

        return pool_extreme(image, windows, np.maximum)

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

        from poolcli.pooling.reduction import limits_of

        smallest, _ = limits_of(image.dtype)
        kept = np.where(mask, image, smallest).astype(image.dtype)
        return self.reduce(kept, windows, result=result)

    def value(self, pixels: Sequence[Any], divisor: int) -> Any:
        """Return the largest pixel."""
        return max(pixels, key=lambda pixel: (pixel, math.copysign(1, pixel)))

    def derive(self, cell: Cell) -> list[str]:
        """Return the pixels and the largest of them."""
        from poolcli.operations.derivations import derive_choice

        return derive_choice(cell)
