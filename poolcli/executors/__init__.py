"""Where jobs run: in this process, in others, or on a cluster. The one place that chooses."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from poolcli.errors import PoolcliError
from poolcli.executors import processes
from poolcli.executors.processes import NO_WORKERS, count_cores
from poolcli.serial import SerialExecutor

if TYPE_CHECKING:
    from typing import TypeGuard

    from poolcli.executors.cluster import ClusterExecutor

__all__ = [
    "LOCAL",
    "NO_WORKERS",
    "Engine",
    "Pace",
    "Pending",
    "can_repeat_alone",
    "count_cores",
    "get_ready",
    "pace",
    "shortage",
    "start",
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


class Pending(Protocol):
    """A call under way."""

    def result(self) -> Any:
        """Wait for the call, and return or raise what it returned or raised."""


class Engine(Protocol):
    """Where calls run."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Pending:
        """Begin a call."""

    def shutdown(self) -> None:
        """End now, with all workers that were started."""


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
    if scheduler is None:
        processes.get_ready("poolcli.executors.workers")
    elif scheduler == LOCAL:
        processes.get_ready("distributed.nanny")


def start(workers: int, scheduler: str | None = None) -> Engine:
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
    from poolcli.executors.workers import Workers

    return Workers(workers)


def pace(engine: Engine, workers: int, jobs: int) -> Pace:
    """Choose how to give so many jobs to an executor."""
    if isinstance(engine, SerialExecutor):
        return Pace(1, 1)
    if _is_cluster(engine):
        threads = engine.count_threads()
        group = max(1, min(IMAGES_A_TASK, jobs // (TASKS_AHEAD * threads)))
        return Pace(group, TASKS_AHEAD * threads * group)
    return Pace(1, JOBS_AHEAD * workers)


def can_repeat_alone(engine: Engine) -> bool:
    """Return whether a call whose workers died is worth another try, with no other under way.

    Workers of this machine have done so themselves. A cluster is waited for until it is idle.
    """
    if not _is_cluster(engine):
        return False
    engine.drain()
    return True


def shortage(engine: Engine) -> str | None:
    """Return a warning if fewer workers than requested were started."""
    found: str | None = getattr(engine, "shortage", None)
    return found


def _is_cluster(engine: Engine) -> TypeGuard[ClusterExecutor]:
    # Only who has started one has loaded what it takes.
    module = sys.modules.get("poolcli.executors.cluster")
    return module is not None and isinstance(engine, module.ClusterExecutor)
