"""Repeated pooling: the windows of every iteration, checked before a pixel is read."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from poolcli.errors import PoolcliError
from poolcli.geometry.axis import AnyAxis, Axis
from poolcli.geometry.parameters import Pair, whole
from poolcli.geometry.window import AnyWindow, Window
from poolcli.spelling import spell_lines, spell_shape
from poolcli.vocabulary import LARGEST_MAX_PIXELS, MAX_PIXELS


@dataclass(frozen=True)
class Step:
    """One iteration of pooling.

    Attributes
    ----------
    axes : (Axis or AdaptiveAxis, Axis or AdaptiveAxis)
        The windows along rows and along columns.
    receptive_field : (rows, columns)
        The largest receptive field of an output pixel, in pixels of the first image of the chain.
    jump : (rows, columns) or None
        The distance between the receptive fields of neighbours, in the same pixels; None if it
        varies.
    receptive_fields, jumps : ((smallest, largest), (smallest, largest))
        The ranges of both along rows and along columns.
    """

    axes: tuple[AnyAxis, AnyAxis]
    receptive_field: Pair
    jump: Pair | None
    receptive_fields: tuple[Pair, Pair]
    jumps: tuple[Pair, Pair]

    @property
    def input_shape(self) -> Pair:
        """Return the (rows, columns) of the input."""
        return self.axes[0].size, self.axes[1].size

    @property
    def shape(self) -> Pair:
        """Return the (rows, columns) of the output."""
        return self.axes[0].output, self.axes[1].output

    @property
    def dropped(self) -> Pair:
        """Return the number of (rows, columns) at the bottom and right that no window reaches."""
        return self.axes[0].dropped, self.axes[1].dropped

    @property
    def skipped(self) -> Pair:
        """Return the number of (rows, columns) between or within windows that no window sees."""
        return self.axes[0].skipped, self.axes[1].skipped

    @property
    def scale(self) -> tuple[float, float]:
        """Return the output pixels per input pixel along (rows, columns).

        This is the reciprocal of the stride. The quotient of the sizes would also depend on padding
        and on dropped pixels.
        """
        rows, columns = self.axes
        return _scale(rows), _scale(columns)

    @property
    def padding(self) -> tuple[Pair, Pair]:
        """Return the padding as ((top, bottom), (left, right))."""
        rows, columns = self.axes
        return (rows.before, rows.after), (columns.before, columns.after)


def chain(
    window: AnyWindow,
    shape: Sequence[int],
    iterations: int = 1,
    *,
    exact: bool = False,
    max_pixels: int = MAX_PIXELS,
) -> tuple[Step, ...]:
    """Lay `window` over an image of `shape`, then over the result, `iterations` times.

    Parameters
    ----------
    shape : (rows, columns)
        The size of the first image in pixels.
    exact : bool
        Raise an error if a pixel goes unused.
    max_pixels : int
        The largest number of pixels of an image in the chain.

    Returns
    -------
    tuple of Step
        One per iteration. Per axis, the receptive field `r` and the jump `j` grow as
        `r ← r + (extent − 1)·j`, `j ← j·stride`, from `r = j = 1`.

    Raises
    ------
    PoolcliError
        If in some iteration no window fits, a pixel goes unused although `exact`, or the
        result exceeds `max_pixels`. The message names the options that help.
    """
    size = (shape[0], shape[1])
    check_pixels(size, max_pixels, further=sizes(window, size, iterations))
    steps: list[Step] = []
    for iteration in range(1, iterations + 1):
        try:
            axes = window.axes(size)
        except PoolcliError as error:
            remedy = _remedy(window, shape, iterations, iteration)
            raise PoolcliError(f"{error}{_of_iteration(iteration)}; use {remedy}") from None
        result = axes[0].output, axes[1].output
        further = sizes(window, result, iterations - iteration)
        check_pixels(result, max_pixels, f"the result of iteration {iteration}", further=further)
        step = _step(axes, steps[-1] if steps else None)
        if exact and any((*step.dropped, *step.skipped)):
            raise PoolcliError(_unused(step, iteration))
        steps.append(step)
        size = step.shape
    return tuple(steps)


def check_limit(max_pixels: int) -> int:
    """Return the size of the largest image allowed, in pixels.

    Raises
    ------
    ParameterError
        If it is not 1 to 2**53, up to which floats count exactly.
    """
    return whole(max_pixels, "max_pixels", minimum=1, maximum=LARGEST_MAX_PIXELS)


def views(steps: Sequence[Step], index: Pair) -> list[tuple[range, range]]:
    """Return the part of each step's input that one pixel of the last result sees.

    Parameters
    ----------
    index : (row, column)
        Of the pixel.

    Returns
    -------
    list of (rows, columns)
        From the first to the last position inside the image; the last step comes first.
    """
    found = []
    rows, columns = (range(i, i + 1) for i in index)
    for step in reversed(steps):
        rows, columns = _view(step.axes[0], rows), _view(step.axes[1], columns)
        found.append((rows, columns))
    return found


def _view(axis: AnyAxis, outputs: range) -> range:
    start, stop = axis.window(outputs[0])[0], axis.window(outputs[-1])[-1] + 1
    return range(max(start, 0), min(stop, axis.size))


def sizes(window: AnyWindow, shape: Sequence[int], iterations: int) -> Iterator[Pair]:
    """Yield the size of an image and of each result, until a window does not fit."""
    size = (shape[0], shape[1])
    yield size
    with suppress(PoolcliError):
        for _ in range(iterations):
            rows, columns = window.axes(size)
            size = (rows.output, columns.output)
            yield size


def check_pixels(
    shape: Sequence[int],
    max_pixels: int,
    what: str = "the image",
    setting: str = "--max-pixels ",
    *,
    further: Iterable[Pair] = (),
) -> None:
    """Raise PoolcliError if an image of `shape` (rows, columns) exceeds `max_pixels`.

    The message proposes a value of `setting` that allows the image and all `further` sizes.
    """
    rows, columns = shape[:2]
    if rows * columns > max_pixels:
        needed = max(rows * columns, *(math.prod(size) for size in further), 0)
        raise PoolcliError(
            f"{what} has {rows * columns:,} pixels ({spell_lines((rows, columns), ', ')}), more"
            f" than {max_pixels:,}; allow it with {setting}{needed}"
        )


def _step(axes: tuple[AnyAxis, AnyAxis], before: Step | None) -> Step:
    known = before.jump if before else (1, 1)
    fields = before.receptive_fields if before else ((1, 1), (1, 1))
    jumps = before.jumps if before else ((1, 1), (1, 1))
    # After adaptive windows comes only the identity, whose extent and stride of 1 change nothing.
    fields = _each(_grown, axes, fields, jumps)
    jumps = _each(_spread, axes, jumps)
    jump = None
    if known and all(isinstance(axis, Axis) for axis in axes):
        jump = jumps[0][1], jumps[1][1]
    return Step(axes, (fields[0][1], fields[1][1]), jump, fields, jumps)


def _each(function: Callable[..., Pair], *pairs: tuple[Any, Any]) -> tuple[Pair, Pair]:
    rows, columns = zip(*pairs, strict=True)
    return function(*rows), function(*columns)


def _grown(axis: AnyAxis, field: Pair, jump: Pair) -> Pair:
    """Return the smallest and the largest receptive field after an iteration."""
    smallest, largest = axis.extents
    return field[0] + (smallest - 1) * jump[0], field[1] + (largest - 1) * jump[1]


def _spread(axis: AnyAxis, jump: Pair) -> Pair:
    """Return the smallest and the largest distance of neighbours after an iteration."""
    smallest, largest = axis.distances
    return jump[0] * smallest, jump[1] * largest


def _scale(axis: AnyAxis) -> float:
    return 1 / axis.stride if isinstance(axis, Axis) else axis.output / axis.size


def _of_iteration(iteration: int) -> str:
    return f" of iteration {iteration}" if iteration > 1 else ""


def _remedy(window: AnyWindow, shape: Sequence[int], iterations: int, iteration: int) -> str:
    """Return the options with which the whole chain would fit."""
    remedies = []
    if iteration > 1:
        remedies.append(f"-n {iteration - 1}")
    if isinstance(window, Window) and window.padding != "same" and not window.ceil_mode:
        with suppress(PoolcliError):
            chain(replace(window, ceil_mode=True), shape, iterations)
            remedies.append("--ceil")
    dilated = isinstance(window, Window) and window.dilation != (1, 1)
    smaller = "a smaller kernel or dilation" if dilated else "a smaller kernel"
    return f"{', '.join(remedies)} or {smaller}" if remedies else smaller


def _unused(step: Step, iteration: int) -> str:
    rows, columns = step.axes
    unused = (rows.dropped + rows.skipped, columns.dropped + columns.skipped)
    image = f"the {spell_shape(step.input_shape)} image{_of_iteration(iteration)}"
    return (
        f"{spell_lines(unused)} of {image} would go unused; choose another kernel, stride or"
        " padding, or leave out --exact"
    )
