"""The same pooling by poolcli, by a slow plain loop and by every framework that is installed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from poolcli.arrays import quiet_arithmetic
from poolcli.equivalents import Pooling
from poolcli.frameworks import FRAMEWORKS
from poolcli.frameworks.loop import Loop
from poolcli.geometry import AnyWindow
from poolcli.pooling import Operation
from poolcli.verification.records import Comparison, Pixel, Status, Verification
from poolcli.verification.tally import Tally
from poolcli.verification.task import Array, Task, compute

if TYPE_CHECKING:
    from poolcli.images import Image

__all__ = ["Array", "Comparison", "Pixel", "Status", "Verification", "plain_layers", "verify"]

# The loop looks at so many in about two seconds.
LOOP_PIXELS = 6_000_000


@quiet_arithmetic()
def verify(
    image: Array,
    operation: Operation,
    window: AnyWindow,
    iterations: int = 1,
    count_include_pad: bool = False,
    norm: float = 2.0,
) -> Verification:
    """Pool an image (H, W) or (H, W, C) by everyone, and compare.

    Each iteration is compared on what poolcli made of the one before. max and min must be equal,
    and to the loop so must averages and medians of integers and the sign of a zero. The others may
    differ by `n·2⁻²⁴·mean|x|`, over the `n` pixels `x` of a window: what rounding to float32 can
    make of a sum; from the loop, float64 by `n·2⁻⁵²·mean|x|`, or 2⁻⁴⁸ for a power mean.
    Differences below the smallest normal number are no differences.
    """
    layers = image if image.ndim == 3 else image[:, :, np.newaxis]
    tallies = [Tally(peer) for peer in (Loop(LOOP_PIXELS // iterations), *FRAMEWORKS)]
    shapes, seconds = [], 0.0
    for iteration in range(1, iterations + 1):
        pooling = Pooling.of(operation, window, layers.shape, count_include_pad, norm)
        start = time.perf_counter()
        result = compute(layers, pooling)
        seconds += time.perf_counter() - start
        task = Task(iteration, layers, pooling, result)
        for tally in tallies:
            tally.add(task)
        shapes.append(result.shape)
        layers = result
    comparisons = tuple(tally.comparison() for tally in tallies)
    return Verification(operation, tuple(shapes), seconds, comparisons)


def plain_layers(image: Image) -> tuple[Array, str | None]:
    """Give the channels that everyone can pool, and what to say if transparency is among them."""
    if not image.alpha:
        return image.pixels, None
    if (image.pixels[:, :, -1] == image.full).all():
        return image.pixels[:, :, :-1], None
    remark = (
        "frameworks know no transparency: every channel is compared by itself, while pooling weighs"
        " colour by its opacity"
    )
    return image.pixels, remark
