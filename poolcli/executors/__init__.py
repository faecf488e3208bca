"""Where jobs run: in this process, in others, or on a cluster. The one place that chooses."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import NamedTuple

from poolcli.executors.processes import (
    count_cores,
    get_ready,
    start_processes,
    stop_processes,
)
from poolcli.serial import SerialExecutor

__all__ = ["Pace", "count_cores", "get_ready", "pace", "start", "start_single", "stop"]

# How many jobs wait for each worker: enough to keep it busy while the first of them is slow.
JOBS_AHEAD = 8


class Pace(NamedTuple):
    """How an executor likes to be given its jobs.

    Attributes
    ----------
    group : int
        How many go to a worker together.
    ahead : int
        How many are under way at a time.
    """

    group: int
    ahead: int


def start(workers: int) -> Executor:
    """Start an executor with so many workers; one worker is this process."""
    if workers == 1:
        return SerialExecutor()
    return start_processes(workers)


def pace(executor: Executor, workers: int) -> Pace:
    """Tell how jobs are given to an executor."""
    if isinstance(executor, SerialExecutor):
        return Pace(1, 1)
    return Pace(1, JOBS_AHEAD * workers)


def start_single() -> Executor:
    """Start an executor whose worker has one job and no neighbour."""
    return start_processes(1)


def stop(executor: Executor) -> None:
    """End an executor and its workers now."""
    if not isinstance(executor, SerialExecutor):
        stop_processes(executor)
