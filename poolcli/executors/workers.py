"""Worker processes that may die: each has a pipe of its own and one call at a time.

A dead worker leaves no shared queue or lock in disorder. It loses one call, and other workers are
not affected. The workers of Python's ProcessPoolExecutor and of loky share queues: one killed
worker breaks the pool, and every pending call fails (64 of 80 with loky 3.7).
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from poolcli.executors.engine import Pace
from poolcli.executors.processes import NO_WORKERS, choose_context, starting
from poolcli.storage import join_run, run_token

if TYPE_CHECKING:
    if sys.platform == "win32":
        from multiprocessing.connection import PipeConnection as Connection
    else:
        from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

# Jobs that wait per worker, so that it stays busy while the first of them is slow.
JOBS_AHEAD = 8
# A call fails after so many of its workers have died, as with Dask.
DEATHS = 3
# No more workers are started after so many failures in succession.
FAILED_STARTS = 3

GRACE_SECONDS = 1.0


class Call:
    """A call that was submitted, and its outcome when it is done."""

    def __init__(self, workers: Workers, function: Callable[..., Any], arguments: Any) -> None:
        self.function, self.arguments = function, arguments
        self.deaths = 0
        self.outcome: Outcome | None = None
        self._workers = workers

    def result(self) -> Any:
        """Wait for the call, and return its value or raise its exception.

        Raises
        ------
        BrokenExecutor
            If all workers died that were given the call.
        """
        while self.outcome is None:
            self._workers.advance()
        if self.outcome.error is not None:
            raise self.outcome.error
        return self.outcome.value


@dataclass(frozen=True)
class Outcome:
    """The value that a call returned, or the exception that it raised."""

    value: Any = None
    error: Exception | None = None


@dataclass
class Worker:
    """A worker process, the parent's end of its pipe, and its current call."""

    process: BaseProcess
    pipe: Connection[Any, Any]
    ready: bool = False
    call: Call | None = None


