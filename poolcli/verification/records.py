"""The results of a verification."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from poolcli.operations import Pooling

Status = Literal["equal", "equal in part", "mismatch", "refused", "not comparable", "not installed"]


@dataclass(frozen=True)
class Pixel:
    """The position where two results differ most.

    Attributes
    ----------
    iteration, row, column, channel : int
        Iterations count from 1, the others from 0; for the loop, within the part that it pools.
    ours, theirs : float
        The two results.
    difference, tolerance : float
        The absolute difference, and the largest that is allowed here.
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
        """Return whether the difference exceeds the tolerance."""
        return self.difference > self.tolerance


@dataclass(frozen=True)
class Comparison:
    """The comparison with one peer.

    Attributes
    ----------
    name, version : str
        `reference` is the loop, which has no version of its own.
    status : str
        "equal" in every value; "equal in part": in those that the peer defines alike; "mismatch";
        "refused": the peer raised an error; "not comparable"; "not installed".
    worst : Pixel or None
        The position where results differ most; None if nothing was compared.
    compared, values : int
        The number of values that were compared, and of all values, over all iterations.
    remarks : tuple of str
        What the peer defines differently, each the rest of a sentence that begins with its name.
    seconds : float or None
        The duration of its runs, conversions included.
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
    """The comparison of one pooling with all peers.

    Attributes
    ----------
    pooling : Pooling
        The operation and the window.
    shapes : tuple of (rows, columns, channels)
        The shape of each iteration's result.
    seconds : float
        The duration of poolcli's own pooling.
    comparisons : tuple of Comparison
        One per peer: the loop, then the frameworks.
    """

    pooling: Pooling
    shapes: tuple[tuple[int, ...], ...]
    seconds: float
    comparisons: tuple[Comparison, ...]

    @property
    def mismatch(self) -> bool:
        """Return whether any peer has another result."""
        return any(comparison.status == "mismatch" for comparison in self.comparisons)

    @property
    def compared(self) -> int:
        """Return the number of values that were compared, with all peers together."""
        return sum(comparison.compared for comparison in self.comparisons)
