"""Integer arithmetic on positions at equal distances, in few steps however many there are."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Lattice:
    """The positions `base + i·outer_step + j·inner_step`, `0 ≤ i < outer`, `0 ≤ j < inner`."""

    base: int
    outer: int
    outer_step: int
    inner: int
    inner_step: int

    def progressions(self) -> list[range]:
        """Return arithmetic progressions that together are these positions, as few as possible.

        There are at most about as many as the square root of the largest position, since either
        steps are short, and rows of the lattice are joined to one progression, or they are long,
        and there are few of them.
        """
        swapped = Lattice(self.base, self.inner, self.inner_step, self.outer, self.outer_step)
        return min(self, swapped, key=Lattice.count_rows).rows()

    def count_rows(self) -> int:
        """Return the number of progressions along the inner steps."""
        return min(self.outer, self._period) if self._are_rows_joined() else self.outer

    def rows(self) -> list[range]:
        """Return the progressions along the inner steps."""
        found = []
        for i in range(self.count_rows()):
            count = self.inner
            if self._are_rows_joined():
                count += (self.outer - 1 - i) // self._period * self._shift
            first = self.base + i * self.outer_step
            found.append(range(first, first + count * self.inner_step, self.inner_step))
        return found

    @property
    def _period(self) -> int:
        """Return the number of outer steps after which positions are inner steps apart."""
        return self.inner_step // math.gcd(self.outer_step, self.inner_step)

    @property
    def _shift(self) -> int:
        """Return the number of inner steps that `_period` outer steps are."""
        return self.outer_step // math.gcd(self.outer_step, self.inner_step)

    def _are_rows_joined(self) -> bool:
        """Return whether each row continues, without a gap, the one a period before it."""
        return self._shift <= self.inner


def ceil_divide(a: int, b: int) -> int:
    """Return `⌈a / b⌉`."""
    return -(-a // b)


def sum_floors(count: int, divisor: int, step: int, start: int) -> int:
    """Return the sum of `⌊(step·i + start) / divisor⌋` over `0 ≤ i < count`.

    As in Euclid's algorithm, in about `log(divisor)` steps: whole parts are summed at once, and the
    remainder is the number of lattice points below a line, counted along the other axis.
    """
    total = 0
    while count:
        total += count * (count - 1) // 2 * (step // divisor) + count * (start // divisor)
        step, start = step % divisor, start % divisor
        highest = step * count + start
        if highest < divisor:
            break
        count, start = divmod(highest, divisor)
        divisor, step = step, divisor
    return total
