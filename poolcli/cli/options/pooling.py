"""Options of operations, of their windows, and of the preparation before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from poolcli.cli.choices import Choice
from poolcli.cli.options.declaring import Bundle, option
from poolcli.cli.settings import make_poolings
from poolcli.cli.types import (
    DecimalNumber,
    Numbers,
    OperationNames,
    PictureSize,
    WholeNumber,
)
from poolcli.geometry.parameters import Pair, pair
from poolcli.operations import OPERATIONS, Operation, Parameter, parameters_of
from poolcli.spelling import spell_decimal
from poolcli.vocabulary import FILTERS, LARGEST_ITERATIONS

if TYPE_CHECKING:
    from poolcli.prepare import Preparation
    from poolcli.vocabulary import Filter

_WINDOW: Sequence[click.Parameter] = (
    option(
        "Window",
        "-k",
        "--kernel",
        type=Numbers(),
        otherwise="2",
        help="Size of the window in pixels: one number, or rows and columns.",
    ),
    option(
        "Window",
        "-s",
        "--stride",
        type=Numbers(),
        otherwise="the kernel",
        help="Distance between windows in pixels.",
    ),
    option(
        "Window",
        "-p",
        "--padding",
        type=Numbers(("same", "valid"), sides=True),
        otherwise="0",
        help="Positions around the image, in pixels, smaller than the kernel; they are ignored,"
        " never a value. 'same' keeps ceil(size / stride) pixels, as TensorFlow does.",
    ),
    option(
        "Window",
        "--dilation",
        type=Numbers(),
        otherwise="1",
        help="Distance between the pixels of a window, in pixels.",
    ),
    option(
        "Window",
        "--ceil",
        "ceil_mode",
        is_flag=True,
        help="Keep partial windows at the bottom and right; by default they are dropped.",
    ),
    option(
        "Window",
        "--exact",
        is_flag=True,
        help="Fail if a pixel would go unused; by default it is only counted (-v).",
    ),
)
_TIMES: Sequence[click.Parameter] = (
    option(
        "Times",
        "-n",
        "--iterations",
        type=WholeNumber(),
        default=1,
        show_default=True,
        metavar="N",
        help=f"How often to pool, 1 to {LARGEST_ITERATIONS}; each iteration pools the result of"
        " the last.",
    ),
    option(
        "Times",
        "--to",
        "output_size",
        type=Numbers(),
        help="Adaptive pooling to this many pixels (rows, columns); 1 is global pooling. Takes"
        " the place of -k, -s, -p, --dilation, --ceil, --exact and -n.",
    ),
)


def one_pooling(kind: type[Operation]) -> Bundle:
    """Return the options of a command that pools by one operation."""
    make = partial(make_poolings, operations=(kind.name,))
    return Bundle("poolings", make, [*_WINDOW, *_parameters([kind]), *_TIMES])


def several_poolings(*, operations_first: bool = False) -> Bundle:
    """Return the options of a command that takes several operations, with those of all of them."""
    known = ", ".join(OPERATIONS)
    operations = option(
        "Operations",
        "--ops",
        "operations",
        type=OperationNames(),
        default="max,avg",
        show_default=True,
        metavar="LIST",
        help=f"Operations, separated by commas, of {known}.",
    )
    own = [operations, *_parameters(OPERATIONS.values())]
    window = [*_WINDOW, *_TIMES]
    return Bundle("poolings", make_poolings, own + window if operations_first else window + own)


def _parameters(kinds: Iterable[type[Operation]]) -> list[click.Parameter]:
    """Return an option for each parameter of operations."""
    return [
        _parameter_option(parameter, getattr(kind(), field))
        for kind in kinds
        for field, parameter in parameters_of(kind).items()
    ]


def _parameter_option(parameter: Parameter, default: float) -> click.Parameter:
    names = parameter.option, parameter.name
    if parameter.is_flag:
        return option("Window", *names, is_flag=True, help=parameter.help)
    return option(
        "Window",
        *names,
        type=DecimalNumber(),
        otherwise=spell_decimal(default),
        metavar=parameter.metavar,
        help=parameter.help,
    )


def _make_at(at: Pair | None) -> Pair | None:
    return None if at is None else pair(at, "at", minimum=0)


AT = Bundle(
    "at",
    _make_at,
    [
        option(
            "Times",
            "--at",
            type=Numbers(),
            metavar="ROW,COL",
            otherwise="the middle, or all of a small matrix",
            help="The pixel of the last iteration to explain, counted from 0.",
        )
    ],
)


def _make_preparation(
    gray: bool, size: tuple[int | None, int | None] | None, filter_: Filter | None, relu: bool
) -> Preparation:
    from poolcli.prepare import Preparation, Size

    return Preparation(gray, Size(*size) if size else None, filter_, relu)


_BEFORE = "Before pooling, in this order"
PREPARATION = Bundle(
    "preparation",
    _make_preparation,
    [
        option(
            _BEFORE, "-g", "--gray", is_flag=True, help="Weigh the colours to one gray channel."
        ),
        option(
            _BEFORE,
            "--resize",
            "size",
            type=PictureSize(),
            help="Resize to width x height pixels; a side left out keeps the proportions.",
        ),
        option(
            _BEFORE,
            "--filter",
            "filter_",
            type=Choice(FILTERS),
            metavar="NAME",
            help=f"Find edges, on gray: {', '.join(FILTERS)} (v finds vertical edges).",
        ),
        option(
            _BEFORE,
            "--relu",
            is_flag=True,
            help="Keep max(x, 0); with a filter instead of its absolute value.",
        ),
    ],
)
