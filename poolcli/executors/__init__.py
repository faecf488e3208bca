"""Where jobs run: in this process, in worker processes, or on a cluster."""

from __future__ import annotations

import re

from poolcli.errors import PoolcliError
from poolcli.executors import processes
from poolcli.executors.cores import count_cores
from poolcli.executors.engine import Engine, Pace, Pending, ThisProcess
from poolcli.executors.processes import MOST_WORKERS, NO_WORKERS

__all__ = [
    "LOCAL",
    "MOST_WORKERS",
    "NO_WORKERS",
    "Engine",
    "Pace",
    "Pending",
    "ThisProcess",
    "count_cores",
    "get_ready",
    "start",
]

# Instead of an address: a scheduler that is started on this machine for one run.
LOCAL = "local"

_ADDRESS = re.compile(r"((tcp|tls|wss?|ucx)://)?[^/\s]+:[0-9]{1,5}")


def get_ready(scheduler: str | None) -> None:
    """Begin to import the modules of workers, while this process imports its own."""
    if scheduler is None:
        processes.get_ready("poolcli.executors.workers")
    elif scheduler == LOCAL:
        processes.get_ready("distributed.nanny")


def start(workers: int, scheduler: str | None = None) -> Engine:
    """Start an executor with so many workers, or connect to those of a scheduler.

    Parameters
    ----------
    workers : int
        Number of processes on this machine; 1 for this process alone.
    scheduler : str or None
        The address of a Dask scheduler, or "local" for one that is started on this machine.

    Raises
    ------
    PoolcliError
        If the address is none, Dask is not installed, or the scheduler does not answer.
    """
    if scheduler is not None:
        return _start_cluster(workers, scheduler)
    if workers == 1:
        return ThisProcess()
    from poolcli.executors.workers import Workers

    return Workers(workers)


def _start_cluster(workers: int, scheduler: str) -> Engine:
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
