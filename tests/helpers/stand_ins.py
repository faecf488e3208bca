"""Stand-ins for frameworks: small modules that follow a framework's rules and pool by the loop."""

from __future__ import annotations

import importlib.machinery
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from poolcli.operations import Average, Max, Operation
from poolcli.reference import adaptive_pool_reference, pool_reference

Array = NDArray[Any]
Pair = tuple[int, int]
NAMES = ("torch", "keras", "tensorflow", "jax", "skimage", "skimage.measure")


def install(monkeypatch: pytest.MonkeyPatch, name: str, **content: Any) -> None:
    """Make a module importable."""
    module = ModuleType(name)
    module.__spec__ = importlib.machinery.ModuleSpec(name, None)
    module.__dict__.update({"__version__": "1.2.3", **content})
    monkeypatch.setitem(sys.modules, name, module)


def hide(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Make modules look as if they were not installed."""
    for name in names or NAMES:
        monkeypatch.setitem(sys.modules, name, None)


def by_channel(batch: Array, pool: Callable[[Array], Array]) -> Array:
    """Pool an array (1, C, H, W) by a function of (H, W, C)."""
    assert batch.ndim == 4
    assert batch.dtype in (np.float32, np.float64)
    return np.moveaxis(pool(np.moveaxis(batch[0], 0, -1)), -1, 0)[np.newaxis]


def sides(padding: Any) -> tuple[Pair, Pair]:
    rows, columns = (padding, padding) if isinstance(padding, int) else padding
    return (rows, rows), (columns, columns)


# PyTorch


def pad(x: Array, around: tuple[int, int, int, int], value: float) -> Array:
    left, right, top, bottom = around
    return np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=value)


def max_pool2d(
    x: Array, kernel: Pair, stride: Pair, padding: Any, dilation: Pair, ceil_mode: bool
) -> Array:
    around = sides(padding)
    refuse_far_padding(around, kernel)
    return by_channel(
        x,
        lambda image: pool_reference(image, Max(), kernel, stride, around, dilation, ceil_mode),
    )


def avg_pool2d(
    x: Array,
    kernel: Pair,
    stride: Pair,
    padding: Any,
    ceil_mode: bool,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    around = sides(padding)
    refuse_far_padding(around, kernel)
    average = Average(count_include_pad)
    exact = x if divisor_override is None else x.astype(np.float64)
    means = by_channel(
        exact,
        lambda image: pool_reference(image, average, kernel, stride, around, (1, 1), ceil_mode),
    )
    if divisor_override is None:
        return means
    assert (padding, divisor_override) == (0, 1)
    seen = [
        np.minimum(taps, size - np.arange(outputs) * step)
        for taps, size, outputs, step in zip(
            kernel, x.shape[2:], means.shape[2:], stride, strict=True
        )
    ]
    sums: Array = (means * np.outer(*seen)).astype(x.dtype)
    return sums


def refuse_far_padding(around: tuple[Pair, Pair], kernel: Pair) -> None:
    if any(2 * before > taps for (before, _), taps in zip(around, kernel, strict=True)):
        raise RuntimeError("pad should be at most half of effective kernel size")


def lp_pool2d(x: Array, norm: float, kernel: Pair, stride: Pair, ceil_mode: bool) -> Array:
    means = avg_pool2d(x**norm, kernel, stride, 0, ceil_mode)
    powers: Array = (means * (kernel[0] * kernel[1])) ** (1 / norm)
    return powers


def adaptive(operation: Operation) -> Callable[[Array, Pair], Array]:
    return lambda x, size: by_channel(
        x, lambda image: adaptive_pool_reference(image, operation, size)
    )


def install_torch(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Install a stand-in for PyTorch, with some functions changed."""
    functions: dict[str, Any] = {
        "pad": pad,
        "max_pool2d": max_pool2d,
        "avg_pool2d": avg_pool2d,
        "lp_pool2d": lp_pool2d,
        "adaptive_max_pool2d": adaptive(Max()),
        "adaptive_avg_pool2d": adaptive(Average()),
    }
    functional = SimpleNamespace(**{**functions, **changes})
    install(
        monkeypatch,
        "torch",
        from_numpy=lambda x: x,
        ones_like=np.ones_like,
        nn=SimpleNamespace(functional=functional),
    )


# Keras


def keras_layer(operation: Operation, backend: str) -> Callable[..., Callable[[Array], Array]]:
    def layer(
        pool_size: Pair, strides: Pair, *, padding: str, data_format: str, dtype: str
    ) -> Callable[[Array], Array]:
        assert data_format == "channels_last"
        assert padding in ("valid", "same")

        def run(batch: Array) -> Array:
            (image,) = batch
            assert image.dtype == dtype
            around: Any = "same" if padding == "same" else ((0, 0), (0, 0))
            if backend == "tensorflow" and isinstance(operation, Max):
                lowest = np.finfo(image.dtype).min
                image = np.fmax(image, lowest)
            if backend == "torch" and isinstance(operation, Average) and padding == "same":
                around = uneven(image.shape, pool_size, strides) or around
                if around != "same":
                    image = np.pad(image, (*around, (0, 0)), mode="edge")
                    around = ((0, 0), (0, 0))
            return pool_reference(image, operation, pool_size, strides, around)[np.newaxis]

        return run

    return layer


def uneven(shape: tuple[int, ...], kernel: Pair, stride: Pair) -> tuple[Pair, Pair] | None:
    """Return the padding of "same" if the two sides of an axis differ."""
    missing = [
        max(0, (-(-size // step) - 1) * step + taps - size)
        for size, taps, step in zip(shape, kernel, stride, strict=False)
    ]
    rows, columns = ((total // 2, total - total // 2) for total in missing)
    return (rows, columns) if any(total % 2 for total in missing) else None


def install_keras(monkeypatch: pytest.MonkeyPatch, backend: str) -> None:
    """Install a stand-in for Keras, and for its backend if there is none."""
    # The adapter sets these; monkeypatch restores them.
    monkeypatch.setenv("KERAS_BACKEND", backend)
    monkeypatch.setenv("JAX_ENABLE_X64", "1")
    if sys.modules.get(backend) is None:
        install(monkeypatch, backend)
    layers = {
        "MaxPooling2D": keras_layer(Max(), backend),
        "AveragePooling2D": keras_layer(Average(), backend),
    }
    install(
        monkeypatch,
        "keras",
        layers=SimpleNamespace(**layers),
        backend=SimpleNamespace(backend=lambda: backend),
        ops=SimpleNamespace(
            pad=lambda x, around, constant_values: np.pad(
                x, around, constant_values=constant_values
            ),
            convert_to_numpy=np.asarray,
        ),
    )


# scikit-image


def block_reduce(image: Array, block_size: tuple[int, ...], func: Callable[..., Array]) -> Array:
    missing = [(0, -size % block) for size, block in zip(image.shape, block_size, strict=True)]
    filled = np.pad(image, missing)
    shape = [
        part
        for size, block in zip(filled.shape, block_size, strict=True)
        for part in (size // block, block)
    ]
    return func(filled.reshape(shape), axis=(1, 3, 5))


def install_skimage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a stand-in for scikit-image."""
    install(monkeypatch, "skimage")
    install(monkeypatch, "skimage.measure", block_reduce=block_reduce)
