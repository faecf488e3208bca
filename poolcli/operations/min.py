"""Min: the smallest pixel of each window."""

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
class Min(Operation):
    """Keep the smallest pixel of each window; of -0 and +0 that is -0."""

    name = "min"
    summary = "Keep the smallest pixel of each window."
    synonyms = ("minimum",)
    keeps_pixels = True
    chosen = "smallest"
    layers: ClassVar[Mapping[str, str]] = {
        "PyTorch": "-MaxPool2d",
        "Keras": "-MaxPooling2D",
        "ONNX": "-MaxPool",
        "scikit-image": "min",
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

        return pool_extreme(image, windows, np.minimum)

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

        _, largest = limits_of(image.dtype)
        kept = np.where(mask, image, largest).astype(image.dtype)
        return self.reduce(kept, windows, result=result)

    def value(self, pixels: Sequence[Any], divisor: int) -> Any:
        """Return the smallest pixel."""
        return min(pixels, key=lambda pixel: (pixel, math.copysign(1, pixel)))

    def derive(self, cell: Cell) -> list[str]:
        """Return the pixels and the smallest of them."""
        from poolcli.operations.derivations import derive_choice

        return derive_choice(cell)
