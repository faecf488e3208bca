"""Combining arrays item by item, and sliding a window along an array at stride 1.

Both work on whole arrays, in few calls of a NumPy ufunc. A window of many items is combined in
about `log2(kernel)` passes: spans of 1, 2, 4, … items are combined to longer spans.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np

from poolcli.arrays import Array
from poolcli.pooling.reduction import Reduction
from poolcli.pooling.scratch import Scratch

# Returns a view of an array's items from one on, in the shape of the result of a pass.
View = Callable[[Array, int], Array]


def fold(parts: Iterable[Array], target: Array, how: Reduction) -> None:
    """Combine arrays of one shape, in order, and write the result to `target`."""
    parts = iter(parts)
    first, second = next(parts), next(parts, None)
    if second is None:
        np.copyto(target, first)
        return
    how.combine(first, second, out=target, dtype=target.dtype)
    fold_onto(parts, target, how)


def fold_onto(parts: Iterable[Array], target: Array, how: Reduction) -> None:
    """Combine `target` with arrays of its shape, in order and in place."""
    for part in parts:
        how.combine(target, part, out=target, dtype=target.dtype)


@dataclass(frozen=True)
class SpanPass:
    """One pass over an array, which combines spans of items to longer spans.

    Attributes
    ----------
    length : int
        The number of items of a new span.
    second : int
        The item, counted from the first of the new span, at which the second span begins.
    third : int or None
        The item at which a third span begins, if there is one.
    missing : int or None
        The item that neither span contains, if there is one: it is combined by itself.
    repeated : int or None
        The item that both spans contain and that has to be subtracted, if there is one.
    """

    length: int
    second: int
    third: int | None = None
    missing: int | None = None
    repeated: int | None = None


@lru_cache(maxsize=256)
def plan_spans(kernel: int, *, idempotent: bool, exact: bool) -> tuple[SpanPass, ...]:
    """Return the passes that combine `kernel` items from each item on, in order.

    Parameters
    ----------
    kernel : int
        At least 1. There are no passes for 1.
    idempotent : bool
        Whether an item that is combined twice counts once.
    exact : bool
        Whether an item that is combined twice can be subtracted without rounding.
    """
    passes: list[SpanPass] = []
    length = kernel
    while length > 1:
        if idempotent or (exact and length % 4 == 3 and length > 3):
            # 31 items are two spans of 16, less one item; 16 are 8, 4 and 2. Without this, 15, 7
            # and 3 would all be odd.
            span = (length + 1) // 2
        elif length % 6 == 3 and not exact:
            # 15 floats, from whose sum nothing can be subtracted, are three spans of 5.
            span = length // 3
        else:
            span = length // 2
        passes.append(_join(span, length, idempotent=idempotent))
        length = span
    return tuple(reversed(passes))


def _join(span: int, length: int, *, idempotent: bool) -> SpanPass:
    """Return the pass that makes spans of `length` items from spans of `span` items."""
    if length == 3 * span:
        return SpanPass(length, second=span, third=2 * span)
    if length == 2 * span + 1:
        return SpanPass(length, second=span, missing=2 * span)
    if length == 2 * span - 1:
        repeated = None if idempotent else span - 1
        return SpanPass(length, second=span - 1, repeated=repeated)
    return SpanPass(length, second=span)


class Slide:
    """Combine the `kernel` items, `distance` apart, that begin at each item along the first axis.

    Parameters
    ----------
    kernel : int
        The number of items of a window, at least 1, or 2 for `combine_into` and `combine_lines`.
    distance : int
        The distance between two items of a window.
    how : Reduction
        How items are combined.
    dtype : dtype
        The type of spans before the last pass.
    buffers : (int, int)
        The scratch buffers that passes write to in turn, beginning with the second.
    """

    def __init__(
        self,
        kernel: int,
        distance: int,
        how: Reduction,
        dtype: np.dtype[Any],
        buffers: tuple[int, int],
    ) -> None:
        self._passes = plan_spans(kernel, idempotent=how.idempotent, exact=how.exact)
        self._distance, self._how, self._dtype, self._buffers = distance, how, dtype, buffers

    def combine(self, source: Array, scratch: Scratch) -> Array:
        """Return the windows that begin at each item, in a scratch buffer of the source's shape.

        The last `(kernel - 1)·distance` have no meaning.
        """
        return self._run(self._passes, source, scratch)

    def combine_into(self, target: Array, source: Array, scratch: Scratch) -> None:
        """Write the combined windows (N - (kernel - 1)·distance, …) to `target`."""
        self._finish(target, source, scratch, partial(_slice, count=len(target)))

    def combine_lines(
        self, target: Array, source: Array, scratch: Scratch, line_length: int
    ) -> None:
        """Write the first windows of each line of a flat source to `target`.

        Parameters
        ----------
        target : ndarray, (lines, items)
            Filled; has at most the windows that are inside a line.
        source : ndarray, (lines · line_length,)
        """
        view = partial(_cut, line_length=line_length, shape=target.shape)
        self._finish(target, source, scratch, view)

    def _finish(self, target: Array, source: Array, scratch: Scratch, view: View) -> None:
        *before, last = self._passes
        spans = self._run(before, source, scratch)
        self._run_pass(last, source, spans, target, view)

    def _run(self, passes: Sequence[SpanPass], source: Array, scratch: Scratch) -> Array:
        """Run some passes in scratch buffers; return the longest spans."""
        spans = source
        for number, step in enumerate(passes, start=1):
            count = len(source) - (step.length - 1) * self._distance
            buffer = self._buffers[number % 2]
            longer = scratch.array(buffer, source.shape, self._dtype)
            self._run_pass(step, source, spans, longer[:count], partial(_slice, count=count))
            spans = longer
        return spans

    def _run_pass(
        self, step: SpanPass, source: Array, spans: Array, longer: Array, view: View
    ) -> None:
        """Write the spans of one pass to `longer`."""
        combine = partial(self._how.combine, out=longer, dtype=longer.dtype)
        combine(view(spans, 0), view(spans, step.second * self._distance))
        if step.third is not None:
            combine(longer, view(spans, step.third * self._distance))
        if step.missing is not None:
            combine(longer, view(source, step.missing * self._distance))
        if step.repeated is not None:
            shared = view(source, step.repeated * self._distance)
            np.subtract(longer, shared, out=longer, dtype=longer.dtype)


def _slice(items: Array, first: int, *, count: int) -> Array:
    """Return `count` items from `first` on."""
    return items[first : first + count]


def _cut(items: Array, first: int, *, line_length: int, shape: tuple[int, ...]) -> Array:
    """Return the beginnings of the lines that a flat array consists of from `first` on.

    The last line may lack items that `shape` leaves out, so a reshape would not do.
    """
    size = items.itemsize
    return np.ndarray(shape, items.dtype, items, first * size, (line_length * size, size))
