"""The interface of an operation: everything that is particular to one kind of pooling."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from poolcli.geometry import AnyAxis
from poolcli.operations.parameter import parameters_of
from poolcli.spelling import spell_number, spell_set

if TYPE_CHECKING:
    import numpy as np

    from poolcli.arrays import Array
    from poolcli.operations.cell import Cell
    from poolcli.pooling import Windows


@dataclass(frozen=True)
class Operation(ABC):
    """A function of the pixels of a window.

    A subclass is a frozen dataclass whose fields are its parameters (see `declare`). It needs
    `name`, `summary`, `reduce` and `value`; everything else has a default. NumPy is imported in
    the methods that compute, since names and sizes need none.

    Attributes
    ----------
    name : str
        On the command line, in file names, captions and sentences.
    summary : str
        One sentence for the help.
    synonyms : tuple of str
        Other names that users try; the command line proposes `name` for them.
    keeps_pixels : bool
        Whether every result is a pixel of its window, so that it has the type of the image.
    chosen : str or None
        The pixel of its window that a result is, if it is one: `largest`.
    weighs_alpha : bool
        Whether pixels are weighted by their alpha; by default transparent ones are left out.
    rounds_once : bool
        Whether results for integers are exact but for one rounding, so that two implementations
        agree to the last bit.
    layers : mapping of str
        By framework, the layer or function that computes this operation: `{"PyTorch":
        "MaxPool2d"}`. A framework that is missing has none.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    synonyms: ClassVar[tuple[str, ...]] = ()
    keeps_pixels: ClassVar[bool] = False
    chosen: ClassVar[str | None] = None
    weighs_alpha: ClassVar[bool] = False
    rounds_once: ClassVar[bool] = True
    layers: ClassVar[Mapping[str, str]] = {}

    def __post_init__(self) -> None:
        """Raise PoolcliError for a parameter of a wrong type or out of range."""
        for field, parameter in parameters_of(self).items():
            parameter.check(getattr(self, field))

    # Computation

    @property
    def padding_counts(self) -> bool:
        """Return whether padding counts in the divisor of `value`."""
        return False

    @abstractmethod
    def reduce(
        self, image: Array, windows: Windows, *, result: np.dtype[Any] | None = None
    ) -> Array:
        """Return the results of all windows.

        Parameters
        ----------
        image : ndarray, (H, W, C)
            Channels are independent. NaN propagates.
        windows : Windows
            The windows, laid over the image; `windows.pool` carries out a `Reduction`.
        result : dtype, optional
            A float type that is wider than that of `result_type`, to write results that are
            rounded only once; operations that keep pixels ignore it.

        Returns
        -------
        ndarray, (H', W', C)
        """

    @abstractmethod
    def value(self, pixels: Sequence[Any], divisor: int) -> Any:
        """Return the result of one window by plain arithmetic.

        Parameters
        ----------
        pixels : sequence of int or float
            The pixels of the window, at least one, without NaN.
        divisor : int
            The number of positions that count: that of the pixels, and of padding if it counts.

        Returns
        -------
        int, float or Fraction
            A fraction is rounded once to the type of the result.
        """

    def result_type(self, dtype: np.dtype[Any]) -> np.dtype[Any]:
        """Return the dtype of results for images of `dtype`."""
        from poolcli.pooling import carry_type

        return dtype.newbyteorder("=") if self.keeps_pixels else carry_type(dtype)

    def find_exact(self, image: Array, windows: Windows) -> Array | bool:
        """Return where results are exact without rounding, although not all of them `rounds_once`.

        There, two implementations agree to the last bit.

        Returns
        -------
        bool or ndarray of bool, (H', W', C)
        """
        return False

    def written_type(self, dtype: np.dtype[Any], area: int) -> np.dtype[Any]:
        """Return the dtype whose values, rounded to integers, are exact results rounded once.

        Parameters
        ----------
        dtype : dtype
            Of the image.
        area : int
            The largest divisor of a mean.
        """
        return self.result_type(dtype)

    def reduce_visible(
        self,
        colour: Array,
        alpha: Array,
        full: int,
        windows: Windows,
        *,
        result: np.dtype[Any] | None = None,
    ) -> tuple[Array, Array]:
        """Return the results of colour, from the visible pixels of each window, and of alpha.

        Parameters
        ----------
        colour, alpha : ndarray, (H, W, C) and (H, W, 1)
            Colour is 0 where α is.
        full : int
            The α of an opaque pixel.
        windows, result
            As in `reduce`.

        Returns
        -------
        ndarray, (H', W', C) and (H', W', 1)
            Colour may be anything where the pooled α is 0.
        """
        pooled_alpha = self.reduce(alpha, windows, result=result)
        return self.reduce_masked(colour, alpha > 0, windows, result=result), pooled_alpha

    def reduce_masked(
        self,
        image: Array,
        mask: Array,
        windows: Windows,
        *,
        result: np.dtype[Any] | None = None,
    ) -> Array:
        """Return the results from those pixels of each window where `mask` (H, W, 1) is true.

        This default takes windows with pixels of both kinds one by one, by `value`.
        """
        from poolcli.operations.images import reduce_masked

        return reduce_masked(self, image, mask, windows, result=result)

    def pool(
        self,
        image: Array,
        axes: tuple[AnyAxis, AnyAxis],
        *,
        full: int | None = None,
        threads: int = 1,
        result: np.dtype[Any] | None = None,
    ) -> Array:
        """Pool an image over windows that are laid out already.

        Parameters
        ----------
        image : ndarray, (H, W) or (H, W, C)
        axes : (rows, columns)
            As `Window.axes` returns them for the shape of the image.
        full : int, optional
            The α of an opaque pixel, if the last channel is α.
        threads : int
            How many threads to use; the result does not depend on it.
        result : dtype, optional
            As in `reduce`.

        Returns
        -------
        ndarray, (H', W') or (H', W', C)
        """
        from poolcli.operations.images import pool_image

        return pool_image(self, image, axes, full=full, threads=threads, result=result)

    # Words

    @property
    def title(self) -> str:
        """Return the name with the numbers that define the function: `lp with p = 3`."""
        numbers = self._numbers()
        return f"{self.name} with {' and '.join(numbers)}" if numbers else self.name

    @property
    def remarks(self) -> list[str]:
        """Return further parameters in words: `padding counted`."""
        return []

    @property
    def variant(self) -> str:
        """Return the operation among others over the same windows: `avg, padding counted`."""
        return ", ".join([self.name, *self._numbers(), *self.remarks])

    def _numbers(self) -> list[str]:
        """Return the parameters that are numbers: `p = 3`."""
        return [
            f"{parameter.metavar.lower()} = {getattr(self, field):g}"
            for field, parameter in parameters_of(self).items()
            if parameter.metavar is not None
        ]

    @property
    def words(self) -> list[str]:
        """Return the parameters that differ from their defaults as words of a file name."""
        default = type(self)()
        return [
            parameter.spell(getattr(self, field))
            for field, parameter in parameters_of(self).items()
            if getattr(self, field) != getattr(default, field)
        ]

    def derive(self, cell: Cell) -> list[str]:
        """Return the derivation of a result, to be joined by equals signs.

        Parameters
        ----------
        cell : Cell
            A result with the pixels that made it, at least one of them visible, none NaN.

        Returns
        -------
        list of str
            From the pixels of the window to the value: `{1, 1, 5, 6}`, `6, at (1, 1)`.
        """
        return [spell_set(cell.visible), spell_number(cell.value)]
