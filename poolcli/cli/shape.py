"""The command that lays out sizes without touching a pixel: shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from poolcli.captions import name_window
from poolcli.cli import options
from poolcli.cli.commands import ENTRIES
from poolcli.cli.failures import about
from poolcli.cli.grouping import GroupedCommand
from poolcli.cli.messages import name_input
from poolcli.cli.output import Output
from poolcli.cli.settings import check_owners, reading_of, window_of
from poolcli.cli.types import SizeOrPlace
from poolcli.equivalents import Equivalent, equivalents
from poolcli.errors import PoolcliError
from poolcli.geometry import AdaptiveWindow, AnyWindow, Pair, Step, chain, check_pixels

if TYPE_CHECKING:
    from poolcli.pooling import Operation

Calls = dict["Operation", list[tuple[Equivalent, ...]]]

SUMMARY = ENTRIES["shape"].summary

HELP = f"""{SUMMARY}

The argument is N or ROWS,COLS in pixels, or an image or a matrix, of which only the header is read.

\b
Examples:
  poolcli shape 224 -k 3 -s 2 -p 1 -n 3
  poolcli shape 550,446 -k 2 -n 4 --ops max
  poolcli shape cat.jpg -k 3 -s 2 -p same
"""

TITLES = [
    "iteration",
    "input",
    "output",
    "windows",
    "dropped",
    "skipped",
    "padded",
    "receptive field",
    "step",
]
LEGEND = """
All sizes are rows×columns. dropped: rows,columns at the bottom and right that no window reaches;
skipped: rows,columns between windows, or between the pixels of dilated ones; padded: top,bottom,
left,right, positions without a pixel, which averages count with --count-pad alone.
Receptive field and step are in pixels of the first input: what one output pixel sees, and the
distance between neighbours. In calls x is (N, C, H, W), in Keras (N, H, W, C).
""".strip().splitlines()


@click.command("shape", cls=GroupedCommand, help=HELP, short_help=SUMMARY)
@click.argument("what", type=SizeOrPlace())
@options.window
@options.times
@options.operations
@options.reading
@options.report
def shape(what: Pair | str, operations: Sequence[Operation], json: bool, **values: Any) -> None:
    """Lay out the chain, and print it with its calls."""
    check_owners(operations, values)
    window = window_of(values)
    if isinstance(window, AdaptiveWindow):
        check_pixels(window.output_size, values["max_pixels"], "the result of --to")
    if isinstance(what, str):
        with about(what):
            from poolcli.pipeline import measure

            steps = _chain(window, measure(what, reading_of(values)), values)
    else:
        for option in ("layout", "array"):
            if values[option] is not None:
                raise PoolcliError(f"--{option} is for arrays (npy, npz), not sizes; leave it out")
        steps = _chain(window, what, values)
    calls = {operation: _calls(operation, window, steps, values) for operation in operations}
    path = what if isinstance(what, str) else None
    if json:
        import json as json_

        Output().print(json_.dumps(_record(path, steps, calls)))
    else:
        heading = f"{name_input(path)}: " if path else ""
        counted = ", padding counted" if values["count_pad"] else ""
        Output().print(heading + name_window(window) + counted, "", *_table(steps), "", *LEGEND)
        Output().print(*_spelled(calls))


def _chain(window: AnyWindow, size: Pair, values: dict[str, Any]) -> tuple[Step, ...]:
    limits = {"exact": values["exact"], "max_pixels": values["max_pixels"]}
    return chain(window, size, values["iterations"], **limits)


def _calls(
    operation: Operation, window: AnyWindow, steps: Sequence[Step], values: dict[str, Any]
) -> list[tuple[Equivalent, ...]]:
    """Spell every iteration of an operation in every framework."""
    count = operation == "avg" and values["count_pad"]
    norm = values["norm"] or 2.0
    return [
        equivalents(operation, window, step.input_shape, count_include_pad=count, norm=norm)
        for step in steps
    ]


def _table(steps: Sequence[Step]) -> Iterator[str]:
    """Write a line for each iteration, in columns."""
    rows = [TITLES, *(_row(number, step) for number, step in enumerate(steps, start=1))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(map(str.ljust, row, widths)).rstrip()


def _row(number: int, step: Step) -> list[str]:
    rows, columns = step.shape
    return [
        str(number),
        _times(step.input_shape),
        _times(step.shape),
        f"{rows * columns:,}",
        _listed(step.dropped),
        _listed(step.skipped),
        _listed([side for sides in step.padding for side in sides]),
        "×".join(map(_range, step.receptive_fields)),
        "×".join(map(_range, step.jumps)),
    ]


def _range(numbers: Pair) -> str:
    """Write a number, or the least and the largest where it varies."""
    least, largest = numbers
    return str(least) if least == largest else f"{least}–{largest}"


def _times(numbers: Sequence[int]) -> str:
    return "×".join(map(str, numbers))


def _listed(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers)) if any(numbers) else "0"


def _spelled(calls: Calls) -> Iterator[str]:
    """Write the calls of each operation, those that do not change from one to the next once."""
    for operation, found in calls.items():
        lines = [line for framework in zip(*found, strict=True) for line in _joined(framework)]
        width = max(len(name) for name, _ in lines)
        yield from ("", operation, *(f"  {name:<{width}}  {text}" for name, text in lines))


def _joined(framework: Sequence[Equivalent]) -> Iterator[tuple[str, str]]:
    """Name a framework's iterations, and what it calls them."""
    last = 0
    for equivalent, alike in groupby(framework):
        first, last = last + 1, last + len(list(alike))
        name = equivalent.framework
        if (first, last) != (1, len(framework)):
            name += f", iteration {first}" if first == last else f", iterations {first} to {last}"
        yield name, equivalent.call or f"no call: {equivalent.framework} {equivalent.reason}"


def _record(path: str | None, steps: Sequence[Step], calls: Calls) -> dict[str, Any]:
    """Give what JSON holds."""
    return {
        "input": path,
        "shape": list(steps[0].input_shape),
        "iterations": [
            {
                "shape": list(step.shape),
                "windows": step.shape[0] * step.shape[1],
                "dropped": list(step.dropped),
                "skipped": list(step.skipped),
                "padding": [list(sides) for sides in step.padding],
                "receptive_field": list(step.receptive_field),
                "receptive_field_range": [list(numbers) for numbers in step.receptive_fields],
                "step": list(step.jump) if step.jump else None,
                "step_range": [list(numbers) for numbers in step.jumps],
                "calls": {
                    operation: {
                        equivalent.framework: {
                            "call": equivalent.call,
                            "reason": equivalent.reason,
                        }
                        for equivalent in found[number]
                    }
                    for operation, found in calls.items()
                },
            }
            for number, step in enumerate(steps)
        ],
    }


def command(_name: str) -> click.Command:
    """Give the command."""
    return shape
