"""PyTorch: `torch.nn.functional`, whose layers in `torch.nn` are the same."""

from __future__ import annotations

from typing import Any

import numpy as np

from poolcli.equivalents import Pooling
from poolcli.frameworks.framework import (
    Answer,
    Array,
    Framework,
    Unsupported,
    fit,
    from_batch,
    to_batch,
)

Tensor = Any


class Torch(Framework):
    """PyTorch on the CPU."""

    name = "torch"
    needs = ("torch",)

    def version(self) -> str:
        """Import the framework and name its version."""
        import torch

        return str(torch.__version__)

    def pool(self, layers: Array, pooling: Pooling) -> Answer:
        """Pool an array (H, W, C)."""
        import torch

        operation = pooling.operation
        if operation == "median":
            raise Unsupported("has no median pooling")
        if operation in ("avg", "lp") and pooling.dilated:
            raise Unsupported(f"dilates no {operation} pooling")
        # Powers would pass the range of float32.
        dtypes = ("float64",) if operation == "lp" else ("float32", "float64")
        call = _Call(torch.from_numpy(to_batch(fit(layers, *dtypes))), pooling)
        spellings = {"max": call.max, "min": call.min, "avg": call.avg, "lp": call.lp}
        result = spellings[operation]()
        pixels = from_batch(np.asarray(result))[: pooling.rows.output, : pooling.columns.output]
        return Answer(pixels, tuple(call.remarks))


class _Call:
    """One iteration as PyTorch spells it, with what must be said about it."""

    def __init__(self, x: Tensor, pooling: Pooling) -> None:
        import torch

        self.torch, self.functional = torch, torch.nn.functional
        self.x, self.pooling = x, pooling
        self.remarks: list[str] = []
        # PyTorch refuses more than half the kernel.
        far = any(2 * axis.before > axis.kernel for axis in pooling.axes)
        self.by_hand = pooling.lopsided or far
        if self.by_hand:
            what = "pads both sides of an axis alike" if pooling.lopsided else ""
            what = what or "pads by at most half the kernel"
            how = "-inf" if pooling.operation in ("max", "min") else "zeros that are not counted"
            if pooling.count_include_pad:
                how = "zeros that are counted"
            self.remarks.append(f"{what}: functional.pad added the padding first, as {how}")

    def max(self) -> Tensor:
        return self._max(self.x)

    def min(self) -> Tensor:
        self.remarks.append("has no min pooling: taken as -max(-x)")
        return -self._max(-self.x)

    def avg(self) -> Tensor:
        pooling = self.pooling
        if pooling.padded and not pooling.count_include_pad and not self.by_hand:
            self.remarks.append(
                "counts padding in averages by default: asked with count_include_pad=False"
            )
        return self._avg(self.x)

    def lp(self) -> Tensor:
        pooling, power = self.pooling, self.pooling.norm
        if pooling.output_size is not None or pooling.padded:
            which = "adaptive" if pooling.output_size is not None else "padded"
            self.remarks.append(
                f"has no {which} LPPool: taken as the p-th root of the average of |x|^p"
            )
            return self._avg(abs(self.x) ** power) ** (1 / power)
        if np.asarray(self.x < 0).any():
            self.remarks.append("keeps the sign of x^p in LPPool2d: given |x|")
        self.remarks.append(
            "sums in LPPool2d, where poolcli takes the mean: divided by the p-th root of the number"
            " of pixels in a window"
        )
        root = pooling.area ** (1 / power)
        sizes = (pooling.each("kernel"), pooling.each("stride"))
        return self.functional.lp_pool2d(abs(self.x), power, *sizes, pooling.ceil_mode) / root

    def _max(self, x: Tensor) -> Tensor:
        pooling = self.pooling
        if pooling.output_size is not None:
            return self.functional.adaptive_max_pool2d(x, tuple(pooling.output_size))
        return self.functional.max_pool2d(
            self._pad(x, -np.inf),
            pooling.each("kernel"),
            pooling.each("stride"),
            0 if self.by_hand else pooling.each("before"),
            pooling.each("dilation"),
            pooling.ceil_mode,
        )

    def _avg(self, x: Tensor) -> Tensor:
        pooling, functional = self.pooling, self.functional
        if pooling.output_size is not None:
            return functional.adaptive_avg_pool2d(x, tuple(pooling.output_size))
        sizes = (pooling.each("kernel"), pooling.each("stride"))
        if not self.by_hand:
            return functional.avg_pool2d(
                x, *sizes, pooling.each("before"), pooling.ceil_mode, pooling.count_include_pad
            )
        counted = self._pad(self.torch.ones_like(x), float(pooling.count_include_pad))
        sums, counts = (
            functional.avg_pool2d(y, *sizes, 0, pooling.ceil_mode, divisor_override=1)
            for y in (self._pad(x, 0.0), counted)
        )
        return sums / counts

    def _pad(self, x: Tensor, value: float) -> Tensor:
        if not self.by_hand:
            return x
        rows, columns = self.pooling.axes
        sides = (columns.before, columns.after, rows.before, rows.after)
        return self.functional.pad(x, sides, value=value)
