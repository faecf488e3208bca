"""Goals 5 and 6: the memory of a whole command, and a folder of photos on two cores."""

from __future__ import annotations

import math
import shutil
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.aspects import largest
from benchmarks.core import OURS, show
from benchmarks.pictures import CAT, mixed_photos, photo
from benchmarks.programs import floor, launch, poolcli_program, pooling, stopwatch
from benchmarks.report import Goal, Section, Table, duration, megabytes, ratio
from benchmarks.rows import Cell, shape_of
from benchmarks.scale import Scale
from benchmarks.timing import Rounds, interleave
from poolcli.executors import count_cores
from poolcli.operations import make_operation

ARRAYS_LIMIT = 1.5
DECODED_LIMIT = 2.5
FIGURE_LIMIT = 100.0
PEAK_NOTE = (
    "A JPEG, without figure. base: the same command on the 451×300 cat, with the same imports and"
    " few pixels. arrays: the largest sum of one stage and its result. The ratios are those of peak"
    " minus base."
)

# The size of the largest photo of a batch as a share of the scale's; the smallest is a tenth of it.
BATCH_SHARE = 1 / 8
CORES = 2
BATCH_GOAL = 0.9


@dataclass(frozen=True)
class Load:
    """A command whose memory is measured: one photo, pooled `iterations` times."""

    cell: Cell
    iterations: int
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the name of the command in the tables."""
        cell = self.cell
        text = f"{cell.operation} -k {cell.kernel} -s {cell.stride} -n {self.iterations}"
        return " ".join([text, *self.options])

    def program(self, path: Path, folder: Path) -> list[str]:
        """Return the command line."""
        cell = self.cell
        window = ("-k", cell.kernel, "-s", cell.stride, "-n", self.iterations)
        places = ("-q", "-d", folder, "--no-figure")
        return poolcli_program(cell.operation, path, *window, *places, *self.options)

    def arrays(self, shape: tuple[int, int]) -> int:
        """Return the bytes of the largest stage and its result, which coexist in memory."""
        dtype, sums = np.dtype(np.uint8), []
        for _ in range(self.iterations):
            rows, columns = self.cell.window.axes(shape)
            result = make_operation(self.cell.operation).result_type(dtype)
            after = (rows.output, columns.output)
            sums.append(
                3 * (math.prod(shape) * dtype.itemsize + math.prod(after) * result.itemsize)
            )
            shape, dtype = after, result
        return max(sums)


def peaks(scale: Scale, work: Path) -> Section:
    """Measure the peak resident memory of whole commands, and of the same commands on the cat."""
    path = photo(work, scale.photo, "jpg")
    shape = shape_of(scale.photo)
    decoded = 3 * math.prod(shape)
    rows, by_arrays, by_decoded = [], {}, {}
    for load in (
        Load(Cell("max", 2, 2), 3),
        Load(Cell("max", 2, 2), 3, ("-j", "1")),
        Load(Cell("max", 3, 1), 3),
        Load(Cell("avg", 2, 2), 3),
        Load(Cell("avg", 3, 1), 2),
    ):
        show(f"memory of {load}")
        peak, base = (
            _peak(load.program(image, work / "peak"), scale.weighings) for image in (path, CAT)
        )
        arrays = load.arrays(shape)
        by_arrays[str(load)] = (peak - base) / arrays
        if load.cell.operation == "max" and load.cell.kernel == load.cell.stride:
            by_decoded[str(load)] = (peak - base) / decoded
        sizes = map(megabytes, (peak, base, arrays, decoded))
        rows.append(
            [str(load), *sizes, ratio((peak - base) / arrays), ratio((peak - base) / decoded)]
        )
    figure, plain = (
        _peak(pooling(path, work / "peak", *options), scale.weighings)
        for options in ((), ("--no-figure",))
    )
    worst, where = largest(by_arrays)
    worst_decoded, where_decoded = largest(by_decoded)
    goals = [
        Goal(
            5, "peak less base, to the arrays that coexist: worst", worst, ARRAYS_LIMIT, where=where
        ),
        Goal(
            5,
            "max with s = k: peak less base, to the decoded image",
            worst_decoded,
            DECODED_LIMIT,
            where=where_decoded,
        ),
        Goal(5, "memory of the figure, megabytes", (figure - plain) / 1e6, FIGURE_LIMIT),
    ]
    header = ["command", "peak", "base", "arrays", "decoded", "to arrays", "to decoded"]
    notes = [
        PEAK_NOTE,
        f"With its figure `max -k 2 -n 3` takes {megabytes(figure)}, without {megabytes(plain)}.",
    ]
    return Section("Memory of the whole command", [Table("Peak", header, rows, notes)], goals)


def batch(scale: Scale, work: Path) -> Section:
    """Compare a folder on two cores to the floor on one core."""
    if count_cores() < CORES:
        return Section("Batch: this machine has one core", [])
    largest_photo = int(scale.photo * BATCH_SHARE)
    folder = work / f"batch-{scale.batch}-{largest_photo}"
    photos = mixed_photos(folder, scale.batch, largest_photo)
    output = work / "batch-output"
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    programs = {
        f"{OURS} -j {CORES}": pooling(folder, output, "--no-figure", "-j", CORES),
        "plain floor, one process": floor(output, *photos),
        f"{OURS} -j 1": pooling(folder, output, "--no-figure", "-j", 1),
    }
    show("batch")
    times = interleave(programs, Rounds(2, 3, scale.commands.seconds * 10), stopwatch)
    rates = {name: scale.batch / spent.median for name, spent in times.items()}
    rows = [[name, duration(times[name]), f"{rate:.1f}"] for name, rate in rates.items()]
    ours, theirs, _ = rates.values()
    what = f"{scale.batch} photos on {CORES} cores, to {CORES} times the floor on one"
    goal = Goal(6, what, ours / theirs / CORES, BATCH_GOAL, at_least=True)
    kinds = f"JPEG, PNG and WebP of {largest_photo / 1e7:g} to {largest_photo / 1e6:g} megapixels"
    table = Table(f"{scale.batch} photos, {kinds}", ["command", "time", "photos per second"], rows)
    return Section("Batch", [table], [goal])


def _peak(program: Sequence[str], weighings: int) -> float:
    """Return the median peak of some runs, in bytes."""
    return statistics.median(launch(program).peak for _ in range(weighings))
