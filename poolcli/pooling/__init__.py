"""Arrays in, pooled arrays out: the NumPy core."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard

from poolcli.arrays import ArrayLike, NDArray, np
from poolcli.geometry import (
    MAX_PIXELS,
    AdaptiveWindow,
    AnyAxis,
    AnyWindow,
    Axis,
    PaddingLike,
    Window,
)
from poolcli.pooling.adaptive import pool_spans
from poolcli.pooling.arguments import check_image, check_result, read_image, unboxed
from poolcli.pooling.bands import pool_bands
from poolcli.pooling.median import pool_median
from poolcli.pooling.operations import (
    OPERATIONS,
    Operation,
    carry_type,
    check_operation,
    fast_arithmetic,
    reduction,
)

__all__ = [
    "OPERATIONS",
    "Operation",
    "adaptive_pool2d",
    "carry_type",
    "check_operation",
    "pool",
    "pool2d",
    "reduction",
]


def pool2d(
    image: ArrayLike,
    operation: Operation,
    kernel: int | Sequence[int] = 2,
    stride: int | Sequence[int] | None = None,
    padding: PaddingLike = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    count_include_pad: bool = False,
    norm: float = 2.0,
    *,
    max_pixels: int = MAX_PIXELS,
) -> NDArray[Any]:
    """Pool an image with a sliding window.

    Parameters
    ----------
    image : array_like, (H, W) or (H, W, C), any real dtype
        Channels are pooled independently. Strided and byte-swapped arrays are welcome.
    operation : "max", "avg", "min", "median" or "lp"
        What becomes of the pixels of a window. NaN propagates.
    kernel : int or (rows, columns), default 2
        The window's size in pixels.
    stride : int or (rows, columns), default `kernel`
        How far apart windows start.
    padding : int, (rows, columns), ((top, bottom), (left, right)), "same" or "valid", default 0
        Positions around the image, smaller than the kernel on each side. They are ignored: never
        a value, whatever the operation. "same" is TensorFlow's rule.
    dilation : int or (rows, columns), default 1
        The distance between the pixels of a window.
    ceil_mode : bool, default False
        Keep partial windows at the bottom and right, by PyTorch's rule.
    count_include_pad : bool, default False
        Let padding count in the divisor of an average, as PyTorch does by default. Only for avg.
    norm : float, 1 to 32, default 2
        The power `p` of lp, the power mean `(Σ|x|ᵖ / count)^(1/p)`.
    max_pixels : int, default 250,000,000
        The largest image, and the largest result, in pixels; checked before anything is allocated.

    Returns
    -------
    ndarray, (H', W') or (H', W', C)
        Per axis of size `N`, padding `a` and `b` and extent `e = dilation·(kernel − 1) + 1`::

            N' = ⌊(N + a + b − e) / stride⌋ + 1

        or with ⌈ ⌉ in ceil mode, and `⌈N / stride⌉` for "same". max and min keep the dtype and are
        exact. The others give ``np.result_type(image, np.float32)``. The average of integers is an
        exact sum and one correctly rounded division (64-bit integers are summed in float64), lp is
        computed in float64, and the median of an even count is the mean of the middle two.

    Raises
    ------
    PoolcliError
        If the array is no image, a parameter has a wrong type or is out of range, no window fits,
        or the image or the result exceeds `max_pixels`.

    Notes
    -----
    About `log2(kernel)` passes down and as many across, or three down for eight rows and more at
    stride 1, in bands that stay in the cache: memory beside input and output does not grow with
    the image's height. The median compares the pixels of up to 64
    in a fixed order, about `k² log²(k)` passes; larger windows are sorted one by one.

    Examples
    --------
    >>> pool2d([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]], "max").tolist()
    [[6, 8], [3, 4]]
    """
    window = Window.of(kernel, stride, padding, dilation, ceil_mode)
    return _pool_given(image, operation, window, count_include_pad, norm, max_pixels)


def adaptive_pool2d(
    image: ArrayLike,
    operation: Operation,
    output_size: int | Sequence[int],
    norm: float = 2.0,
    *,
    max_pixels: int = MAX_PIXELS,
) -> NDArray[Any]:
    """Pool an image to a wanted size, as PyTorch's adaptive layers do.

    Parameters
    ----------
    image : array_like, (H, W) or (H, W, C), any real dtype
        Channels are pooled independently.
    operation : "max", "avg", "min", "median" or "lp"
        What becomes of the pixels of a window. NaN propagates.
    output_size : int or (rows, columns)
        The size `o` of the result; 1 is global pooling. Output `i` sees the pixels
        `[⌊i·N/o⌋, ⌈(i+1)·N/o⌉)`, so windows may overlap and, for `o > N`, repeat pixels.
    norm : float, 1 to 32, default 2
        The power of lp.
    max_pixels : int, default 250,000,000
        The largest image, and the largest result, in pixels.

    Returns
    -------
    ndarray, (rows, columns) or (rows, columns, C)
        With the dtype of `pool2d`.

    Raises
    ------
    PoolcliError
        If the array is no image, a parameter has a wrong type or is out of range, or the image or
        the result exceeds `max_pixels`.

    Examples
    --------
    >>> adaptive_pool2d([[1, 2, 3], [4, 5, 6], [7, 8, 9]], "avg", 2).tolist()
    [[3.0, 4.0], [6.0, 7.0]]
    """
    window = AdaptiveWindow.of(output_size)
    return _pool_given(image, operation, window, False, norm, max_pixels)


def _pool_given(
    image: ArrayLike,
    operation: Operation,
    window: AnyWindow,
    count_include_pad: bool,
    norm: float,
    max_pixels: int,
) -> NDArray[Any]:
    """Check what a caller passed, sizes before anything is allocated, and pool it."""
    norm = unboxed(norm)
    check_operation(operation, count_include_pad, norm)
    pixels = read_image(image, max_pixels)
    check_result(window.axes(pixels.shape), pixels, max_pixels)
    return pool(pixels, operation, window, count_include_pad, norm)


def pool(
    image: NDArray[Any],
    operation: Operation,
    window: AnyWindow,
    count_include_pad: bool = False,
    norm: float = 2.0,
    *,
    skip_nan: bool = False,
    threads: int = 1,
) -> NDArray[Any]:
    """Pool an image with a window that is already checked; see `pool2d`.

    With `skip_nan`, a median is that of the other pixels. The result does not depend on `threads`.
    """
    check_image(image)
    check_operation(operation, count_include_pad, norm)
    rows, columns = window.axes(image.shape)
    layers = image if image.ndim == 3 else image[:, :, np.newaxis]
    shape = (rows.output, columns.output, layers.shape[2])
    with fast_arithmetic():
        if operation == "median":
            output = np.empty(shape, carry_type(image.dtype))
            pool_median(layers, rows, columns, output, skip_nan=skip_nan)
        else:
            kernel = min(rows.kernel, rows.size), min(columns.kernel, columns.size)
            how = reduction(operation, image.dtype, kernel, norm)
            output = np.empty(shape, how.result)
            if _has_equal_windows(rows) and _has_equal_windows(columns):
                pool_bands(layers, rows, columns, how, output, count_include_pad, threads)
            else:
                pool_spans(layers, rows, columns, how, output, count_include_pad)
    return output if image.ndim == 3 else output[:, :, 0]


def _has_equal_windows(axis: AnyAxis) -> TypeGuard[Axis]:
    """Return whether windows are equal, and not so large that most of each is padding."""
    return isinstance(axis, Axis) and axis.extent <= axis.size
