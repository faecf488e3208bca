"""The command that prints the sizes of a chain without reading a pixel: shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from poolcli.captions import name_window
from poolcli.cli import options
from poolcli.cli.commands import ENTRIES
from poolcli.cli.failures import about
from poolcli.cli.messages import name_input
from poolcli.cli.output import Output
from poolcli.cli.settings import Poolings
from poolcli.cli.types import SizeOrPath
from poolcli.errors import PoolcliError
from poolcli.frameworks.calls import Equivalent, equivalents
from poolcli.geometry import AdaptiveWindow, Pair, Step, chain, check_pixels
from poolcli.geometry.parameters import pair
from poolcli.spelling import align, spell_numbers, spell_size

if TYPE_CHECKING:
    from poolcli.vocabulary import Layout

# By operation, the calls of each iteration.
Calls = dict[str, list[tuple[Equivalent, ...]]]

HELP = f"""{ENTRIES["shape"].summary}

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


def shape(
    size_or_path: Pair | str,
    poolings: Poolings,
    layout: Layout | None,
    array: str | None,
    tolerant: bool,
    max_pixels: int,
    as_json: bool,
) -> None:
    """Lay out the chain, and print it with its calls."""
    window = poolings.window
    if isinstance(window, AdaptiveWindow):
        check_pixels(window.output_size, max_pixels, "the result of --to")
    path = size_or_path if isinstance(size_or_path, str) else None
    if isinstance(size_or_path, str):
        with about(size_or_path):
            from poolcli.images import Reading
            from poolcli.pipeline import measure

            size = measure(size_or_path, Reading(max_pixels, tolerant, layout, array))
            steps = _chain(poolings, size, max_pixels)
    else:
        for option, value in (("layout", layout), ("array", array)):
            if value is not None:
                raise PoolcliError(f"--{option} is for arrays (npy, npz), not sizes; leave it out")
        steps = _chain(poolings, size_or_path, max_pixels)
    calls = {
        pooling.operation.name: [equivalents(pooling, step.input_shape) for step in steps]
        for pooling in poolings.each
    }
    if as_json:
        import json

        Output().print(json.dumps(_record(path, steps, calls)))
    else:
        Output().print(_heading(path, poolings), "", *_table(steps), "", *LEGEND, *_spelled(calls))


def _make_size_or_path(size_or_path: Pair | str) -> Pair | str:
    if isinstance(size_or_path, str):
        return size_or_path
    return pair(size_or_path, "size_or_path", minimum=1)


def _chain(poolings: Poolings, size: Pair, max_pixels: int) -> tuple[Step, ...]:
    return chain(
        poolings.window, size, poolings.iterations, exact=poolings.exact, max_pixels=max_pixels
    )


def _heading(path: str | None, poolings: Poolings) -> str:
    """Return the input, if it is a file, and the window with remarks on operations."""
    remarks = [remark for operation in poolings.operations for remark in operation.remarks]
    words = ", ".join([name_window(poolings.window), *remarks])
    return f"{name_input(path)}: {words}" if path else words


def _table(steps: Sequence[Step]) -> list[str]:
    """Return a line per iteration, below a line of titles."""
    return align([TITLES, *(_row(number, step) for number, step in enumerate(steps, start=1))])


def _row(number: int, step: Step) -> list[str]:
    rows, columns = step.shape
    return [
        str(number),
        spell_size(step.input_shape),
        spell_size(step.shape),
        f"{rows * columns:,}",
        _spell_counts(step.dropped),
        _spell_counts(step.skipped),
        _spell_counts([side for sides in step.padding for side in sides]),
        "×".join(map(_range, step.receptive_fields)),
        "×".join(map(_range, step.jumps)),
    ]


def _range(numbers: Pair) -> str:
    """Return a number, or the least and the largest where it varies."""
    least, largest = numbers
    return str(least) if least == largest else f"{least}–{largest}"


def _spell_counts(numbers: Sequence[int]) -> str:
    """Return counts along rows and columns; one zero if all are zero."""
    return spell_numbers(numbers) if any(numbers) else "0"


def _spelled(calls: Calls) -> Iterator[str]:
    """Yield the calls of each operation; equal calls of successive iterations once."""
    for operation, found in calls.items():
        lines = [line for framework in zip(*found, strict=True) for line in _joined(framework)]
        width = max(len(name) for name, _ in lines)
        yield from ("", operation, *(f"  {name:<{width}}  {text}" for name, text in lines))


def _joined(framework: Sequence[Equivalent]) -> Iterator[tuple[str, str]]:
    """Yield the name of a framework with its iterations, and the call or why there is none."""
    last = 0
    for equivalent, alike in groupby(framework):
        first, last = last + 1, last + len(list(alike))
        name = equivalent.framework
        if (first, last) != (1, len(framework)):
            name += f", iteration {first}" if first == last else f", iterations {first} to {last}"
        yield name, equivalent.call or f"no call: {equivalent.framework} {equivalent.reason}"


def _record(path: str | None, steps: Sequence[Step], calls: Calls) -> dict[str, Any]:
    """Return the chain and its calls for JSON."""
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


def command() -> click.Command:
    """Return the command."""
    bundles = [
        options.Bundle(
            "size_or_path",
            _make_size_or_path,
            [click.Argument(["size_or_path"], type=SizeOrPath())],
        ),
        options.several_poolings(),
        *options.READING_SINGLY,
        options.REPORT,
    ]
    return options.make_command("shape", shape, bundles, HELP)
