"""An operation that poolcli does not have, written as a newcomer would write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from poolcli.arrays import Array
from poolcli.operations import Max, Min, Operation
from poolcli.pooling import Windows


@dataclass(frozen=True)
class Spread(Operation):
    """Keep the difference between the largest and the smallest pixel of each window."""

    name = "spread"
    summary = "Keep the difference between the largest and the smallest pixel of each window."

    def reduce(self, image: Array, windows: Windows, *, result: Any = None) -> Array:
        pixels = image.astype(result or self.result_type(image.dtype))
        difference: Array = Max().reduce(pixels, windows) - Min().reduce(pixels, windows)
        return difference

    def value(self, pixels: Sequence[Any], divisor: int) -> Any:  # noqa: ARG002 - no divisor
        return max(pixels) - min(pixels)
