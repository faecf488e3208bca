"""Preparation of an image before pooling: gray, resize, filter, ReLU, in this order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.geometry import Pair
from poolcli.geometry.parameters import whole
from poolcli.prepare.filters import edges, rectify
from poolcli.prepare.gray import to_gray
from poolcli.prepare.resizing import resize
from poolcli.spelling import spell_picture_size
from poolcli.vocabulary import FILTERS, Filter

__all__ = ["FILTERS", "Filter", "Preparation", "Size", "edges", "prepare", "resize", "to_gray"]


@dataclass(frozen=True)
class Size:
    """A wanted picture size in pixels; a side that is None keeps the proportions."""

    width: int | None
    height: int | None

    def __post_init__(self) -> None:
        """Raise PoolcliError for a side that is out of range."""
        for side in (self.width, self.height):
            if side is not None:
                whole(side, "size", minimum=1)

    def shape(self, shape: Pair) -> Pair:
        """Return the (rows, columns) that an image of `shape` is resized to."""
        rows, columns = shape
        if self.width is None and self.height is not None:
            return self.height, _proportional(columns, self.height, rows)
        if self.height is None and self.width is not None:
            return _proportional(rows, self.width, columns), self.width
        return self.height or rows, self.width or columns

    def __str__(self) -> str:
        return spell_picture_size((self.width, self.height))


@dataclass(frozen=True)
class Preparation:
    """The preparation of an image before pooling."""

    gray: bool = False
    size: Size | None = None
    filter: Filter | None = None
    relu: bool = False

    def shape(self, shape: Pair) -> Pair:
        """Return the (rows, columns) that an image of `shape` is prepared to."""
        return self.size.shape(shape) if self.size else shape

    @property
    def words(self) -> str:
        """Return all steps, as in `gray, resized to 320x, prewitt-v and ReLU`, or ""."""
        steps = [str(self)] if str(self) else []
        if self.filter:
            steps.append(f"{self.filter} and ReLU" if self.relu else self.filter)
        return ", ".join(steps)

    def __str__(self) -> str:
        """Return the steps without the filter, as in `gray, resized to 320x, ReLU`, or ""."""
        steps = ["gray"] if self.gray or self.filter else []
        if self.size:
            steps.append(f"resized to {self.size}")
        if self.relu and not self.filter:
            steps.append("ReLU")
        return ", ".join(steps)

    def has_idle_relu(self, dtype: np.dtype[Any]) -> bool:
        """Return whether ReLU changes no pixel of an image of this type."""
        never_negative = self.filter == "prewitt" or (not self.filter and dtype.kind in "ub")
        return self.relu and never_negative


def prepare(image: Array, preparation: Preparation, opaque: float | None = None) -> Iterator[Array]:
    """Yield the image before the filter, if there is one, and then the prepared image.

    Parameters
    ----------
    image : ndarray, (H, W) or (H, W, C), any real dtype
    opaque : float or None
        The alpha of an opaque pixel, if the last channel is alpha. Resizing weighs colour by it;
        gray, filter and ReLU do not change it.

    Yields
    ------
    ndarray
        After a filter, of the carry type, `np.result_type(image, np.float32)`.

    Raises
    ------
    PoolcliError
        If gray is requested for other than 1 or 3 channels.
    """
    colour, alpha = (image, None) if opaque is None else (image[:, :, :-1], image[:, :, -1])
    if preparation.gray or preparation.filter:
        colour = to_gray(colour)
    if preparation.size:
        shape = preparation.size.shape(image.shape[:2])
        colour, alpha = _resize_all(colour, alpha, shape, opaque)
    if preparation.filter:
        yield _with_alpha(colour, alpha)
        colour = edges(colour, preparation.filter, relu=preparation.relu)
    elif preparation.relu:
        colour = rectify(colour)
    yield _with_alpha(colour, alpha)


def _resize_all(
    colour: Array, alpha: Array | None, shape: Pair, opaque: float | None
) -> tuple[Array, Array | None]:
    """Resize alpha, and colour weighed by it unless all pixels are `opaque`."""
    if alpha is None:
        return resize(colour, shape), None
    if (alpha == opaque).all():
        return resize(colour, shape), np.full(shape, opaque, alpha.dtype)
    layers = colour.reshape(*alpha.shape, -1)
    weights = alpha.astype(np.float64)
    mass = np.clip(resize(weights, shape), 0, opaque)
    resized = np.zeros((*shape, layers.shape[2]), colour.dtype)
    visible = np.rint(mass) > 0
    for channel in range(layers.shape[2]):
        total = resize(layers[:, :, channel] * weights, shape)[visible] / mass[visible]
        resized[visible, channel] = np.rint(total).clip(0, opaque)
    return resized.reshape(*shape, *colour.shape[2:]), np.rint(mass).astype(alpha.dtype)


def _with_alpha(colour: Array, alpha: Array | None) -> Array:
    return colour if alpha is None else np.dstack((colour, alpha.astype(colour.dtype)))


def _proportional(side: int, wanted: int, other: int) -> int:
    """Scale `side` by `wanted / other`, rounding half up, to at least 1."""
    return max(1, (2 * side * wanted + other) // (2 * other))
