"""One image from start to end: read, check, prepare, pool, write, draw.

This is the page to read first. Everything that happens to an image happens in `run`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from numpy.typing import NDArray

from poolcli import storage
from poolcli.alpha import pool_alpha
from poolcli.captions import caption, name_operation, name_pixels
from poolcli.errors import PoolcliError
from poolcli.geometry import (
    MAX_PIXELS,
    AdaptiveWindow,
    AnyWindow,
    Pair,
    Step,
    Window,
    chain,
    check_pixels,
)
from poolcli.images import (
    Image,
    Source,
    check_format,
    check_size,
    encode,
    keeps_profile,
    open_source,
)
from poolcli.pooling import Operation, check_operation, pool
from poolcli.prepare import Preparation, prepare
from poolcli.serial import SerialExecutor

if TYPE_CHECKING:
    from poolcli.figures import Comparison

Array = NDArray[Any]


@dataclass(frozen=True)
class Settings:
    """What to do to every image of a run.

    Attributes
    ----------
    exact : bool
        Refuse an image of which a pixel would go unused.
    max_pixels : int
        The largest image accepted or made, in pixels.
    threads : int
        How many cores one image may use.
    colormap : str or None
        The figure's colours for one channel.
    """

    operation: Operation
    window: AnyWindow = field(default_factory=Window)
    iterations: int = 1
    exact: bool = False
    count_include_pad: bool = False
    norm: float = 2.0
    preparation: Preparation = field(default_factory=Preparation)
    max_pixels: int = MAX_PIXELS
    threads: int = 1
    colormap: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no image could satisfy."""
        check_operation(self.operation, self.count_include_pad, self.norm)
        size = self.preparation.size
        if size and size.width and size.height:
            check_pixels((size.height, size.width), self.max_pixels, "the resized image")
        if isinstance(self.window, AdaptiveWindow):
            check_pixels(self.window.output_size, self.max_pixels, "the result")


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
        What the outputs hold; None for png, or csv if the input is a matrix.
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
    def places(self) -> list[str]:
        """List every file that this job writes."""
        return [place for place in (*self.outputs, self.figure) if place is not None]


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
    """What became of one input."""

    job: Job
    status: Literal["written", "skipped", "planned", "failed"]
    shape: tuple[int, ...] = ()
    dtype: str = ""
    iterations: tuple[Iteration, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None
    seconds: float = 0.0


def run(job: Job, settings: Settings) -> Record:
    """Make a job's files; an error that the user can mend is told in the record."""
    return _recorded(_run, job, settings)


def foresee(job: Job, settings: Settings) -> Record:
    """Read a job's header and tell what `run` would make of it, without writing."""
    return _recorded(_foresee, job, settings)


def load(place: str, settings: Settings) -> tuple[Image, tuple[Step, ...]]:
    """Read and prepare what is to be pooled, and lay out the chain, without writing."""
    image, steps = _read(Job(place, ()), settings)
    return _prepare(image, settings.preparation)[-1], steps


def measure(place: str) -> Pair:
    """Read the header of one image and give its (rows, columns)."""
    return _identify(place).shape


def _recorded(task: Callable[[Job, Settings], Record], job: Job, settings: Settings) -> Record:
    start = time.perf_counter()
    try:
        record = task(job, settings)
    except PoolcliError as error:
        record = Record(job, "failed", error=str(error))
    except MemoryError:
        record = Record(job, "failed", error="there is not enough memory for this image")
    return replace(record, seconds=time.perf_counter() - start)


def _foresee(job: Job, settings: Settings) -> Record:
    _, steps = _open(job, settings)
    iterations = tuple(
        Iteration(output, step.shape, step.dropped, step.skipped, None)
        for step, output in zip(steps, job.outputs, strict=True)
    )
    return Record(job, "planned", steps[0].input_shape, iterations=iterations)


def _run(job: Job, settings: Settings) -> Record:
    image, steps = _read(job, settings)
    format_ = job.format or ("csv" if image.matrix else "png")
    stages = _prepare(image, settings.preparation)
    image = stages[-1]
    check_format(image, format_)
    for step in steps:
        check_size(step.shape, format_)
    record = Record(job, "written", image.pixels.shape, str(image.pixels.dtype))
    figure = _start_figure(job, settings, stages) if job.figure else None
    del stages

    with ThreadPoolExecutor(1) if settings.threads > 1 else SerialExecutor() as writer:
        clipped = []
        for number, (step, output) in enumerate(zip(steps, job.outputs, strict=True), start=1):
            image = replace(image, pixels=_pool(image, settings))
            clipped.append(writer.submit(_write, image, output, format_))
            if figure:
                figure.add(_visible(image), caption(number, step, steps[0].input_shape))
    channels = image.pixels.shape[2:]
    iterations = [
        Iteration(output, (*step.shape, *channels), step.dropped, step.skipped, share.result())
        for step, output, share in zip(steps, job.outputs, clipped, strict=True)
    ]
    if figure and job.figure:
        storage.write(job.figure, figure.render("." + suffix_of(job.figure)))
    warnings = (*image.warnings, *_losses(job, image, format_, iterations))
    return replace(record, iterations=tuple(iterations), warnings=warnings)


def _write(image: Image, output: str | None, format_: str) -> float:
    """Write an iteration, if it has a place; give the share of values that were clipped."""
    if output is None:
        return 0.0
    content, clipped = encode(image, format_)
    storage.write(output, content)
    return clipped


def _prepare(image: Image, preparation: Preparation) -> list[Image]:
    """Prepare an image; the last one returned is to be pooled, one before it is unfiltered."""
    opaque = image.full if image.alpha else None
    stages = []
    for pixels in prepare(image.pixels, preparation, opaque):
        # A profile describes the colour space that the file had.
        same = pixels.shape[2:] == image.pixels.shape[2:]
        stages.append(replace(image, pixels=pixels, profile=image.profile if same else None))
    return stages


def _pool(image: Image, settings: Settings) -> Array:
    how = (settings.operation, settings.window, settings.count_include_pad, settings.norm)
    if image.alpha and image.full:
        return pool_alpha(image.pixels, image.full, *how)
    return pool(image.pixels, *how, threads=settings.threads)


def _losses(job: Job, image: Image, format_: str, iterations: Sequence[Iteration]) -> Iterator[str]:
    """Say what the files do not hold."""
    if job.figure and _visible(image).ndim < image.pixels.ndim:
        yield f"the figure shows the first of {image.pixels.shape[2]} channels"
    if image.profile and not keeps_profile(image, format_):
        yield f"{format_} cannot hold the colour profile of this image"
    clipped = max(iteration.clipped or 0.0 for iteration in iterations)
    if clipped:
        yield f"{clipped:.2%} of the values lie outside the range of {format_} and were clipped"


def _identify(place: str) -> Source:
    return open_source(storage.read(place), suffix_of(place))


def _open(job: Job, settings: Settings) -> tuple[Source, tuple[Step, ...]]:
    """Lay out the whole chain from the header, before pixels are decoded or written."""
    source = _identify(job.source)
    check_pixels(source.shape, settings.max_pixels)
    steps = chain(
        settings.window,
        settings.preparation.shape(source.shape),
        settings.iterations,
        exact=settings.exact,
        max_pixels=settings.max_pixels,
    )
    return source, steps


def _read(job: Job, settings: Settings) -> tuple[Image, tuple[Step, ...]]:
    """Decode an image whose chain is checked; its file's bytes are let go with its source."""
    source, steps = _open(job, settings)
    return source.decode(), steps


def _start_figure(job: Job, settings: Settings, inputs: Sequence[Image]) -> Comparison:
    """Begin the comparison figure with the input, before and after its filter."""
    from poolcli.figures import Comparison

    name = storage.name_of(job.source) if job.source != storage.STANDARD else "standard input"
    operation = name_operation(
        settings.operation, settings.window, settings.count_include_pad, settings.norm
    )
    rows, columns = inputs[-1].pixels.shape[:2]
    figure = Comparison(
        f"{name}: {operation}",
        len(inputs) + settings.iterations,
        (rows, columns),
        full=inputs[-1].full,
        colormap=settings.colormap,
    )
    filtered = settings.preparation.filter
    relu = " and ReLU" if settings.preparation.relu else ""
    titles = [f"before {filtered}", f"after {filtered}{relu}"] if filtered else ["input"]
    done = str(settings.preparation)
    for title, image in zip(titles, inputs, strict=True):
        figure.add(_visible(image), [title, name_pixels(image.pixels.shape), *[done] * bool(done)])
        done = ""
    return figure


def _visible(image: Image) -> Array:
    """Give pixels that a figure can show: gray, RGB or RGBA."""
    channels = image.pixels.shape[2] if image.pixels.ndim == 3 else 1
    if image.alpha:
        return image.pixels[:, :, [0, 0, 0, 1]] if channels == 2 else image.pixels
    return image.pixels if channels in (1, 3) else image.pixels[:, :, 0]


def suffix_of(place: str) -> str:
    """Give what a file's name ends with, in lower case and without the dot."""
    ending = os.path.splitext(storage.name_of(place))[1]  # noqa: PTH122 - a place is text
    return ending.lower().removeprefix(".")
