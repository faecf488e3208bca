"""Poolings, settings and the core by the name of an operation, as tests write them."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

import numpy as np

from poolcli import reference
from poolcli.arrays import Array
from poolcli.geometry import AnyWindow, Window
from poolcli.operations import OPERATIONS, Operation, Pooling, make_operation
from poolcli.pipeline import Settings
from poolcli.pooling import Reduction, carry_type
from poolcli.pooling.averages import average
from poolcli.pooling.maxima import extreme
from poolcli.pooling.powers import power_mean

Name = Literal["max", "avg", "min", "median", "lp"]
# The operations that the oracles of the tests know; others have tests of their own.
NAMES: tuple[Name, ...] = get_args(Name)
# All operations, as messages list them.
LISTED = ", ".join(OPERATIONS)
Pair = tuple[int, int]
WINDOW = Window()


def operation(name: str, count_include_pad: bool = False, norm: float = 2.0) -> Operation:
    return make_operation(name, count_include_pad=count_include_pad, norm=norm)


def pooling(
    name: str, window: AnyWindow = WINDOW, count_include_pad: bool = False, norm: float = 2.0
) -> Pooling:
    return Pooling(operation(name, count_include_pad, norm), window)


def settings(
    name: str,
    window: AnyWindow = WINDOW,
    iterations: int = 1,
    *,
    count_include_pad: bool = False,
    norm: float = 2.0,
    beside: tuple[Operation, ...] = (),
    **others: Any,
) -> Settings:
    layer = pooling(name, window, count_include_pad, norm)
    return Settings(layer, iterations, beside, **others)


def pool(
    image: Array,
    name: str,
    window: AnyWindow,
    count_include_pad: bool = False,
    norm: float = 2.0,
    *,
    threads: int = 1,
    result: Any = None,
) -> Array:
    """Pool an image once; see `Operation.pool`."""
    made = operation(name, count_include_pad, norm)
    return made.pool(image, window.axes(image.shape), threads=threads, result=result)


def pool_alpha(
    image: Array,
    full: int,
    name: str,
    window: AnyWindow,
    count_include_pad: bool = False,
    norm: float = 2.0,
    *,
    result: Any = None,
) -> Array:
    """Pool an image whose last channel is α."""
    made = operation(name, count_include_pad, norm)
    return made.pool(image, window.axes(image.shape), full=full, result=result)


def pool_reference(
    image: Array,
    name: str,
    kernel: Pair,
    stride: Pair,
    padding: tuple[Pair, Pair] | Literal["same"] = ((0, 0), (0, 0)),
    dilation: Pair = (1, 1),
    ceil_mode: bool = False,
    count_include_pad: bool = False,
    norm: float = 2.0,
) -> Array:
    """Pool an image by the slow loop."""
    made = operation(name, count_include_pad, norm)
    return reference.pool_reference(image, made, kernel, stride, padding, dilation, ceil_mode)


def adaptive_pool_reference(image: Array, name: str, output_size: Pair, norm: float = 2.0) -> Array:
    """Pool an image to a size by the slow loop."""
    return reference.adaptive_pool_reference(image, operation(name, norm=norm), output_size)


def reduction(name: str, dtype: Any, kernel: Pair, norm: float = 2.0) -> Reduction:
    """Return the reduction of max, min, avg or lp for windows of at most `kernel`."""
    dtype = np.dtype(dtype)
    if name in ("max", "min"):
        return extreme(np.maximum if name == "max" else np.minimum, dtype)
    carry = carry_type(dtype)
    if name == "lp":
        return power_mean(dtype, kernel, norm, carry)
    return average(dtype, kernel, math.prod(kernel), carry)