class Workers:
    """Runs calls in processes, which are started when needed and replaced when they die.

    All work of the parent is done in the thread that submits calls and waits for them.

    Parameters
    ----------
    wanted : int
        Maximum number of processes.
    """

    def __init__(self, wanted: int) -> None:
        self.wanted = self.possible = wanted
        self._running: dict[Connection[Any, Any], Worker] = {}
        self._queued: deque[Call] = deque()
        self._lost: deque[Call] = deque()
        self._failures = 0
        self._reason = ""

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Call:
        """Submit a call to the next idle worker."""
        call = Call(self, function, arguments)
        self._queued.append(call)
        self._assign()
        return call

    def advance(self) -> None:
        """Wait until a worker sends something or dies, and send it the next call."""
        from multiprocessing.connection import wait

        self._assign()
        if self._running:
            # The pipe of a worker that ends before it has opened its end may stay open on Windows.
            starting_now = [each.process for each in self._running.values() if not each.ready]
            ended = [process.sentinel for process in starting_now]
            ready = set(wait([*self._running, *ended]))
            for worker in list(self._running.values()):
                if worker.pipe in ready:
                    self._receive(worker)
                elif worker.process.sentinel in ready and not worker.pipe.poll():
                    self._remove(worker)
            self._assign()
        elif not self.possible:
            self._run_here()

    @property
    def shortage(self) -> str | None:
        """Return a warning if fewer workers than requested were started."""
        if not self.possible:
            return f"no workers can be started ({self._reason}); one core was used"
        if self.possible < self.wanted:
            return f"only {self.possible} of {self.wanted} workers could be started"
        return None

    def pace(self, jobs: int) -> Pace:  # noqa: ARG002 - the same for any number
        """Return one job per call, and some of them waiting."""
        return Pace(1, JOBS_AHEAD * self.wanted)

    def drain(self) -> bool:
        """Return False: a call whose worker died was repeated alone already."""
        return False

    def shutdown(self) -> None:
        """End all workers now; `storage.sweep` removes their temporary files."""
        workers, self._running = list(self._running.values()), {}
        for worker in workers:
            with suppress(OSError):
                worker.process.kill()
            # Closing the pipe ends a worker whose state is unknown since the server has died.
            worker.pipe.close()
        for worker in workers:
            worker.process.join(GRACE_SECONDS)

    def _assign(self) -> None:
        """Send calls to idle workers, and start workers for the remaining calls.

        A call whose worker died is repeated with no other call under way, since together they may
        need too much memory.
        """
        busy = [worker.call for worker in self._running.values() if worker.call]
        if busy and (self._lost or any(call.deaths for call in busy)):
            return
        waiting = self._lost or self._queued
        room = 1 if self._lost else self.possible - len(busy)
        for worker in list(self._running.values()):
            if waiting and room and worker.ready and not worker.call:
                self._send(worker, waiting)
                room -= 1
        starting_now = len([worker for worker in self._running.values() if not worker.ready])
        missing = min(len(waiting), room) - starting_now
        for _ in range(min(missing, self.possible - len(self._running))):
            self._start()

    def _send(self, worker: Worker, waiting: deque[Call]) -> None:
        """Send the first waiting call to a worker; it keeps waiting if the worker has just died."""
        call = waiting[0]
        try:
            worker.pipe.send_bytes(pickle.dumps((call.function, call.arguments)))
        except OSError:
            self._remove(worker)
            return
        except Exception as error:  # noqa: BLE001 - a call that cannot be sent fails alone
            call.outcome = Outcome(error=error)
        else:
            worker.call = call
        waiting.popleft()

    def _receive(self, worker: Worker) -> None:
        """Receive the outcome of a call, or remove a worker that has died."""
        try:
            content = worker.pipe.recv_bytes()
        except (EOFError, OSError, MemoryError):
            self._remove(worker)
            return
        if worker.call is None:
            worker.ready = True
            self._failures = 0
            return
        try:
            worker.call.outcome = pickle.loads(content)  # noqa: S301 - from a worker of this run
        except Exception as error:  # noqa: BLE001 - an outcome that cannot be read fails alone
            worker.call.outcome = Outcome(error=error)
        worker.call = None

    def _remove(self, worker: Worker) -> None:
        """Remove a dead worker; repeat its call alone, or let it fail after several attempts."""
        del self._running[worker.pipe]
        worker.pipe.close()
        worker.process.join(GRACE_SECONDS)
        call = worker.call
        if call is not None:
            call.deaths += 1
            if call.deaths < DEATHS:
                self._lost.append(call)
            else:
                call.outcome = Outcome(error=BrokenExecutor())
        elif not worker.ready:
            self._count_failure("they end immediately")

    def _start(self) -> None:
        try:
            context = choose_context("poolcli.executors.workers")
            pipe, far = context.Pipe()
        except NO_WORKERS as error:
            self._count_failure(_reason(error))
            return
        try:
            with starting():
                process = context.Process(target=serve, args=(far, run_token()), daemon=True)  # type: ignore[attr-defined]
                process.start()
        except NO_WORKERS as error:
            pipe.close()
            self._count_failure(_reason(error))
            return
        finally:
            far.close()
        self._running[pipe] = Worker(process, pipe)

    def _count_failure(self, reason: str) -> None:
        """Count a worker that could not be started; after several, start no more."""
        self._failures += 1
        if self._failures >= FAILED_STARTS:
            self.possible, self._reason = len(self._running), reason

    def _run_here(self) -> None:
        """Run one call in this process; calls that have killed a worker fail."""
        while self._lost:
            self._lost.popleft().outcome = Outcome(error=BrokenExecutor())
        if self._queued:
            call = self._queued.popleft()
            call.outcome = _outcome(call.function, call.arguments)


def serve(pipe: Connection[Any, Any], token: str) -> None:
    """Run calls from a pipe, as a worker of the run with a token, until its other end is closed."""
    join_run(token)
    # Ctrl-C in a terminal is sent to all processes; the parent ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    calls: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_queue_calls, args=(pipe, calls), daemon=True).start()
    pipe.send_bytes(b"ready")
    while True:
        pipe.send_bytes(_run(calls.get()))


def _queue_calls(pipe: Connection[Any, Any], calls: SimpleQueue[bytes]) -> None:
    """Queue calls from a pipe; end this worker, even during a call, when its parent has ended."""
    try:
        while True:
            calls.put(pipe.recv_bytes())
    except (EOFError, OSError):
        os._exit(1)


def _run(content: bytes) -> bytes:
    """Run a pickled call, and return its pickled outcome."""
    try:
        function, arguments = pickle.loads(content)  # noqa: S301 - from the parent
        outcome = _outcome(function, arguments)
        return pickle.dumps(outcome)
    except Exception as error:  # noqa: BLE001 - sent to the parent as text
        text = f"{type(error).__name__}: {error}"
        return pickle.dumps(Outcome(error=RuntimeError(text)))


def _outcome(function: Callable[..., Any], arguments: Any) -> Outcome:
    try:
        return Outcome(function(*arguments))
    except Exception as error:  # noqa: BLE001 - raised again by `Call.result`
        return Outcome(error=error)


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or "their server has died"
