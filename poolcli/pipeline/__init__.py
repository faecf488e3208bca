"""One image from start to end: read, check, prepare, pool, write, draw.

This is the page to read first. Everything that happens to an image happens in `run`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from poolcli import storage
from poolcli.arrays import Array, quiet_arithmetic
from poolcli.errors import PoolcliError, name_bug, trace_bug
from poolcli.geometry import Step
from poolcli.images import (
    Image,
    check_format,
    check_size,
    keeps_profile,
    keeps_resolution,
    looks_black,
    quantise,
    warns_of_resolution,
)
from poolcli.memory import lacks_memory
from poolcli.operations import Operation
from poolcli.pipeline.drawing import load_meanwhile, start_drawing, visible
from poolcli.pipeline.files import Files
from poolcli.pipeline.inputs import identify, load, measure, open_job, prepare_image
from poolcli.pipeline.jobs import Iteration, Job, Record, Settings, suffix_of
from poolcli.pooling import Windows, carry_type

__all__ = [
    "Iteration",
    "Job",
    "Record",
    "Settings",
    "fail",
    "identify",
    "load",
    "measure",
    "plan_job",
    "run",
    "suffix_of",
]

# For smaller images, threads cost more than they save.
THREADED_PIXELS = 2**20
# Formats that hold the numbers themselves; the others round them to the depth of the input.
UNROUNDED = ("npy", "csv")


def run(job: Job, settings: Settings) -> Record:
    """Read one image, pool it, and write its results and its figure.

    Parameters
    ----------
    job : Job
        The input and the paths of its outputs.
    settings : Settings

    Returns
    -------
    Record
        Any error, including an internal one, is in the record; nothing is raised.
    """
    return _recorded(_run, job, settings)


def plan_job(job: Job, settings: Settings) -> Record:
    """Read the header of one image and return the record of its job, without writing."""
    return _recorded(_plan, job, settings)


def fail(job: Job, error: Exception) -> Record:
    """Return the record of a job that ended with an internal error."""
    return Record(job, "failed", error=name_bug(error), trace=trace_bug(error))


def _recorded(task: Callable[[Job, Settings], Record], job: Job, settings: Settings) -> Record:
    """Run a task; an exception fails this job alone."""
    start = time.perf_counter()
    record = None
    try:
        record = task(job, settings)
    except PoolcliError as error:
        record = Record(job, "failed", error=str(error))
    except Exception as error:  # noqa: BLE001 - an internal error must not end the batch
        if not lacks_memory(error):
            record = fail(job, error)
    # After the exception has released its arrays, the header can be read again.
    record = record or Record(job, "failed", error=_describe_lack_of_memory(job, settings))
    return replace(record, seconds=time.perf_counter() - start)


def _describe_lack_of_memory(job: Job, settings: Settings) -> str:
    """Return an error message with the largest size of the chain, if it can be found."""
    size = "this image"
    if job.source == storage.STANDARD or storage.is_regular(job.source):
        with suppress(PoolcliError, MemoryError):
            source, steps = open_job(job, settings)
            shapes = (source.shape, *(step.input_shape for step in steps), steps[-1].shape)
            rows, columns = max(shapes, key=math.prod)
            size = f"{rows}x{columns}"
    return f"there is not enough memory for {size}; fewer jobs (-j) leave more for each"


def _plan(job: Job, settings: Settings) -> Record:
    _, steps = open_job(job, settings)
    iterations = tuple(
        Iteration(output, step.shape, step.dropped, step.skipped, None)
        for step, output in zip(steps, job.outputs, strict=True)
    )
    return Record(job, "planned", steps[0].input_shape, iterations=iterations)


def _run(job: Job, settings: Settings) -> Record:
    source, steps = open_job(job, settings)
    if job.figure and settings.threads > 1:
        load_meanwhile()
    threads = settings.threads if math.prod(source.shape) > THREADED_PIXELS else 1
    format_ = job.format or source.kind
    with Files(threads) as files, quiet_arithmetic():
        stages = prepare_image(source.decode(), settings.preparation)
        # Release the bytes of the file.
        del source
        if any(job.outputs):
            stages[-1] = _check_outputs(stages[-1], steps, format_, settings)
        return _pool_all(job, settings, format_, stages, steps, files)


def _check_outputs(image: Image, steps: Sequence[Step], format_: str, settings: Settings) -> Image:
    """Raise PoolcliError if a format cannot hold the results; return the image with warnings."""
    check_format(image, format_, scale=settings.scale)
    for step in steps:
        check_size(step.shape, format_)
    if settings.scale or not looks_black(image, format_):
        return image
    black = f"its values lie within 0..1, almost black in {format_}; --scale maps 1 to white"
    return replace(image, warnings=(*image.warnings, black))


def _pool_all(
    job: Job,
    settings: Settings,
    format_: str,
    stages: list[Image],
    steps: Sequence[Step],
    files: Files,
) -> Record:
    """Pool the last of `stages` once per step; release each result when the next exists."""
    image = stages[-1]
    record = Record(job, "written", image.shape, str(image.pixels.dtype))
    figure = start_drawing(job, settings, stages, steps) if job.figure else None
    stages.clear()

    iterations = []
    states = [image for _ in settings.operations]
    coexisting = 0
    for step, output in zip(steps, job.outputs, strict=True):
        files.make_room(coexisting)
        before = image.pixels.nbytes
        rounded = output is not None and format_ not in UNROUNDED
        pooled = [
            state.resampled(_pool(state, operation, step, settings.threads, rounded), step.scale)
            for state, operation in zip(states, settings.operations, strict=True)
        ]
        coexisting = max(coexisting, before + pooled[0].pixels.nbytes)
        clipped = 0.0
        if output is not None:
            clipped = files.add(output, quantise(pooled[0], format_, scale=settings.scale))
        states = [_narrowed(new, old) for new, old in zip(pooled, states, strict=True)]
        del pooled
        image = states[0]
        iterations.append(Iteration(output, image.shape, step.dropped, step.skipped, clipped))
        if figure:
            figure.add(states)
    # The figure is drawn while files are encoded, and written after all of them.
    drawn = figure.render() if figure else b""
    files.finish()
    if job.figure:
        storage.write(job.figure, drawn)
    warnings = (*image.warnings, *_losses(job, image, format_, iterations))
    return replace(record, iterations=tuple(iterations), warnings=warnings)


def _pool(image: Image, operation: Operation, step: Step, threads: int, rounded: bool) -> Array:
    """Pool an image once; results to be `rounded` to integers have a type that rounds once."""
    full = image.full if image.alpha else None
    result = None
    if rounded:
        area = Windows(*step.axes).largest_count(padding=operation.padding_counts)
        # With alpha the divisor is a sum of alpha values.
        result = operation.written_type(image.pixels.dtype, area * (full or 1))
    return operation.pool(image.pixels, step.axes, full=full, threads=threads, result=result)


def _narrowed(pooled: Image, before: Image) -> Image:
    """Return a result in the type that the next iteration pools: the carry type at most."""
    carry = carry_type(before.pixels.dtype)
    if pooled.pixels.dtype.itemsize <= carry.itemsize:
        return pooled
    return replace(pooled, pixels=pooled.pixels.astype(carry))


def _losses(job: Job, image: Image, format_: str, iterations: Sequence[Iteration]) -> Iterator[str]:
    """Yield warnings of information that the files do not hold."""
    if job.figure and (part := image.name_part(visible(image))):
        yield f"the figure shows {part}"
    if any(job.outputs) and image.profile and not keeps_profile(image, format_):
        yield f"{format_} cannot hold the colour profile of this image"
    if any(job.outputs) and warns_of_resolution(format_) and not keeps_resolution(image, format_):
        yield f"{format_} cannot hold the resolution of this image"
    clipped = max(iteration.clipped or 0.0 for iteration in iterations)
    if clipped:
        yield f"{clipped:.2%} of the values lie outside the range of {format_} and were clipped"
