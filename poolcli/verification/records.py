"""What became of a verification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from poolcli.pooling import Operation

Status = Literal["equal", "equal in part", "mismatch", "refused", "not comparable", "not installed"]


@dataclass(frozen=True)
class Pixel:
    """Where a result differs most, and by how much.

    Attributes
    ----------
    iteration, row, column, channel : int
        Iterations count from 1, the others from 0; for the loop, within the part it pools.
    ours, theirs : float
        The two results.
    difference, tolerance : float
        By how much they differ, and by how much they may.
    """

    iteration: int
    row: int
    column: int
    channel: int
    ours: float
    theirs: float
    difference: float
    tolerance: float

    @property
    def wrong(self) -> bool:
        """Tell whether they differ by more than they may."""
        return self.difference > self.tolerance


@dataclass(frozen=True)
class Comparison:
    """What became of one peer.

    Attributes
    ----------
    name, version : str
        `reference` is the loop, which has no version of its own.
    status : str
        "equal" in every value; "equal in part": in those that mean the same; "mismatch";
        "refused": the peer raised an error; "not comparable"; "not installed".
    worst : Pixel or None
        Where the results differ most; None if nothing was compared.
    compared, values : int
        How many values were compared, of how many, over all iterations.
    remarks : tuple of str
        What the peer means otherwise, each the rest of a sentence that begins with its name.
    seconds : float or None
        What its runs took, conversions included.
    """

    name: str
    version: str
    status: Status
    worst: Pixel | None = None
    compared: int = 0
    values: int = 0
    remarks: tuple[str, ...] = ()
    seconds: float | None = None


@dataclass(frozen=True)
class Verification:
    """One operation by everyone.

    Attributes
    ----------
    shapes : tuple of (rows, columns, channels)
        Of each iteration's result.
    seconds : float
        What poolcli took.
    """

    operation: Operation
    shapes: tuple[tuple[int, ...], ...]
    seconds: float
    comparisons: tuple[Comparison, ...]

    @property
    def mismatch(self) -> bool:
        """Tell whether anyone comes to another result."""
        return any(comparison.status == "mismatch" for comparison in self.comparisons)

    @property
    def compared(self) -> int:
        """Count the values that anyone compared."""
        return sum(comparison.compared for comparison in self.comparisons)
