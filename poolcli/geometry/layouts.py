"""The order of an array's axes, and its conversion to pixels (rows, columns, channels) and back."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from poolcli.arrays import Array
from poolcli.errors import PoolcliError
from poolcli.vocabulary import Layout

# A last axis of at most this size is that of channels unless a layout is given.
MOST_CHANNELS = 4


@dataclass(frozen=True)
class Axes:
    """The axes of an array of images.

    Pixels are (H, W) or (H, W, N·C): the channels of the first item, then those of the second, so
    a function that treats channels independently can be applied to a batch.

    Attributes
    ----------
    order : str
        "hw" or a layout: `n` is the batch, `h` rows, `w` columns and `c` channels.
    items : int
        The number of images in the batch.
    """

    order: Layout | Literal["hw"] = "hwc"
    items: int = 1

    def arrange(self, array: Array) -> Array:
        """Return the pixels of an array: a view in the orders "hw" and "hwc", else a copy.

        Parameters
        ----------
        array : ndarray
            Its axes are in `order`.

        Returns
        -------
        ndarray, (H, W) or (H, W, N·C)
        """
        if self.order in ("hw", "hwc"):
            return array
        moved = array.transpose([self.order.index(axis) for axis in "hwnc" if axis in self.order])
        rows, columns, *channels = moved.shape
        pixels = moved.reshape(rows, columns, math.prod(channels))
        # Pooling strided channels takes two to five times as long as this copy and pooling it.
        return pixels.astype(pixels.dtype, order="C", copy=False)

    def restore(self, pixels: Array) -> Array:
        """Return pixels (H, W) or (H, W, N·C) as an array with axes in `order`: a view."""
        if self.order in ("hw", "hwc"):
            return pixels
        order = self.order.rjust(4, "n")
        channels = math.prod(pixels.shape[2:]) // self.items
        separate = pixels.reshape(*pixels.shape[:2], self.items, channels)
        return separate.transpose(["hwnc".index(axis) for axis in order]).reshape(
            self.shape(pixels.shape)
        )

    def shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of the array that `restore` makes of pixels of a shape.

        Gray pixels (H, W) keep their shape in the orders "hw" and "hwc".
        """
        if self.order in ("hw", "hwc"):
            return shape
        rows, columns, *channels = shape
        each = (channels[0] if channels else 1) // self.items
        sizes = {"n": self.items, "h": rows, "w": columns, "c": each}
        return tuple(sizes[axis] for axis in self.order)


def find_axes(
    shape: Sequence[int], layout: Layout | None, spell: Callable[[Layout], str]
) -> tuple[Axes, tuple[int, int]]:
    """Return the axes of an array, and its number of rows and columns.

    Parameters
    ----------
    shape : sequence of int
        The shape of the array.
    layout : Layout or None
        The order of its axes; None for (H, W), or (H, W, C) with at most 4 channels.
    spell : callable
        Returns the text by which a user selects a layout, for error messages.

    Raises
    ------
    PoolcliError
        If the array has fewer than 2 or more than 4 axes, if the layout has another number of axes
        than the array, or if there is no layout and more than one is possible.
    """
    found = f"has shape {tuple(shape)}"
    if not 2 <= len(shape) <= 4:
        raise PoolcliError(
            f"{found}; an image is (rows, columns) or (rows, columns, channels), a batch has 4 axes"
        )
    if layout is not None:
        if len(layout) != len(shape):
            raise PoolcliError(f"{found}, and {spell(layout)} is for {len(layout)} axes")
        order: Layout | Literal["hw"] = layout
    elif len(shape) == 2:
        order = "hw"
    elif len(shape) == 3 and shape[2] <= MOST_CHANNELS:
        order = "hwc"
    else:
        fitting: tuple[Layout, ...] = ("chw", "hwc") if len(shape) == 3 else ("nchw", "nhwc")
        readings = [f"{spell(one)} reads {_describe(shape, one)}" for one in fitting]
        # The message has the verb once.
        raise PoolcliError(f"{found}: {readings[0]}, {readings[1].replace(' reads', '')}")
    sizes = dict(zip(order, shape, strict=True))
    return Axes(order, sizes.get("n", 1)), (sizes["h"], sizes["w"])


def _describe(shape: Sequence[int], layout: Layout) -> str:
    """Describe the content of an array in a layout: `64 channels of 56×56`."""
    sizes = dict(zip(layout, shape, strict=True))
    words = [_count(sizes["n"], "item")] if "n" in sizes else []
    words += [_count(sizes["c"], "channel"), f"{sizes['h']}×{sizes['w']}"]
    return " of ".join(words)


def _count(number: int, noun: str) -> str:
    """Return a number and a noun, in the plural where it has to be."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
