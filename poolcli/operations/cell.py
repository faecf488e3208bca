"""One value of a result, with the pixels that made it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from poolcli.geometry import Pair
from poolcli.operations.operation import Operation

Number = int | float


@dataclass(frozen=True)
class Cell:
    """One value of a result, and the window that made it.

    Attributes
    ----------
    operation : Operation
    iteration : int
        From 1.
    channel : int
    index : (row, column)
        Of the value in the output.
    window : (rows, columns)
        All positions of the window.
    rows, columns : range
        Its positions inside the image.
    padding, beyond : int
        The number of its positions that are padding, and of those beyond the padding, in ceil
        mode.
    pixels : tuple of numbers
        The pixels of the window, row by row.
    weights : tuple of float, 0 to 1, or None
        The weight of each pixel, by its alpha; None if all weigh the same.
    value : number
        The result.
    """

    operation: Operation
    iteration: int
    channel: int
    index: Pair
    window: tuple[range, range]
    rows: range
    columns: range
    padding: int
    beyond: int
    pixels: tuple[Number, ...]
    weights: tuple[float, ...] | None
    value: Number

    @property
    def visible(self) -> list[Number]:
        """Return the pixels that are not transparent."""
        weights = self.weights or (1.0,) * len(self.pixels)
        return [pixel for pixel, weight in zip(self.pixels, weights, strict=True) if weight]

    @cached_property
    def winners(self) -> list[Pair]:
        """Return the positions of the pixels that the operation may have chosen, if it does."""
        if self.operation.chosen is None:
            return []
        weights = self.weights or (1.0,) * len(self.pixels)
        positions = product(self.rows, self.columns)
        equal = [
            (position, pixel)
            for position, pixel, weight in zip(positions, self.pixels, weights, strict=True)
            if weight and pixel == self.value
        ]
        # A pixel that is kept has the sign of the result, also if both are zero.
        signed = self.operation.keeps_pixels and not self.value
        sign = math.copysign(1, self.value)
        return [
            position for position, pixel in equal if not signed or math.copysign(1, pixel) == sign
        ]

    @property
    def followed(self) -> Pair:
        """Return the pixel to trace further back: the winner, else the middle of the window."""
        middle = self.rows[len(self.rows) // 2], self.columns[len(self.columns) // 2]
        return self.winners[0] if self.winners else middle
