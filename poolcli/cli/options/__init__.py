"""Every option of every command, declared once, in bundles that each make one value.

Those of files that are written are in `results`, which commands without such files do not import.
"""

from poolcli.cli.options.declaring import Bundle, make_command, single
from poolcli.cli.options.pooling import AT, PREPARATION, one_pooling, several_poolings
from poolcli.cli.options.reading import READING, READING_SINGLY, SUBJECT
from poolcli.cli.options.running import REPORT, RUN

__all__ = [
    "AT",
    "PREPARATION",
    "READING",
    "READING_SINGLY",
    "REPORT",
    "RUN",
    "SUBJECT",
    "Bundle",
    "make_command",
    "one_pooling",
    "several_poolings",
    "single",
]
