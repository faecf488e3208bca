"""The interface of executors, and the executor that is this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from poolcli.serial import SerialExecutor


class Pending(Protocol):
    """A call that was submitted."""

    def result(self) -> Any:
        """Wait for the call, and return its value or raise its exception."""


class Pace(NamedTuple):
    """How many jobs to submit to an executor.

    Attributes
    ----------
    group : int
        Number of jobs per call.
    ahead : int
        Number of jobs under way at a time.
    """

    group: int
    ahead: int


class Engine(Protocol):
    """An executor of jobs."""

    @property
    def shortage(self) -> str | None:
        """Return a warning if fewer workers than requested were started."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Pending:
        """Submit a call."""

    def pace(self, jobs: int) -> Pace:
        """Return how to submit a run of so many jobs, with the workers that there are now."""

    def drain(self) -> bool:
        """Wait until no call is under way.

        Returns
        -------
        bool
            Whether a call whose worker died is worth another attempt now, alone. False if the
            executor has made it already.
        """

    def shutdown(self) -> None:
        """End all workers that were started, without waiting for their calls."""


class ThisProcess(SerialExecutor):
    """Runs each call at once, in this process."""

    shortage: str | None = None

    def pace(self, jobs: int) -> Pace:  # noqa: ARG002 - the same for any number
        """Return one job at a time."""
        return Pace(1, 1)

    def drain(self) -> bool:
        """Return False: there are no workers that could die."""
        return False
