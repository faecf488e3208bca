"""The command that tells where a number comes from: explain."""

from __future__ import annotations

import json as json_
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

import click

from poolcli import storage
from poolcli.arrays import quiet_arithmetic
from poolcli.captions import (
    name_file,
    name_operation,
    name_sides,
    spell_command,
)
from poolcli.cli import options
from poolcli.cli.command import figure_command
from poolcli.cli.commands import ENTRIES
from poolcli.cli.failures import about
from poolcli.cli.grouping import GroupedCommand
from poolcli.cli.messages import complain, name_input
from poolcli.cli.output import Output
from poolcli.cli.records import as_number
from poolcli.cli.settings import check_owners, settings_of
from poolcli.errors import PoolcliError
from poolcli.formats import STILL_FIGURES
from poolcli.geometry import Pair, Step, count_lines

if TYPE_CHECKING:
    from poolcli.explanation import Cell, Stage
    from poolcli.images import Image
    from poolcli.pipeline import Settings
    from poolcli.pooling import Operation

SUMMARY = ENTRIES["explain"].summary

HELP = f"""{SUMMARY}

A small matrix is explained whole. Of an image, one pixel of the last iteration is followed back
to the input: that of --at, or the one in the middle.

\b
Examples:
  poolcli explain matrix.csv -k 2
  poolcli explain matrix.csv -k 3 -s 2 -p 1 --ops avg --count-pad
  poolcli explain cat.jpg -k 2 -n 3 --ops max --at 10,20
"""

SMALL = 16  # rows and columns that are explained whole
MOST_TOLD = 32  # rows and columns of its results, which padding may enlarge


@click.command("explain", cls=GroupedCommand, help=HELP, short_help=SUMMARY)
@options.subject
@options.window
@options.times
@options.operations
@options.at
@options.preparation
@options.explanation
@options.reading
@options.report
@quiet_arithmetic()
def explain(
    subject: str,
    operations: Sequence[Operation],
    at: Pair | None,
    figure: str | None,
    json: bool,
    **values: Any,
) -> None:
    """Pool an image by each operation, and explain and draw what came of it."""
    check_owners(operations, values)
    if figure is not None:
        _check_figure(figure, subject)
    each = [settings_of(operation, values) for operation in operations]
    output = Output()
    with about(subject):
        image, steps, warnings = _load(subject, each[0])
        place = _place(at, steps[-1].shape)
    for warning in warnings:
        complain(f"{name_input(subject)}: warning: {warning}")
    whole = at is None and _is_small(image, steps)
    chains: dict[str, list[Stage]] = {}
    for settings in each:
        operation = settings.operation
        with about(subject):
            chain = _pool(image, settings, steps, None if whole else place)
        chains[operation] = chain
        if json:
            cells = _all_cells(chain) if whole else _traced(chain, place, len(_channels(image)))
            record = {"input": subject, "operation": operation, "cells": list(map(_record, cells))}
            output.print(json_.dumps(record))
        else:
            from poolcli.explanation import explain_all, explain_cell

            names = _channels(image)
            given = "the prepared input" if settings.preparation.words else "the input"
            traced = partial(explain_cell, at=place, channels=names)
            lines = (explain_all if whole else traced)(chain, given=given)
            blank = [""] * (operation != operations[0])
            output.print(*blank, _heading(subject, image, settings), *lines)
    if figure is not None:
        with about(subject):
            _draw(figure, subject, settings, image, chains, place)
        if not json:
            output.print("", f"drawn: {figure}")


def _check_figure(figure: str, subject: str) -> None:
    """Refuse a figure that no file could be, or that would replace the input."""
    from poolcli.pipeline import suffix_of

    if suffix_of(figure) not in STILL_FIGURES:
        known = ", ".join(f".{suffix}" for suffix in STILL_FIGURES)
        raise PoolcliError(f"--figure {figure}: this figure's name ends with {known}")
    storage.check(figure)
    if storage.is_same(figure, subject):
        raise PoolcliError(f"--figure {figure} would replace the input")


