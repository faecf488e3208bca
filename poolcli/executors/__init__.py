"""Where jobs run: in this process, in others, or on a cluster. The one place that chooses."""

from __future__ import annotations

import re
import sys
from concurrent.futures import Executor
from typing import TYPE_CHECKING, NamedTuple

from poolcli.errors import PoolcliError
from poolcli.executors import processes
from poolcli.executors.processes import (
    NO_WORKERS,
    count_cores,
    count_possible,
    start_processes,
    stop_processes,
)
from poolcli.serial import SerialExecutor

if TYPE_CHECKING:
    from typing import TypeGuard

    from poolcli.executors.cluster import ClusterExecutor

__all__ = [
    "LOCAL",
    "NO_WORKERS",
    "Pace",
    "count_cores",
    "count_possible",
    "get_ready",
    "pace",
    "start",
    "start_single",
    "stop",
]

# The scheduler that is started here, for this run alone.
LOCAL = "local"

_ADDRESS = re.compile(r"((tcp|tls|wss?|ucx)://)?[^/\s]+:[0-9]{1,5}")

# How many jobs wait for each worker: enough to keep it busy while the first of them is slow.
JOBS_AHEAD = 8

# How many images go through Dask's scheduler as one task, which costs it about a millisecond, and
# how many tasks wait for each thread of its workers.
IMAGES_A_TASK = 16
TASKS_AHEAD = 4


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


def get_ready(scheduler: str | None) -> None:
    """Begin to load what workers need, while this process loads what it needs itself."""
    if scheduler is None or scheduler == LOCAL:
        processes.get_ready(*["distributed.nanny"] * (scheduler == LOCAL))


def start(workers: int, scheduler: str | None = None) -> Executor:
    """Start an executor with so many workers, or join those of a scheduler.

    One worker is this process.

    Parameters
    ----------
    workers : int
        How many to start on this machine.
    scheduler : str or None
        The address of a Dask scheduler, or "local" for one that is started here.
    """
    if scheduler is not None:
        if scheduler != LOCAL and not _ADDRESS.fullmatch(scheduler):
            raise PoolcliError(
                f"--scheduler {scheduler}: write the address of a Dask scheduler, such as"
                " tcp://127.0.0.1:8786, or local"
            )
        try:
            from poolcli.executors.cluster import ClusterExecutor
        except ImportError as error:
            if (error.name or "").partition(".")[0] not in ("dask", "distributed"):
                raise
            raise PoolcliError(
                "--scheduler needs Dask; install it with pip install 'poolcli-image[cluster]'"
            ) from None
        return ClusterExecutor(None if scheduler == LOCAL else scheduler, workers)
    if workers == 1:
        return SerialExecutor()
    return start_processes(workers)


def pace(executor: Executor, workers: int, jobs: int) -> Pace:
    """Tell how to give so many jobs to an executor."""
    if isinstance(executor, SerialExecutor):
        return Pace(1, 1)
    if _is_cluster(executor):
        threads = executor.count_threads()
        group = max(1, min(IMAGES_A_TASK, jobs // (TASKS_AHEAD * threads)))
        return Pace(group, TASKS_AHEAD * threads * group)
    return Pace(1, JOBS_AHEAD * workers)


def start_single(executor: Executor, earlier: Executor | None) -> Executor:
    """Give an executor whose worker has one job and no neighbour; an earlier one serves again."""
    if _is_cluster(executor):
        executor.drain()
        return executor
    return earlier or start_processes(1)


def stop(executor: Executor) -> None:
    """End an executor and its workers now."""
    if _is_cluster(executor):
        executor.shutdown()
    elif not isinstance(executor, SerialExecutor):
        stop_processes(executor)


def _is_cluster(executor: Executor) -> TypeGuard[ClusterExecutor]:
    # Only who has started one has loaded what it takes.
    module = sys.modules.get("poolcli.executors.cluster")
    return module is not None and isinstance(executor, module.ClusterExecutor)
