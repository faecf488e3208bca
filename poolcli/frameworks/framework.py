"""The interface of an adapter: runs one pooling in a framework."""

from __future__ import annotations

import importlib.util
from abc import ABC, abstractmethod
from dataclasses import dataclass

from poolcli.arrays import Array
from poolcli.frameworks.applied import AppliedPooling
from poolcli.frameworks.layers import Unsupported
from poolcli.geometry import AnyAxis, Axis

# Frameworks count in 32 bits, and some pad the image in memory: the most positions along an axis,
# and the most values beyond the image.
MOST_POSITIONS = 2**30
MOST_BEYOND = 2**24


@dataclass(frozen=True)
class Answer:
    """The result of a framework for one iteration.

    Attributes
    ----------
    pixels : ndarray, (H', W', C)
    remarks : tuple of str
        What the framework defines differently and how it was called because of that, each the rest
        of a sentence that begins with the framework's name.
    part : bool
        The framework returns fewer windows: the top left part of poolcli's result.
    comparable : ndarray of bool or None
        The results, as an array that broadcasts to poolcli's, that the framework defines like
        poolcli; None for all.
    in_range : ndarray of bool or None
        The windows whose intermediate values, apart from plain sums, the framework's floats
        represent; None for all.
    leniency : int
        The factor by which the arithmetic of the framework exceeds the usual tolerance.
    exact : bool
        Means of integers are exact, nothing overflows, and zeros have the right sign, so that every
        window can be compared.
    """

    pixels: Array
    remarks: tuple[str, ...] = ()
    part: bool = False
    comparable: Array | None = None
    in_range: Array | None = None
    leniency: int = 1
    exact: bool = False


class Framework(ABC):
    """An adapter of one framework.

    Attributes
    ----------
    name : str
        The name in tables and records.
    needs : tuple of str
        The modules that must be installed; the first is the framework itself.
    """

    name: str
    needs: tuple[str, ...]

    def missing(self) -> tuple[str, ...]:
        """Return the needed modules that are not installed, without importing any."""
        return tuple(module for module in self.needs if not is_installed(module))

    @abstractmethod
    def version(self) -> str:
        """Import the framework and return its version."""

    def part(self, image: Array, applied: AppliedPooling) -> Array:  # noqa: ARG002 - Loop uses it
        """Return the part of an image (H, W, C) that the framework is to pool: all of it."""
        return image

    def check_size(self, image: Array, applied: AppliedPooling) -> None:
        """Raise Unsupported if the work would grow with padding or kernel beyond any bound."""
        rows, columns = (_count_positions(axis) for axis in (applied.rows, applied.columns))
        beyond = (rows * columns - image.shape[0] * image.shape[1]) * image.shape[2]
        if max(rows, columns) > MOST_POSITIONS or beyond > MOST_BEYOND:
            raise Unsupported(
                "is not run: the windows reach too far beyond the image"
                f" ({rows:,}×{columns:,} positions)"
            )

    @abstractmethod
    def pool(self, image: Array, applied: AppliedPooling) -> Answer:
        """Pool an image.

        Parameters
        ----------
        image : ndarray, (H, W, C)
            Of any real dtype.
        applied : AppliedPooling
            The pooling, laid over the image.

        Raises
        ------
        Unsupported
            If the framework has no such pooling, or none for these numbers.
        """


def is_installed(module: str) -> bool:
    """Return whether a module could be imported."""
    return importlib.util.find_spec(module) is not None


def _count_positions(axis: AnyAxis) -> int:
    """Return the number of positions along an axis that windows reach, beyond the image too."""
    reach = axis.reach if isinstance(axis, Axis) else 0
    return max(reach, axis.before + axis.size + axis.after)
