"""Keras 3 on whichever backend is there: TensorFlow, PyTorch or JAX."""

from __future__ import annotations

import importlib
import os
from typing import Any

import numpy as np

from poolcli.equivalents import Pooling
from poolcli.frameworks.framework import (
    CEIL_REMARK,
    Answer,
    Array,
    Framework,
    Unsupported,
    fit,
    has_real_maximum,
    is_installed,
    whole_windows,
)

BACKENDS = ("tensorflow", "torch", "jax")


class Keras(Framework):
    """Keras layers, channels last."""

    name = "keras"
    needs = ("keras",)

    def missing(self) -> tuple[str, ...]:
        """List what it needs and is not installed: itself, and one of its backends."""
        missing = super().missing()
        backend = any(map(is_installed, BACKENDS))
        return missing if backend else (*missing, f"one of {', '.join(BACKENDS)}")

    def version(self) -> str:
        """Import the framework and name its version and that of its backend."""
        keras = _import()
        backend = keras.backend.backend()
        return f"{keras.__version__} on {backend} {importlib.import_module(backend).__version__}"

    def pool(self, layers: Array, pooling: Pooling) -> Answer:
        """Pool an array (H, W, C)."""
        if pooling.operation in ("median", "lp"):
            raise Unsupported(f"has no {pooling.operation} pooling")
        # Its adaptive layers end the process on TensorFlow 2.21 for some sizes.
        if pooling.irregular:
            raise Unsupported("has no adaptive layer that works for every size")
        if pooling.dilated:
            raise Unsupported("dilates no pooling")
        padded = [axis.before + axis.size + axis.after for axis in pooling.axes]
        if any(size < axis.kernel for size, axis in zip(padded, pooling.axes, strict=True)):
            raise Unsupported("has no ceil mode, and a kernel larger than the padded image")
        call = _Call(layers, pooling)
        pixels = call.run()
        if pooling.partial:
            call.remarks.append(CEIL_REMARK)
        return Answer(pixels, tuple(call.remarks), pooling.partial, call.comparable)


def _import() -> Any:
    """Import Keras with a backend that is installed, if nobody has chosen one."""
    installed = [backend for backend in BACKENDS if is_installed(backend)]
    if BACKENDS[0] not in installed:
        os.environ.setdefault("KERAS_BACKEND", installed[0])
    # JAX would cut float64 to float32.
    os.environ.setdefault("JAX_ENABLE_X64", "1")
    import keras

    return keras


class _Call:
    """One iteration as Keras spells it, with what must be said about it."""

    def __init__(self, layers: Array, pooling: Pooling) -> None:
        self.keras, self.pooling = _import(), pooling
        self.remarks: list[str] = []
        self.comparable: Array | None = None
        self.by_hand = False
        self.padding = "valid"
        if pooling.padded and pooling.count_include_pad:
            self.by_hand = True
            self.remarks.append("never counts padding in averages: keras.ops.pad added zeros first")
        elif pooling.asks_for_same or (pooling.padded and pooling.same):
            self.padding = "same"
        elif pooling.padded:
            self.by_hand = True
            how = "zeros that are not counted" if pooling.operation == "avg" else "-inf"
            self.remarks.append(
                f'has no padding but "same": keras.ops.pad added it first, as {how}'
            )
        # A quotient of two averages is rounded three times.
        self.divides = self.by_hand and pooling.operation == "avg" and not pooling.count_include_pad
        self.x = fit(layers, *([] if self.divides else ["float32"]), "float64")
        if self.keras.backend.backend() == "jax" and self.x.dtype == np.float64:
            self.remarks.append("cuts float64 to float32 on JAX: started with JAX_ENABLE_X64=1")

    def run(self) -> Array:
        """Pool, and find what can be compared."""
        if self.pooling.operation == "avg":
            return self._avg()
        if self.pooling.operation == "max":
            return self._max(self.x)
        self.remarks.append("has no min pooling: taken as -max(-x)")
        return -self._max(-self.x)

    def _max(self, x: Array) -> Array:
        if self.keras.backend.backend() == "tensorflow":
            self.comparable = has_real_maximum(x, self.pooling)
            if self.comparable is not None:
                self.remarks.append(
                    "drops NaN on TensorFlow, and makes a finite number of windows with nothing"
                    " but -inf: windows with either are left out"
                )
        return self._layer("MaxPooling2D", self._pad(x, -np.inf))

    def _avg(self) -> Array:
        averages = self._layer("AveragePooling2D", self._pad(self.x, 0.0))
        if self.divides:
            ones = self._pad(np.ones_like(self.x), 0.0)
            averages = averages / self._layer("AveragePooling2D", ones)
        replicates = self.keras.backend.backend() == "torch" and self.pooling.lopsided
        if self.padding == "same" and replicates:
            self.comparable = whole_windows(self.pooling)
            self.remarks.append(
                'pads with copies of the border on PyTorch where "same" is uneven, and counts'
                " them: windows with padding are left out"
            )
        return averages

    def _layer(self, name: str, x: Any) -> Array:
        """Run a layer on an array (1, H, W, C)."""
        layer = getattr(self.keras.layers, name)(
            tuple(self.pooling.each("kernel")),
            tuple(self.pooling.each("stride")),
            padding=self.padding,
            data_format="channels_last",
            dtype=self.x.dtype.name,
        )
        pixels: Array = self.keras.ops.convert_to_numpy(layer(x))[0]
        if pixels.dtype != self.x.dtype:
            raise Unsupported(f"gives {pixels.dtype} where these numbers need {self.x.dtype}")
        return pixels

    def _pad(self, x: Array, value: float) -> Any:
        batch = x[np.newaxis]
        if not self.by_hand:
            return batch
        sides = [(axis.before, axis.after) for axis in self.pooling.axes]
        return self.keras.ops.pad(batch, [(0, 0), *sides, (0, 0)], constant_values=value)
