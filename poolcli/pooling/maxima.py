"""Maxima and minima: exact, in the type of the image."""

from __future__ import annotations

from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.pooling.reduction import Reduction, any_true, has_zero, limits_of
from poolcli.pooling.windows import Windows


def extreme(combine: np.ufunc, dtype: np.dtype[Any]) -> Reduction:
    """Return the reduction to maxima (`numpy.maximum`) or minima (`numpy.minimum`)."""
    native = dtype.newbyteorder("=")
    lowest, highest = limits_of(native)
    identity = lowest if combine is np.maximum else highest
    return Reduction.of(combine, identity, native, safe=native.kind != "f")


def pool_extreme(image: Array, windows: Windows, combine: np.ufunc) -> Array:
    """Return the maxima or minima of the windows.

    Parameters
    ----------
    image : ndarray, (H, W, C)
    combine : ufunc
        `numpy.maximum` or `numpy.minimum`.

    Returns
    -------
    ndarray, (H', W', C), of the dtype of `image`
        NaN propagates. Of -0 and +0 the maximum is +0 and the minimum -0 (IEEE 754).
    """
    output, suspect = windows.pool_and_check(image, extreme(combine, image.dtype))
    if suspect:
        _fix_zeros(image, windows, combine, output)
    return output


def _fix_zeros(image: Array, windows: Windows, combine: np.ufunc, output: Array) -> None:
    """Make a maximum of -0 and +0 positive, and a minimum negative, in place.

    NumPy and processors return either of two equal numbers.
    """
    if not has_zero(image, negative=True):
        return
    minimum = combine is np.minimum
    negative = (image == 0) & np.signbit(image)
    decisive = negative if minimum else (image == 0) & ~negative
    seen = windows.pool(decisive, any_true())
    output[(output == 0) & seen] = -0.0 if minimum else 0.0
