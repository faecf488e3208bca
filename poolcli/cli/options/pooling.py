"""Options of windows, and of what is done before."""

from __future__ import annotations

from poolcli.cli.choices import Choice
from poolcli.cli.options.declaring import Decorated, all_of, option
from poolcli.cli.types import (
    OPERATIONS,
    DecimalNumber,
    Numbers,
    Operations,
    PictureSize,
    WholeNumber,
)

# Spelled out here, since the module that knows them takes time to load; a test holds both together.
FILTERS = ("prewitt", "prewitt-v", "prewitt-h", "laplacian")


def operations(command: Decorated) -> Decorated:
    """Take several operations, and what only some of them have."""
    return all_of(
        count_pad(norm(command)),
        option(
            "Operations",
            "--ops",
            "operations",
            type=Operations(),
            default="max,avg",
            show_default=True,
            metavar="LIST",
            help=f"Operations, separated by commas, of {', '.join(OPERATIONS)}.",
        ),
    )


def window(command: Decorated) -> Decorated:
    """Take what describes a window and its movement."""
    return all_of(
        command,
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
            type=Numbers(0, ("same", "valid"), sides=True),
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


def count_pad(command: Decorated) -> Decorated:
    """Take the divisor of an average."""
    return all_of(
        command,
        option(
            "Window",
            "--count-pad",
            is_flag=True,
            help="Let padding count in the divisor, as PyTorch does by default; by default only"
            " real pixels count, as in TensorFlow and ONNX.",
        ),
    )


def norm(command: Decorated) -> Decorated:
    """Take the power of a power mean."""
    return all_of(
        command,
        option(
            "Window",
            "--norm",
            type=DecimalNumber(1, 32),
            otherwise="2",
            metavar="P",
            help="Power of the mean, 1 to 32: 1 is the average, large powers near the maximum.",
        ),
    )


def times(command: Decorated) -> Decorated:
    """Take how often, or to what size, an image is pooled."""
    return all_of(
        command,
        option(
            "Times",
            "-n",
            "--iterations",
            type=WholeNumber(1, 256),
            default=1,
            show_default=True,
            metavar="N",
            help="How often to pool, 1 to 256; each iteration pools the result of the last.",
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


def at(command: Decorated) -> Decorated:
    """Take one pixel of a result."""
    return all_of(
        command,
        option(
            "Times",
            "--at",
            type=Numbers(0),
            metavar="ROW,COL",
            otherwise="the middle, or all of a small matrix",
            help="The pixel of the last iteration to explain, counted from 0.",
        ),
    )


def preparation(command: Decorated) -> Decorated:
    """Take what is done before pooling."""
    heading = "Before pooling, in this order"
    return all_of(
        command,
        option(
            heading, "-g", "--gray", is_flag=True, help="Weigh the colours to one gray channel."
        ),
        option(
            heading,
            "--resize",
            "size",
            type=PictureSize(),
            help="Resize to width x height pixels; a side left out keeps the proportions.",
        ),
        option(
            heading,
            "--filter",
            type=Choice(FILTERS),
            metavar="NAME",
            help=f"Find edges, on gray: {', '.join(FILTERS)} (v finds vertical edges).",
        ),
        option(
            heading,
            "--relu",
            is_flag=True,
            help="Keep max(x, 0); with a filter instead of its absolute value.",
        ),
    )
