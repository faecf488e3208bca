"""The image and the value that are explained, the same for every operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from poolcli.captions import name_pooling
from poolcli.errors import PoolcliError
from poolcli.explanation.cells import Stage, stages, trace
from poolcli.explanation.pages import explain_all, explain_cell
from poolcli.geometry import Pair, Step
from poolcli.images import Image
from poolcli.operations import Pooling
from poolcli.operations.cell import Cell
from poolcli.spelling import spell_lines, spell_sides

SMALL = 16  # rows and columns of an image that is explained whole
MOST_EXPLAINED = 32  # rows and columns of its results, which padding may enlarge


@dataclass(frozen=True)
class Subject:
    """An image, and the value of its last result to explain; made by `choose`.

    Attributes
    ----------
    image : Image
        Prepared.
    steps : tuple of Step
        The iterations.
    index : (row, column)
        Of the value in the last result.
    whole : bool
        Whether every value of every iteration is explained instead.
    prepared : str
        The preparation in words; empty for none.
    """

    image: Image
    steps: tuple[Step, ...]
    index: Pair
    whole: bool
    prepared: str = ""

    @classmethod
    def choose(
        cls, image: Image, steps: Sequence[Step], index: Pair | None, prepared: str = ""
    ) -> Subject:
        """Choose the value to explain.

        Parameters
        ----------
        image, steps, prepared
            As in the class.
        index : (row, column) or None
            None for a small image as a whole, and for the value in the middle of a large one.

        Raises
        ------
        PoolcliError
            If the last result has no such value.
        """
        rows, columns = steps[-1].shape
        if index is None:
            middle = rows // 2, columns // 2
            return cls(image, tuple(steps), middle, _is_small(image, steps), prepared)
        if index[0] >= rows or index[1] >= columns:
            raise PoolcliError(
                f"--at {index[0]},{index[1]} lies outside the last iteration, which has"
                f" {spell_lines((rows, columns))}; use 0,0 to {rows - 1},{columns - 1}"
            )
        return cls(image, tuple(steps), index, whole=False, prepared=prepared)

    @property
    def channels(self) -> list[str]:
        """Return the names of the channels; that of a gray image is empty."""
        shape = self.image.pixels.shape
        count = shape[2] if len(shape) == 3 else 1
        if self.image.matrix and count > 1:
            return [f"channel {number}" for number in range(count)]
        colours = ["red", "green", "blue"] if count >= 3 else [""]
        if not self.image.alpha:
            return colours
        return [*(colour or "gray" for colour in colours), "alpha"]

    def stages(self, pooling: Pooling) -> list[Stage]:
        """Pool the image, and keep what is needed to explain the value."""
        pixels = self.image.pixels
        return stages(
            pixels.reshape(*pixels.shape[:2], -1),
            pooling.operation,
            self.steps,
            None if self.whole else self.index,
            full=self.image.full if self.image.alpha else None,
        )

    def cells(self, chain: Sequence[Stage]) -> Iterator[Cell]:
        """Yield the values that are explained, with the pixels that made them."""
        if not self.whole:
            for channel in range(len(self.channels)):
                yield from trace(chain, self.index, channel)
            return
        for stage in chain:
            rows, columns = stage.step.shape
            for row, column in product(range(rows), range(columns)):
                yield stage.cell((row, column), 0)

    def lines(self, chain: Sequence[Stage]) -> list[str]:
        """Return the explanation in words and drawings."""
        given = "the prepared input" if self.prepared else "the input"
        if self.whole:
            return explain_all(chain, given=given)
        return explain_cell(chain, self.index, self.channels, given=given)

    def title(self, name: str, operations: Iterable[str]) -> str:
        """Return the title of a figure: the image, the value and the operations."""
        last = f"out{len(self.steps)}" if len(self.steps) > 1 else "out"
        value = f"{last}[{self.index[0]},{self.index[1]}]"
        return f"{name}: {value} by {', '.join(operations)}"

    def heading(self, name: str, pooling: Pooling) -> str:
        """Return the image, its size, its preparation and the pooling in one line."""
        image = [name, spell_sides(self.image.pixels.shape)]
        if self.prepared:
            image.append(self.prepared)
        pooled = [name_pooling(pooling)]
        if len(self.steps) > 1:
            pooled.append(f"{len(self.steps)} iterations")
        return f"{', '.join(image)}: {', '.join(pooled)}"


def _is_small(image: Image, steps: Sequence[Step]) -> bool:
    """Return whether all windows of all iterations can be explained."""
    channels = image.pixels.shape[2:] or (1,)
    sides = [side for step in steps for side in (*step.input_shape, *step.shape)]
    few = max(steps[0].input_shape) <= SMALL and max(sides) <= MOST_EXPLAINED
    return channels == (1,) and few
