"""Keras 3 on any of its backends: TensorFlow, PyTorch or JAX."""

from __future__ import annotations

import importlib
import os
from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.frameworks.applied import AppliedPooling
from poolcli.frameworks.calls import KerasCalls
from poolcli.frameworks.conversions import fit
from poolcli.frameworks.framework import Answer, Framework, is_installed
from poolcli.frameworks.layers import Layer, Unsupported
from poolcli.frameworks.windows import has_real_maximum, whole_windows

BACKENDS = ("tensorflow", "torch", "jax")

CEIL_REMARK = "has no ceil mode: the partial windows at the bottom and right are left out"


class Keras(Framework):
    """Keras layers, channels last."""

    name = "keras"
    needs = ("keras",)

    def missing(self) -> tuple[str, ...]:
        """Return the modules that are not installed: Keras itself, and any of its backends."""
        missing = super().missing()
        backend = any(map(is_installed, BACKENDS))
        return missing if backend else (*missing, f"one of {', '.join(BACKENDS)}")

    def version(self) -> str:
        """Import the framework and return its version and that of its backend."""
        keras = _import()
        backend = keras.backend.backend()
        return f"{keras.__version__} on {backend} {importlib.import_module(backend).__version__}"

    def pool(self, image: Array, applied: AppliedPooling) -> Answer:
        """Pool an image; see `Framework.pool`."""
        layer = KerasCalls().check(applied)
        axes = applied.regular_axes
        if any(axis.before + axis.size + axis.after < axis.kernel for axis in axes):
            raise Unsupported("has no ceil mode, and a kernel larger than the padded image")
        call = _Call(image, applied, layer)
        pixels = call.run()
        if applied.partial:
            call.remarks.append(CEIL_REMARK)
        return Answer(pixels, tuple(call.remarks), applied.partial, call.comparable)


def _import() -> Any:
    """Import Keras, with a backend that is installed unless the user has chosen one."""
    installed = [backend for backend in BACKENDS if is_installed(backend)]
    if BACKENDS[0] not in installed:
        os.environ.setdefault("KERAS_BACKEND", installed[0])
    # JAX would cut float64 to float32.
    os.environ.setdefault("JAX_ENABLE_X64", "1")
    import keras

    return keras


class _Call:
    """One iteration, called as Keras's users would, with remarks on what differs.

    Attributes
    ----------
    remarks : list of str
    comparable : ndarray of bool or None
        As in `Answer`.
    by_hand : bool
        Whether padding is added to the image first, since the layer has no such padding.
    divides : bool
        Whether the average of the padded image is divided by that of padded ones.
    """

    def __init__(self, image: Array, applied: AppliedPooling, layer: Layer) -> None:
        self.keras, self.applied, self.layer = _import(), applied, layer
        self.backend = self.keras.backend.backend()
        self.averages = layer.name == "AveragePooling2D"
        self.remarks: list[str] = []
        self.comparable: Array | None = None
        self.by_hand = False
        self.padding = "valid"
        self._choose_padding()
        self.divides = self.by_hand and self.averages and not applied.operation.padding_counts
        # A quotient of two averages is rounded three times.
        dtypes = ("float64",) if self.divides else ("float32", "float64")
        self.x = fit(image, *dtypes)
        if self.backend == "jax" and self.x.dtype == np.float64:
            self.remarks.append("cuts float64 to float32 on JAX: started with JAX_ENABLE_X64=1")

    def _choose_padding(self) -> None:
        """Choose between the paddings of the layer and padding by hand."""
        applied = self.applied
        if applied.padded and applied.operation.padding_counts:
            self.by_hand = True
            self.remarks.append("never counts padding in averages: keras.ops.pad added zeros first")
        elif applied.requests_same or (applied.padded and applied.equals_same):
            self.padding = "same"
        elif applied.padded:
            self.by_hand = True
            value = "zeros that are not counted" if self.averages else "-inf"
            self.remarks.append(
                f'has no padding but "same": keras.ops.pad added it first, as {value}'
            )

    def run(self) -> Array:
        """Apply the layer, to the negative image if the layer is negated."""
        apply = self._average if self.averages else self._maximum
        if not self.layer.negated:
            return apply(self.x)
        name = self.applied.operation.name
        self.remarks.append(f"has no {name} pooling: taken as -{self.layer.name}(-x)")
        return -apply(-self.x)

    def _maximum(self, x: Array) -> Array:
        if self.backend == "tensorflow":
            self.comparable = has_real_maximum(x, self.applied)
            if self.comparable is not None:
                self.remarks.append(
                    "drops NaN on TensorFlow, and returns a finite number for windows of nothing"
                    " but -inf: windows with either are left out"
                )
        return self._run_layer(self._pad(x, -np.inf))

    def _average(self, x: Array) -> Array:
        averages = self._run_layer(self._pad(x, 0.0))
        if self.divides:
            averages = averages / self._run_layer(self._pad(np.ones_like(x), 0.0))
        if self.padding == "same" and self.backend == "torch" and self.applied.asymmetric:
            self.comparable = whole_windows(self.applied)
            self.remarks.append(
                'pads with copies of the border on PyTorch where "same" is uneven, and counts'
                " them: windows with padding are left out"
            )
        return averages

    def _run_layer(self, batch: Any) -> Array:
        """Return the result (H', W', C) of the layer for an array (1, H, W, C)."""
        layer = getattr(self.keras.layers, self.layer.name)(
            tuple(self.applied.each("kernel")),
            tuple(self.applied.each("stride")),
            padding=self.padding,
            data_format="channels_last",
            dtype=self.x.dtype.name,
        )
        pixels: Array = self.keras.ops.convert_to_numpy(layer(batch))[0]
        if pixels.dtype != self.x.dtype:
            raise Unsupported(f"returns {pixels.dtype} where these numbers need {self.x.dtype}")
        return pixels

    def _pad(self, x: Array, value: float) -> Any:
        """Return the image as an array (1, H, W, C), padded if that is done by hand."""
        batch = x[np.newaxis]
        if not self.by_hand:
            return batch
        sides = [(axis.before, axis.after) for axis in self.applied.regular_axes]
        return self.keras.ops.pad(batch, [(0, 0), *sides, (0, 0)], constant_values=value)
