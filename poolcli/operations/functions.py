"""The public array functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from poolcli.geometry import MAX_PIXELS, AdaptiveWindow, AnyWindow, PaddingLike, Window
from poolcli.memory import enough_memory
from poolcli.operations import make_operation
from poolcli.pooling.arguments import check_result, read_image, unboxed
from poolcli.vocabulary import Layout


def pool2d(
    image: ArrayLike,
    operation: str,
    kernel: int | Sequence[int] = 2,
    stride: int | Sequence[int] | None = None,
    padding: PaddingLike = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    count_include_pad: bool = False,
    norm: float = 2.0,
    layout: Layout | None = None,
    *,
    max_pixels: int = MAX_PIXELS,
) -> NDArray[Any]:
    """Pool an image with a sliding window.

    Parameters
    ----------
    image : array_like, (H, W), (H, W, C) or as `layout` says, any real dtype
        Channels are pooled independently. Strided and byte-swapped arrays are welcome.
    operation : "max", "avg", "min", "median" or "lp"
        The function of the pixels of a window. NaN propagates.
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
    layout : "hwc", "chw", "nhwc", "nchw" or None, default None
        The order of the axes: `n` is the batch, `h` rows, `w` columns, `c` channels. None takes
        (H, W), and (H, W, C) with at most 4 channels; every other shape needs a layout.
    max_pixels : int, default 250,000,000
        The largest image, and the largest result, in pixels; checked before anything is allocated.

    Returns
    -------
    ndarray, (H', W') or (H', W', C), or as `layout` says
        Per axis of size `N`, padding `a` and `b` and extent `e = dilation·(kernel − 1) + 1`::

            N' = ⌊(N + a + b − e) / stride⌋ + 1

        or with ⌈ ⌉ in ceil mode, and `⌈N / stride⌉` for "same". max and min keep the dtype and are
        exact; of -0 and +0 the maximum is +0 and the minimum -0. The others give
        ``np.result_type(image, np.float32)``. The average of integers is the exact quotient,
        rounded once, and that of finite floats is finite. lp is computed in at least float64,
        without overflow, and the median of an even count is the mean of the middle two.

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
    parameters = {"count_include_pad": count_include_pad, "norm": norm}
    return _pool_given(image, operation, parameters, window, layout, max_pixels)


def adaptive_pool2d(
    image: ArrayLike,
    operation: str,
    output_size: int | Sequence[int],
    norm: float = 2.0,
    layout: Layout | None = None,
    *,
    max_pixels: int = MAX_PIXELS,
) -> NDArray[Any]:
    """Pool an image to a wanted size, as PyTorch's adaptive layers do.

    Parameters
    ----------
    image : array_like, (H, W), (H, W, C) or as `layout` says, any real dtype
        Channels are pooled independently.
    operation : "max", "avg", "min", "median" or "lp"
        The function of the pixels of a window. NaN propagates.
    output_size : int or (rows, columns)
        The size `o` of the result; 1 is global pooling. Output `i` sees the pixels
        `[⌊i·N/o⌋, ⌈(i+1)·N/o⌉)`, so windows may overlap and, for `o > N`, repeat pixels.
    norm : float, 1 to 32, default 2
        The power of lp.
    layout : "hwc", "chw", "nhwc", "nchw" or None, default None
        The order of the axes; see `pool2d`.
    max_pixels : int, default 250,000,000
        The largest image, and the largest result, in pixels.

    Returns
    -------
    ndarray, (rows, columns) or (rows, columns, C), or as `layout` says
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
    return _pool_given(image, operation, {"norm": norm}, window, layout, max_pixels)


def _pool_given(
    image: ArrayLike,
    operation: str,
    parameters: dict[str, Any],
    window: AnyWindow,
    layout: Layout | None,
    max_pixels: int,
) -> NDArray[Any]:
    """Check the arguments, sizes before anything is allocated, and pool the image."""
    values = {name: unboxed(value) for name, value in parameters.items()}
    made = make_operation(operation, **values)
    pixels, axes = read_image(image, layout, max_pixels)
    laid = window.axes(pixels.shape)
    check_result(laid, pixels, max_pixels)
    with enough_memory("this result"):
        return np.ascontiguousarray(axes.restore(made.pool(pixels, laid)))
