"""Pooling of images with an alpha channel, by way of `pool`.

What a transparent pixel hides must not show, and what shows through must weigh less. Opaque
images pool as if they had no alpha.
"""

from __future__ import annotations

from poolcli.arrays import Array, np
from poolcli.geometry import AnyWindow
from poolcli.pooling import Operation, carry_type, pool, reduction


def pool_alpha(
    image: Array,
    full: float,
    operation: Operation,
    window: AnyWindow,
    count_include_pad: bool = False,
    norm: float = 2.0,
) -> Array:
    """Pool colour and alpha together.

    Parameters
    ----------
    image : ndarray, (H, W, C + 1)
        The last channel is α, 0 (transparent) to `full` (opaque). Colour is 0 where α is.
    full : float
        The α of an opaque pixel, `A`.

    Returns
    -------
    ndarray, (H', W', C + 1)
        α is pooled as a plain channel. max, min and median take the colour over the pixels with
        α > 0. avg gives the colour `Σαx / Σα` and α `Σα / n`; with `count_include_pad` the `m`
        padding positions of a window are opaque black: `Σαx / (Σα + mA)` and
        `(Σα + mA) / (n + m)`. lp weighs `|x|^p` by α likewise. Where the pooled α is 0, so is
        the colour. The dtype is that of `pool2d`.
    """
    colour, alpha = image[:, :, :-1], image[:, :, -1]

    def plain(pixels: Array) -> Array:
        return pool(pixels, operation, window, count_include_pad, norm)

    if (alpha == full).all():
        pooled = plain(colour)
        return np.dstack((pooled, np.full(pooled.shape[:2], full, pooled.dtype)))
    if operation in ("max", "min"):
        pooled_alpha = plain(alpha)
        loser = reduction(operation, colour.dtype, (1, 1), norm).identity
        pooled = plain(np.where(alpha[:, :, np.newaxis] > 0, colour, loser).astype(colour.dtype))
    elif operation == "median":
        pooled_alpha = plain(alpha)
        visible = colour.astype(carry_type(colour.dtype))
        visible[alpha == 0] = np.nan
        pooled = pool(visible, operation, window, skip_nan=True)
    else:
        weights = alpha.astype(np.float64)
        mass = pool(weights, "avg", window)
        if count_include_pad:
            # Padding weighs A: its lack of opacity, A − α, is the 0 that padding adds to a sum.
            mass = full + pool(weights - full, "avg", window, count_include_pad)
        pooled_alpha = mass.astype(carry_type(alpha.dtype)) if operation == "avg" else plain(alpha)
        pooled = _weigh(colour, weights, mass, operation, window, count_include_pad, norm)
    pooled = np.where(pooled_alpha[:, :, np.newaxis] > 0, pooled, 0).astype(pooled_alpha.dtype)
    return np.dstack((pooled, pooled_alpha))


def _weigh(
    colour: Array,
    weights: Array,
    mass: Array,
    operation: Operation,
    window: AnyWindow,
    count_include_pad: bool,
    norm: float,
) -> Array:
    """Give the mean, or power mean, of colour weighed by α, channel by channel."""
    power = norm if operation == "lp" else 1.0
    pooled = np.zeros((*mass.shape, colour.shape[2]))
    for channel in range(colour.shape[2]):
        powers = colour[:, :, channel].astype(np.float64)
        if operation == "lp":
            powers = np.abs(powers) ** power
        total = pool(powers * weights, "avg", window, count_include_pad)
        np.divide(total, mass, out=pooled[:, :, channel], where=mass > 0)
    return pooled ** (1 / power)
