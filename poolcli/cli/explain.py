"""The command that explains the origin of a number: explain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from poolcli import storage
from poolcli.captions import name_file, name_window, spell_command
from poolcli.cli import options
from poolcli.cli.command import figure_command
from poolcli.cli.commands import ENTRIES
from poolcli.cli.failures import about
from poolcli.cli.messages import complain, name_input
from poolcli.cli.options.results import EXPLANATION
from poolcli.cli.output import Output
from poolcli.cli.records import as_number
from poolcli.cli.settings import Poolings, make_settings
from poolcli.errors import PoolcliError
from poolcli.formats import STILL_FIGURES

if TYPE_CHECKING:
    from poolcli.explanation import Stage, Subject
    from poolcli.geometry import Pair
    from poolcli.images import Reading
    from poolcli.operations.cell import Cell
    from poolcli.pipeline import Settings
    from poolcli.prepare import Preparation

HELP = f"""{ENTRIES["explain"].summary}

A small matrix is explained whole. Of an image, one pixel of the last iteration is followed back
to the input: that of --at, or the one in the middle.

\b
Examples:
  poolcli explain matrix.csv -k 2
  poolcli explain matrix.csv -k 3 -s 2 -p 1 --ops avg --count-pad
  poolcli explain cat.jpg -k 2 -n 3 --ops max --at 10,20
"""


def explain(
    subject: str,
    poolings: Poolings,
    at: Pair | None,
    preparation: Preparation,
    figure: str | None,
    reading: Reading,
    as_json: bool,
) -> None:
    """Pool an image by each operation, and explain and draw the results."""
    from poolcli.arrays import quiet_arithmetic

    if figure is not None:
        _check_figure(figure, subject)
    settings = make_settings(poolings, preparation, reading)
    output = Output()
    with quiet_arithmetic():
        with about(subject):
            explained = _load(subject, settings, at)
        chains: dict[str, list[Stage]] = {}
        for pooling in poolings.each:
            name = pooling.operation.name
            with about(subject):
                chains[name] = explained.stages(pooling)
            if as_json:
                cells = [_record(cell) for cell in explained.cells(chains[name])]
                record = {"input": subject, "operation": name, "cells": cells}
                output.print(json.dumps(record))
                continue
            if len(chains) > 1:
                output.print("")
            output.print(explained.heading(name_input(subject), pooling))
            output.print(*explained.lines(chains[name]))
        if figure is not None:
            with about(subject):
                _draw(figure, subject, poolings, explained, chains)
            if not as_json:
                output.print("", f"drawn: {figure}")


def _check_figure(path: str, subject: str) -> None:
    """Raise PoolcliError for a figure that no file could be, or that would replace the input."""
    from poolcli.pipeline import suffix_of

    if suffix_of(path) not in STILL_FIGURES:
        known = ", ".join(f".{suffix}" for suffix in STILL_FIGURES)
        raise PoolcliError(f"--figure {path}: this figure's name ends with {known}")
    storage.check(path)
    if storage.is_same(path, subject):
        raise PoolcliError(f"--figure {path} would replace the input")


def _load(path: str, settings: Settings, at: Pair | None) -> Subject:
    """Read the image to explain, the first of a batch, and print warnings."""
    from poolcli.explanation import Subject
    from poolcli.pipeline import load

    image, steps = load(path, settings)
    warnings = list(image.warnings)
    if part := image.name_part(image.first.pixels):
        warnings.append(f"this explains {part}")
    subject = Subject.choose(image.first, steps, at, settings.preparation.words)
    for warning in warnings:
        complain(f"{name_input(path)}: warning: {warning}")
    return subject


def _draw(
    path: str,
    subject: str,
    poolings: Poolings,
    explained: Subject,
    chains: dict[str, list[Stage]],
) -> None:
    from poolcli.explanation import draw
    from poolcli.pipeline import suffix_of

    content = draw(
        explained.title(name_file(subject), chains),
        chains,
        explained.index,
        window=name_window(poolings.window),
        full=explained.image.full,
        alpha=explained.image.alpha,
        prepared=explained.prepared,
        footer=spell_command(figure_command(), subject),
        suffix=f".{suffix_of(path)}",
    )
    storage.write(path, content)


def _record(cell: Cell) -> dict[str, Any]:
    """Return a value and its origin for JSON."""
    from poolcli.explanation import sentence

    return {
        "iteration": cell.iteration,
        "channel": cell.channel,
        "at": list(cell.index),
        "value": as_number(cell.value),
        "rows": list(cell.rows),
        "columns": list(cell.columns),
        "pixels": [as_number(pixel) for pixel in cell.pixels],
        "weights": list(cell.weights) if cell.weights else None,
        "padding": cell.padding,
        "beyond": cell.beyond,
        "chosen": [list(position) for position in cell.winners],
        "sentence": sentence(cell),
    }


def command() -> click.Command:
    """Return the command."""
    bundles = [
        options.SUBJECT,
        options.several_poolings(),
        options.AT,
        options.PREPARATION,
        EXPLANATION,
        options.READING,
        options.REPORT,
    ]
    return options.make_command("explain", explain, bundles, HELP)
