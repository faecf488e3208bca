"""One pooling by poolcli, by a slow plain loop and by every framework that is installed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from poolcli.arrays import Array, quiet_arithmetic
from poolcli.frameworks.adapters import FRAMEWORKS
from poolcli.frameworks.applied import AppliedPooling
from poolcli.frameworks.loop import Loop
from poolcli.operations import Pooling
from poolcli.verification.records import Comparison, Pixel, Status, Verification
from poolcli.verification.tally import Tally
from poolcli.verification.task import Task

if TYPE_CHECKING:
    from poolcli.images import Image

__all__ = ["Array", "Comparison", "Pixel", "Status", "Verification", "plain_layers", "verify"]

# The most pixels that the loop reads, counted once per window, over all iterations: about two
# seconds.
LOOP_PIXELS = 6_000_000


@quiet_arithmetic()
def verify(image: Array, pooling: Pooling, iterations: int = 1) -> Verification:
    """Pool an image by poolcli and by every peer, and compare the results.

    Each iteration starts from poolcli's result of the one before. Results that are pixels of the
    image must be equal, to those of the loop also in the sign of a zero. Results for integers that
    are rounded once must equal those of the loop. Others may differ by `n·2⁻²⁴·mean|x|`, over the
    `n` pixels `x` of a window, which is the rounding error of a sum in float32. Float64 may differ
    from the loop by `n·2⁻⁵²·mean|x|`, or by `n·2⁻⁴⁸·mean|x|` if the operation rounds more than
    once. Differences below the smallest normal number are ignored.

    Parameters
    ----------
    image : ndarray, (H, W) or (H, W, C)
        Of any real dtype; channels are independent.
    pooling : Pooling
        The operation and the window.
    iterations : int
        At least 1.

    Returns
    -------
    Verification
        With one comparison per peer: the loop, then each framework, installed or not.

    Raises
    ------
    PoolcliError
        If the window does not fit the image of an iteration.
    """
    current = image if image.ndim == 3 else image[:, :, np.newaxis]
    tallies = [Tally(peer) for peer in (Loop(LOOP_PIXELS // iterations), *FRAMEWORKS)]
    shapes, seconds = [], 0.0
    for iteration in range(1, iterations + 1):
        applied = AppliedPooling.of(pooling, current.shape)
        start = time.perf_counter()
        result = pooling(current)
        seconds += time.perf_counter() - start
        task = Task(iteration, current, applied, result)
        for tally in tallies:
            tally.add(task)
        shapes.append(result.shape)
        current = result
    comparisons = tuple(tally.comparison() for tally in tallies)
    return Verification(pooling, tuple(shapes), seconds, comparisons)


def plain_layers(image: Image) -> tuple[Array, str | None]:
    """Return the channels that all peers can pool, and a warning if alpha is one of them."""
    if not image.alpha:
        return image.pixels, None
    if (image.pixels[:, :, -1] == image.full).all():
        return image.pixels[:, :, :-1], None
    warning = (
        "frameworks have no transparency: each channel is compared by itself, while pooling weights"
        " colour by its opacity"
    )
    return image.pixels, warning
