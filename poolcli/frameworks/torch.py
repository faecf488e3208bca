"""PyTorch: `torch.nn.functional`, whose functions are those of the layers in `torch.nn`."""

from __future__ import annotations

from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.frameworks.applied import AppliedPooling
from poolcli.frameworks.calls import PyTorchCalls, pads_beyond_half
from poolcli.frameworks.conversions import fit, from_batch, to_batch
from poolcli.frameworks.framework import Answer, Framework
from poolcli.frameworks.layers import Layer
from poolcli.frameworks.windows import powers_in_range
from poolcli.operations import Lp

Tensor = Any


class Torch(Framework):
    """PyTorch on the CPU."""

    name = "torch"
    needs = ("torch",)

    def version(self) -> str:
        """Import the framework and return its version."""
        import torch

        return str(torch.__version__)

    def pool(self, image: Array, applied: AppliedPooling) -> Answer:
        """Pool an image; see `Framework.pool`."""
        layer = PyTorchCalls().check(applied)
        operation = applied.operation
        call = _Call(applied, layer)
        in_range = None
        if isinstance(operation, Lp):
            # Powers may exceed the range of float32.
            result = call.power_mean(_to_tensor(fit(image, "float64")), operation.norm)
            in_range = powers_in_range(image, applied, operation.norm, "float64")
        else:
            result = call.run(_to_tensor(fit(image, "float32", "float64")))
        pixels = from_batch(np.asarray(result))[: applied.rows.output, : applied.columns.output]
        return Answer(pixels, tuple(call.remarks), in_range=in_range)


def _to_tensor(image: Array) -> Tensor:
    import torch

    return torch.from_numpy(to_batch(image))


class _Call:
    """One iteration, called as PyTorch's users would, with remarks on what differs.

    Attributes
    ----------
    remarks : list of str
        As in `Answer`.
    by_hand : bool
        Whether padding is added to the image first, since the function refuses it.
    """

    def __init__(self, applied: AppliedPooling, layer: Layer) -> None:
        import torch

        self.torch, self.functional = torch, torch.nn.functional
        self.applied, self.layer = applied, layer
        self.remarks: list[str] = []
        far = pads_beyond_half(applied)
        self.by_hand = applied.asymmetric or far
        if self.by_hand:
            rule = "pads by at most half the kernel"
            if applied.asymmetric:
                rule = "pads both sides of an axis alike"
            value = "zeros that are not counted"
            if layer.name == "MaxPool2d":
                value = "-inf"
            elif applied.operation.padding_counts:
                value = "zeros that are counted"
            self.remarks.append(f"{rule}: functional.pad added the padding first, as {value}")

    def run(self, x: Tensor) -> Tensor:
        """Apply the layer, to the negative image if the layer is negated."""
        applied = self.applied
        if self.layer.negated:
            name = applied.operation.name
            self.remarks.append(f"has no {name} pooling: taken as -{self.layer.name}(-x)")
            return -self._apply(-x)
        counts = self.layer.name != "AvgPool2d" or applied.operation.padding_counts
        if applied.padded and not counts and not self.by_hand:
            self.remarks.append(
                "counts padding in averages by default: called with count_include_pad=False"
            )
        return self._apply(x)

    def power_mean(self, x: Tensor, norm: float) -> Tensor:
        """Return power means, from the root of a sum where LPPool2d takes such windows."""
        applied = self.applied
        if applied.output_size is not None or applied.padded:
            kind = "adaptive" if applied.output_size is not None else "padded"
            self.remarks.append(
                f"has no {kind} LPPool: taken as the p-th root of the average of |x|^p"
            )
            return self._average(abs(x) ** norm) ** (1 / norm)
        if np.asarray(x < 0).any():
            self.remarks.append("keeps the sign of x^p in LPPool2d: given |x|")
        self.remarks.append(
            "sums in LPPool2d, where poolcli takes the mean: divided by the p-th root of the number"
            " of pixels in a window"
        )
        sizes = (applied.each("kernel"), applied.each("stride"))
        sums = self.functional.lp_pool2d(abs(x), norm, *sizes, applied.ceil_mode)
        return sums / applied.area ** (1 / norm)

    def _apply(self, x: Tensor) -> Tensor:
        functions = {"MaxPool2d": self._maximum, "AvgPool2d": self._average}
        return functions[self.layer.name](x)

    def _maximum(self, x: Tensor) -> Tensor:
        applied = self.applied
        if applied.output_size is not None:
            return self.functional.adaptive_max_pool2d(x, tuple(applied.output_size))
        return self.functional.max_pool2d(
            self._pad(x, -np.inf),
            applied.each("kernel"),
            applied.each("stride"),
            0 if self.by_hand else applied.each("before"),
            applied.each("dilation"),
            applied.ceil_mode,
        )

    def _average(self, x: Tensor) -> Tensor:
        applied, functional = self.applied, self.functional
        if applied.output_size is not None:
            return functional.adaptive_avg_pool2d(x, tuple(applied.output_size))
        counts_padding = applied.operation.padding_counts
        sizes = (applied.each("kernel"), applied.each("stride"))
        if not self.by_hand:
            return functional.avg_pool2d(
                x, *sizes, applied.each("before"), applied.ceil_mode, counts_padding
            )
        counted = self._pad(self.torch.ones_like(x), 1.0 if counts_padding else 0.0)
        sums, counts = (
            functional.avg_pool2d(y, *sizes, 0, applied.ceil_mode, divisor_override=1)
            for y in (self._pad(x, 0.0), counted)
        )
        return sums / counts

    def _pad(self, x: Tensor, value: float) -> Tensor:
        if not self.by_hand:
            return x
        rows, columns = self.applied.regular_axes
        sides = (columns.before, columns.after, rows.before, rows.after)
        return self.functional.pad(x, sides, value=value)
