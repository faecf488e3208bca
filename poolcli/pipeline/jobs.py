"""The settings of a run, the job of one image, and its outcome."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from poolcli import storage
from poolcli.geometry import AdaptiveWindow, AnyWindow, Pair, check_pixels
from poolcli.geometry.parameters import whole
from poolcli.geometry.region import Zoom
from poolcli.images import Reading
from poolcli.operations import Operation, Pooling
from poolcli.prepare import Preparation
from poolcli.vocabulary import LARGEST_ITERATIONS


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
        If the number of iterations is out of range, or the image of `--resize` or the result of
        `--to` would exceed `reading.max_pixels`.
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
        """Raise PoolcliError for values that are too large for every image."""
        whole(self.iterations, "iterations", minimum=1, maximum=LARGEST_ITERATIONS)
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
        A path or URL, or `-` for standard input.
    outputs : sequence of (str or None)
        The path of each iteration's result; None for one that is not written.
    format : str or None
        Of the outputs; None for the kind of the input: png, or npy or csv for a matrix.
    figure : str or None
        The path of the figure; None for no figure.
    modified : int or None
        The modification time of the input in nanoseconds, if a listing told it.
    """

    source: str
    outputs: Sequence[str | None]
    format: str | None = None
    figure: str | None = None
    modified: int | None = None

    @property
    def paths(self) -> list[str]:
        """Return the path of every file that this job writes."""
        return [path for path in (*self.outputs, self.figure) if path is not None]


@dataclass(frozen=True)
class Iteration:
    """The outcome of one iteration.

    Attributes
    ----------
    output : str or None
        The path of the result; None if it was not written.
    shape : tuple of int
        (H, W) or (H, W, C).
    dropped, skipped : (rows, columns)
        The number of pixels of its input that no window saw, at the far ends and in between.
    clipped : float, 0 to 1, or None
        The share of values outside the range of the file; None if nothing was computed.
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
    job : Job
    status : "written", "skipped", "planned", "failed" or "ignored"
        Skipped inputs are up to date; ignored ones have no suffix of an image.
    shape : tuple of int
        Of the prepared image, (H, W) or (H, W, C); empty if it was not read.
    dtype : str
        Of the prepared image; empty if it was not decoded.
    iterations : tuple of Iteration
    warnings : tuple of str
    error : str or None
        One line, for a failed input.
    seconds : float
        The time that the job took.
    trace : str or None
        The traceback of an internal error.
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
    """Return the suffix of a file name in lower case, without the dot."""
    ending = os.path.splitext(storage.name_of(path))[1]  # noqa: PTH122 - a path is text
    return ending.lower().removeprefix(".")
