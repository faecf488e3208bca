"""Fixed costs of the core: memory in addition to its result, and time for a tiny image."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass
from itertools import product

from benchmarks.aspects import LARGE_KERNEL, largest
from benchmarks.core import OURS, measure, show
from benchmarks.pictures import picture
from benchmarks.report import Goal, Section, Table, duration, megabytes
from benchmarks.rows import MAX_AND_AVG, Cell, shape_of
from benchmarks.scale import Scale
from benchmarks.timing import repeated
from poolcli.operations import make_operation

THREAD_BYTES = 8e6
SHORT_CALLS = 200


@dataclass(frozen=True)
class Room:
    """An image on which working memory is measured."""

    cell: Cell
    shape: tuple[int, int]
    threads: int = 1

    def __str__(self) -> str:
        """Return the name of the row."""
        return f"{self.cell}, {self.shape[0]}×{self.shape[1]}, threads: {self.threads}"


def memory(scale: Scale) -> Section:
    """Measure the memory that pooling allocates in addition to its result."""
    shape = shape_of(max(scale.pixels, 4 * LARGE_KERNEL**2))
    wide = (100, scale.pixels // 100)
    rooms = [
        *(Room(Cell(operation, 2, 2), shape) for operation in MAX_AND_AVG),
        *(Room(Cell(operation, 3, 2, 3), shape) for operation in MAX_AND_AVG),
        *(Room(Cell(operation, 3, 2, 3), shape, threads=2) for operation in MAX_AND_AVG),
        *(Room(Cell(operation, 63, 1, 4, "float32"), shape) for operation in MAX_AND_AVG),
        Room(Cell("max", LARGE_KERNEL, 1, 3), shape),
        *(Room(Cell(operation, 3, 2, 4, "float32"), wide) for operation in MAX_AND_AVG),
        *(Room(Cell(operation, 7, 1, 3), wide) for operation in MAX_AND_AVG),
    ]
    used = {str(room): _allocated(room) / room.threads for room in rooms}
    worst, where = largest(used)
    rows = [[name, megabytes(size)] for name, size in used.items()]
    what = "working memory, megabytes per thread: worst"
    goal = Goal(1, what, worst / 1e6, THREAD_BYTES / 1e6, where=where)
    table = Table("Working memory in addition to input and output", ["row", "per thread"], rows)
    return Section("Working memory", [table], [goal])


def small(scale: Scale) -> Section:
    """Measure poolcli and its peers on an image of 32×32 pixels."""
    cells = [
        Cell(operation, 2, 2, channels) for channels, operation in product((1, 3), MAX_AND_AVG)
    ]
    results = measure(cells, (32, 32), scale, clock=repeated(SHORT_CALLS))
    names = list(dict.fromkeys(name for result in results for name in result.peers))
    rows = [
        [
            str(result.cell),
            duration(result.ours),
            *(duration(result.peers.get(name)) for name in names),
        ]
        for result in results
    ]
    worst, where = largest({str(result.cell): result.ours.median * 1e6 for result in results})
    goal = Goal(1, "an image of 32×32 pixels, µs: worst", worst, 100.0, where=where)
    table = Table("An image of 32×32 pixels", ["row", OURS, *names], rows)
    return Section("Small images", [table], [goal])


def _allocated(room: Room) -> int:
    """Return the peak bytes that one call allocates, without its result."""
    show(f"memory of {room}")
    image = picture(room.shape, room.cell.channels, room.cell.dtype)
    tracemalloc.start()
    try:
        axes = room.cell.window.axes(image.shape)
        result = make_operation(room.cell.operation).pool(image, axes, threads=room.threads)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak - result.nbytes
