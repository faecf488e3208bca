"""Every option of every command, declared once, in the groups that the help shows."""

from poolcli.cli.options.pooling import (
    FILTERS,
    at,
    count_pad,
    norm,
    operations,
    preparation,
    times,
    window,
)
from poolcli.cli.options.reading import LAYOUTS, MAX_PIXELS, inputs, reading, subject
from poolcli.cli.options.results import FORMATS, explanation, output, picture
from poolcli.cli.options.running import report, run

__all__ = [
    "FILTERS",
    "FORMATS",
    "LAYOUTS",
    "MAX_PIXELS",
    "at",
    "count_pad",
    "explanation",
    "inputs",
    "norm",
    "operations",
    "output",
    "picture",
    "preparation",
    "reading",
    "report",
    "run",
    "subject",
    "times",
    "window",
]