def _draw(
    figure: str,
    subject: str,
    settings: Settings,
    image: Image,
    chains: dict[str, list[Stage]],
    at: Pair,
) -> None:
    from poolcli.explanation import draw
    from poolcli.pipeline import suffix_of

    name = f"out{settings.iterations}" if settings.iterations > 1 else "out"
    content = draw(
        f"{name_file(subject)}: {name}[{at[0]},{at[1]}] by {', '.join(chains)}",
        chains,
        at,
        full=image.full,
        alpha=image.alpha,
        prepared=settings.preparation.words,
        footer=spell_command(figure_command(), subject),
        suffix=f".{suffix_of(figure)}",
    )
    storage.write(figure, content)


def _load(place: str, settings: Settings) -> tuple[Image, tuple[Step, ...], list[str]]:
    """Read what is explained of an input: the first image, the chain and warnings."""
    from poolcli.pipeline import load

    image, steps = load(place, settings)
    part = image.name_part(image.first.pixels)
    warnings = [*image.warnings, *([f"this explains {part}"] if part else [])]
    return image.first, steps, warnings


def _pool(image: Image, settings: Settings, steps: Sequence[Step], at: Pair | None) -> list[Stage]:
    """Pool what is explained of an image."""
    from poolcli.explanation import Pooling, stages

    pooling = Pooling(
        settings.operation,
        settings.window,
        settings.count_include_pad,
        settings.norm,
        image.full if image.alpha else None,
    )
    layers = image.pixels.reshape(*image.pixels.shape[:2], -1)
    return stages(layers, pooling, steps, at)


def _heading(place: str, image: Image, settings: Settings) -> str:
    how = (settings.operation, settings.window, settings.count_include_pad, settings.norm)
    prepared = settings.preparation.words
    image_ = [name_input(place), name_sides(image.pixels.shape), *[prepared] * bool(prepared)]
    times = [f"{settings.iterations} iterations"] * (settings.iterations > 1)
    return f"{', '.join(image_)}: {', '.join([name_operation(*how), *times])}"


def _is_small(image: Image, steps: Sequence[Step]) -> bool:
    """Return whether all windows of all iterations can be told."""
    channels = image.pixels.shape[2:] or (1,)
    sides = [side for step in steps for side in (*step.input_shape, *step.shape)]
    return channels == (1,) and max(steps[0].input_shape) <= SMALL and max(sides) <= MOST_TOLD


def _place(at: Pair | None, shape: Pair) -> Pair:
    """Return the pixel to explain, that in the middle unless another is asked for."""
    rows, columns = shape
    if at is None:
        return rows // 2, columns // 2
    if not all(index < size for index, size in zip(at, shape, strict=True)):
        raise PoolcliError(
            f"--at {at[0]},{at[1]} lies outside the last iteration, which has"
            f" {count_lines(shape)}; use 0,0 to {rows - 1},{columns - 1}"
        )
    return at


def _channels(image: Image) -> list[str]:
    """Name the channels; the one of a gray image needs no name."""
    count = image.pixels.shape[2] if image.pixels.ndim == 3 else 1
    if image.matrix and count > 1:
        return [f"channel {number}" for number in range(count)]
    alpha = ["alpha"] * image.alpha
    colours = ["red", "green", "blue"] if count >= 3 else ["gray" if alpha else ""]
    return [*colours, *alpha]


def _all_cells(chain: Sequence[Stage]) -> Iterator[Cell]:
    for stage in chain:
        rows, columns = stage.step.shape
        for row, column in product(range(rows), range(columns)):
            yield stage.cell((row, column), 0)


def _traced(chain: Sequence[Stage], at: Pair, channels: int) -> Iterator[Cell]:
    from poolcli.explanation import trace

    for channel in range(channels):
        yield from trace(chain, at, channel)


def _record(cell: Cell) -> dict[str, Any]:
    from poolcli.explanation import sentence

    return {
        "iteration": cell.iteration,
        "channel": cell.channel,
        "at": list(cell.at),
        "value": as_number(cell.value),
        "rows": list(cell.rows),
        "columns": list(cell.columns),
        "pixels": [as_number(pixel) for pixel in cell.pixels],
        "weights": list(cell.weights) if cell.weights else None,
        "padding": cell.padding,
        "beyond": cell.beyond,
        "chosen": [list(place) for place in cell.winners],
        "sentence": sentence(cell),
    }


def command(_name: str) -> click.Command:
    """Give the command."""
    return explain
