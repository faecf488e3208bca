"""The windows of one pooling step along one axis."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from poolcli.geometry.lattice import Lattice, ceil_divide, sum_floors


@dataclass(frozen=True)
class Axis:
    """Equal windows at equal distances.

    Window `i` contains the positions `i·stride − before + t·dilation`, `0 ≤ t < kernel`.
    Positions outside `[0, size)` are padding, or beyond it in ceil mode.

    Attributes
    ----------
    size : int
        The number of pixels.
    output : int
        The number of windows.
    kernel, stride, dilation : int
        The number of taps of a window, the distance between windows, and that between taps.
    before, after : int
        The padding at the near and at the far end.
    """

    size: int
    output: int
    kernel: int
    stride: int
    dilation: int = 1
    before: int = 0
    after: int = 0

    @classmethod
    def same(cls, size: int, kernel: int, stride: int, dilation: int) -> Axis:
        """Return the windows of TensorFlow's "same": the odd pixel of padding is at the far end."""
        output = ceil_divide(size, stride)
        total = max((output - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
        return cls(size, output, kernel, stride, dilation, total // 2, total - total // 2)

    @property
    def is_same(self) -> bool:
        """Return whether the windows are those of "same" padding."""
        return self == Axis.same(self.size, self.kernel, self.stride, self.dilation)

    @property
    def extent(self) -> int:
        """Return the number of positions from the first tap of a window to its last."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def reach(self) -> int:
        """Return the number of positions from the first tap of all windows to the last."""
        return (self.output - 1) * self.stride + self.extent

    @property
    def dropped(self) -> int:
        """Return the number of pixels at the far end, behind the last window."""
        return max(0, self.size - (self.reach - self.before))

    @property
    def distances(self) -> tuple[int, int]:
        """Return the least and the largest distance between two adjacent windows."""
        return self.stride, self.stride

    @property
    def extents(self) -> tuple[int, int]:
        """Return the extents of the shortest and of the longest window."""
        return self.extent, self.extent

    @cached_property
    def skipped(self) -> int:
        """Return the number of pixels before the end of the last window that are in no window."""
        if self.dilation == 1 and self.stride <= self.kernel:
            return 0
        return self._seen().count(0) - self.dropped

    def unused(self) -> Iterator[range]:
        """Yield the runs of pixels that are in no window, from the first to the last."""
        if not self.dropped + self.skipped:
            return
        seen = self._seen()
        start = seen.find(0)
        while start >= 0:
            stop = seen.find(1, start)
            run = range(start, stop if stop >= 0 else self.size)
            yield run
            start = seen.find(0, run.stop)

    def unused_end(self) -> range:
        """Return the run of unused pixels at the far end, which may be empty."""
        if not self.dropped + self.skipped:
            return range(self.size, self.size)
        return range(self._seen().rfind(1) + 1, self.size)

    def _seen(self) -> bytearray:
        """Return 1 for each pixel that is in a window, else 0.

        In about √size steps, whatever the kernel, the same as::

            seen = bytearray(self.size)
            for index in range(self.output):
                for position in self.inside(index):
                    seen[position] = 1
        """
        seen = bytearray(self.size)
        for positions in self._lattice().progressions():
            low = bisect_left(positions, 0)
            inside = positions[low : bisect_left(positions, self.size)]
            if inside:
                seen[inside.start : inside.stop : inside.step] = b"\1" * len(inside)
        return seen

    def _lattice(self) -> Lattice:
        """Return the positions of the windows and taps that may be in the image."""
        windows = range(
            max(0, ceil_divide(self.before - self.extent + 1, self.stride)),
            min(self.output, (self.size - 1 + self.before) // self.stride + 1),
        )
        if not windows:
            return Lattice(0, 0, 1, 0, 1)
        first, last = (index * self.stride - self.before for index in (windows[0], windows[-1]))
        taps = range(
            max(0, ceil_divide(-last, self.dilation)),
            min(self.kernel, (self.size - 1 - first) // self.dilation + 1),
        )
        base = first + taps.start * self.dilation
        return Lattice(base, len(windows), self.stride, len(taps), self.dilation)

    def sees_everywhere(self) -> bool:
        """Return whether every window contains a pixel.

        The image may lie in a gap of a dilated window. Equal to `all(self.counts())`.
        """
        if self.dilation <= self.size:
            return True
        # Among the windows that start before the image, count those whose first tap at or behind
        # the start of the image, at the remainder of a division, is beyond its end.
        windows = min(self.output, ceil_divide(self.before, self.stride))
        step, start = self.stride % self.dilation, -self.before % self.dilation
        beyond = start + self.dilation - self.size
        return sum_floors(windows, self.dilation, step, beyond) == sum_floors(
            windows, self.dilation, step, start
        )

    def inside(self, index: int, *, padding: bool = False) -> range:
        """Return the positions of one window that are pixels or, with `padding`, padding too."""
        low, high = (-self.before, self.size + self.after) if padding else (0, self.size)
        start = index * self.stride - self.before
        first = max(0, ceil_divide(low - start, self.dilation))
        stop = max(first, min(self.kernel, ceil_divide(high - start, self.dilation)))
        return range(start + first * self.dilation, start + stop * self.dilation, self.dilation)

    def counts(self, *, padding: bool = False) -> list[int]:
        """Return the number of pixels in each window, with `padding` that of padding too."""
        low, high = (-self.before, self.size + self.after) if padding else (0, self.size)
        # Only windows at the ends may lack a tap; those between are full.
        full = min(self.output, ceil_divide(low + self.before, self.stride))
        full_end = (high - self.extent + self.before) // self.stride + 1
        full_end = max(full, min(self.output, full_end))
        return [
            *(len(self.inside(index, padding=padding)) for index in range(full)),
            *[self.kernel] * (full_end - full),
            *(len(self.inside(index, padding=padding)) for index in range(full_end, self.output)),
        ]

    def window(self, index: int) -> range:
        """Return the positions of one window, including those outside the image."""
        start = index * self.stride - self.before
        return range(start, start + self.extent, self.dilation)

    def part(self, outputs: range) -> tuple[slice, Axis]:
        """Return the pixels in some of the windows, and an axis of these pixels and windows."""
        start, stop = self.window(outputs[0])[0], self.window(outputs[-1])[-1] + 1
        seen = slice(max(0, start), min(stop, self.size))
        after = self.after if stop > self.size else 0
        size = seen.stop - seen.start
        part = Axis(
            size, len(outputs), self.kernel, self.stride, self.dilation, seen.start - start, after
        )
        return seen, part

    def taps(self) -> list[range]:
        """Return the pixels in each window."""
        return [self.inside(index) for index in range(self.output)]


@dataclass(frozen=True)
class AdaptiveAxis:
    """Windows for a given number of outputs: window `i` is `[⌊iN/o⌋, ⌈(i+1)N/o⌉)`.

    Attributes
    ----------
    size, output : int
        The number of pixels `N` and of windows `o`.
    dropped, skipped, before, after : int
        Always 0; see `Axis`.
    """

    size: int
    output: int
    dropped: int = 0
    skipped: int = 0
    before: int = 0
    after: int = 0

    @property
    def kernel(self) -> int:
        """Return the number of pixels of the longest window."""
        return self.extents[1]

    @property
    def extent(self) -> int:
        """Return the number of positions from the first to the last pixel of the longest window."""
        return self.kernel

    @cached_property
    def extents(self) -> tuple[int, int]:
        """Return the lengths of the shortest and of the longest window.

        With `size = whole·output + rest`, window `i` has `whole + ⌈(f + rest) / output⌉` pixels,
        where `f = i·rest mod output` is every multiple of their greatest common divisor.
        """
        whole, rest = divmod(self.size, self.output)
        shortest = whole if rest == 0 else whole + 1
        longest = shortest + 1 if rest > math.gcd(rest, self.output) else shortest
        return shortest, longest

    @property
    def distances(self) -> tuple[int, int]:
        """Return the least and the largest distance between two adjacent windows.

        `rest` of the `output` steps to the end of the image are longer. The last step, which leads
        to no window, is one of these.
        """
        whole, rest = divmod(self.size, self.output)
        return whole, whole + 1 if rest > 1 else whole

    def unused(self) -> Iterator[range]:
        """Return no runs: every pixel is in a window."""
        return iter(())

    def unused_end(self) -> range:
        """Return an empty run."""
        return range(self.size, self.size)

    def counts(self, *, padding: bool = False) -> list[int]:  # noqa: ARG002 - as in Axis
        """Return the number of pixels in each window."""
        return [len(self.window(index)) for index in range(self.output)]

    def window(self, index: int) -> range:
        """Return the pixels in one window."""
        size, output = self.size, self.output
        return range(index * size // output, ceil_divide((index + 1) * size, output))

    def inside(self, index: int, *, padding: bool = False) -> range:  # noqa: ARG002 - as in Axis
        """Return the pixels in one window."""
        return self.window(index)

    def taps(self) -> list[range]:
        """Return the pixels in each window."""
        return [self.window(index) for index in range(self.output)]


AnyAxis = Axis | AdaptiveAxis

AROUND = 8  # the positions that are drawn on each side of the smallest image


def around(size: int) -> int:
    """Return the largest number of positions to draw on each side of an image."""
    return max(size, AROUND)


def near(window: range, size: int) -> range:
    """Return the positions of a window that are in an image or near enough to be drawn with it."""
    low, high = -around(size), size + around(size)
    return window[bisect_left(window, low) : bisect_left(window, high)]
