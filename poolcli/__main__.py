"""Lets `python -m poolcli` be the command `poolcli`."""

import sys

from poolcli.cli import run

sys.exit(run())
