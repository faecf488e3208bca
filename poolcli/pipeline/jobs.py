"""What is to be done to an image, and what became of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from poolcli import storage
from poolcli.geometry import AdaptiveWindow, AnyWindow, Pair, check_pixels
from poolcli.geometry.region import Zoom
from poolcli.images import Reading
from poolcli.operations import Operation, Pooling
from poolcli.prepare import Preparation


@dataclass(frozen=True)
class Settings:
    """The settings of a run, the same for every image.

    Attributes
    ----------
    pooling : Pooling
        The operation and the window of every iteration.
    iterations : int, 1 to 256
        How many times to pool; each iteration pools the result of the one before.
    beside : tuple of Operation
        Further operations over the same windows, to be compared with the first.
    exact : bool
        Refuse an image of which a pixel would go unused.
    preparation : Preparation
        The changes to an image before it is pooled.
    reading : Reading
        How inputs are read.
    scale : bool
        Map 0..1 to the range of the files that are written.
    threads : int
        How many cores to use per image.
    colormap : str or None
        The colours of the figure for one channel, a name of matplotlib.
    zoom : Zoom or None
        The part of the image that the figure enlarges; None for no enlarged part.
    histogram : bool
        Whether the figure shows the distribution of intensities.
    command : tuple of str
        The command to print in the figure, without program and input: `max -k 2`.

    Raises
    ------
    PoolcliError
        If the image of `--resize` or the result of `--to` would exceed `reading.max_pixels`.
    """

    pooling: Pooling
    iterations: int = 1
    beside: tuple[Operation, ...] = ()
    exact: bool = False
    preparation: Preparation = field(default_factory=Preparation)
    reading: Reading = field(default_factory=Reading)
    scale: bool = False
    threads: int = 1
    colormap: str | None = None
    zoom: Zoom | None = field(default_factory=Zoom)
    histogram: bool = False
    command: tuple[str, ...] = ()

    @property
    def window(self) -> AnyWindow:
        """Return the window of every iteration."""
        return self.pooling.window

    @property
    def operation(self) -> Operation:
        """Return the first operation."""
        return self.pooling.operation

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Return all operations, each of which is applied to the prepared image."""
        return self.operation, *self.beside

    def __post_init__(self) -> None:
        """Raise PoolcliError for sizes beyond the limit that no image is needed to know."""
        limit = self.reading.max_pixels
        size = self.preparation.size
        if size and size.width and size.height:
            check_pixels((size.height, size.width), limit, "the image of --resize")
        if isinstance(self.window, AdaptiveWindow):
            check_pixels(self.window.output_size, limit, "the result of --to")


@dataclass(frozen=True)
class Job:
    """One input and the files to make of it.

    Attributes
    ----------
    source : str
        A path, or `-` for standard input.
    outputs : sequence of (str or None)
        Where each iteration goes; None for one that is not written.
    format : str or None
        What the outputs hold; None for the kind of the input: png, or npy or csv of a matrix.
    figure : str or None
        Where the comparison figure goes.
    modified : int or None
        When the input was last changed, in nanoseconds, if a listing said so.
    """

    source: str
    outputs: Sequence[str | None]
    format: str | None = None
    figure: str | None = None
    modified: int | None = None

    @property
    def paths(self) -> list[str]:
        """List every file that this job writes."""
        return [path for path in (*self.outputs, self.figure) if path is not None]


@dataclass(frozen=True)
class Iteration:
    """What became of one iteration.

    Attributes
    ----------
    output : str or None
        Where it was written.
    shape : tuple of int
        (H, W) or (H, W, C).
    dropped, skipped : (rows, columns)
        Pixels of its input that no window saw, at the far ends and in between.
    clipped : float, 0 to 1, or None
        The share of values outside the file's range; None if nothing was computed.
    """

    output: str | None
    shape: tuple[int, ...]
    dropped: Pair
    skipped: Pair
    clipped: float | None


@dataclass(frozen=True)
class Record:
    """The outcome of one input.

    Attributes
    ----------
    trace : str or None
        The traceback of a bug of ours, if `error` tells of one.
    """

    job: Job
    status: Literal["written", "skipped", "planned", "failed", "ignored"]
    shape: tuple[int, ...] = ()
    dtype: str = ""
    iterations: tuple[Iteration, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None
    seconds: float = 0.0
    trace: str | None = None


def suffix_of(path: str) -> str:
    """Give what a file's name ends with, in lower case and without the dot."""
    ending = os.path.splitext(storage.name_of(path))[1]  # noqa: PTH122 - a path is text
    return ending.lower().removeprefix(".")
