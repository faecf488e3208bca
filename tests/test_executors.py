"""Where jobs run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, CancelledError
from typing import Any

import pytest

from poolcli.executors import count_cores, count_possible, start, stop
from poolcli.executors.processes import start_processes
from poolcli.serial import SerialExecutor, ThreadedExecutor


def test_one_worker_is_this_process() -> None:
    executor = start(1)
    assert isinstance(executor, SerialExecutor)
    assert executor.submit(os.getpid).result() == os.getpid()
    stop(executor)


def test_several_workers_are_other_processes_with_sigint_ignored() -> None:
    executor = start(2)
    try:
        assert executor.submit(os.getpid).result() != os.getpid()
        handler = executor.submit(signal.getsignal, signal.SIGINT).result()
        assert handler == signal.SIG_IGN
    finally:
        stop(executor)


def test_a_call_that_raises_does_so_where_it_is_submitted_or_awaited() -> None:
    with pytest.raises(ZeroDivisionError):
        SerialExecutor().submit(divmod, 1, 0)
    executor = start_processes(1)
    try:
        with pytest.raises(ZeroDivisionError):
            executor.submit(divmod, 1, 0).result()
    finally:
        stop(executor)


def test_stopping_ends_workers_that_are_busy() -> None:
    executor = start_processes(2)
    worker = executor.submit(os.getpid).result()
    busy = executor.submit(time.sleep, 60)
    stop(executor)
    with pytest.raises((BrokenExecutor, CancelledError)):
        busy.result(timeout=20)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_stopping_leaves_no_thread_that_would_outlive_the_interpreter() -> None:
    before = set(threading.enumerate())
    executor = start_processes(2)
    waiting = [executor.submit(time.sleep, 60) for _ in range(8)]
    stop(executor)
    assert set(threading.enumerate()) <= before
    assert all(future.done() for future in waiting)


def test_the_manager_of_workers_may_be_woken_when_its_pipe_is_closed() -> None:
    # Python does so at exit, if a signal comes while workers are stopped.
    executor: Any = start_processes(1)
    waker = executor._executor_manager_thread_wakeup
    waker._writer.close()
    waker.wakeup()
    stop(executor)


def test_there_is_a_core_to_count() -> None:
    assert 1 <= count_cores() <= (os.cpu_count() or 1)


def test_one_image_pays_nothing_for_what_starts_processes() -> None:
    program = "import sys, poolcli.batch; print('multiprocessing' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert ended.stdout.split() == [b"False"]


def only(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the system allow so many threads, and no more."""
    begin, left = threading.Thread.start, [most]

    def start(thread: threading.Thread) -> None:
        if not left[0]:
            raise RuntimeError("can't start new thread")
        left[0] -= 1
        begin(thread)

    monkeypatch.setattr(threading.Thread, "start", start)


@pytest.mark.parametrize(("most", "workers"), [(0, 0), (5, 0), (6, 1), (9, 2), (99, 3)])
def test_workers_are_counted_by_what_the_system_allows(
    monkeypatch: pytest.MonkeyPatch, most: int, workers: int
) -> None:
    before = threading.active_count()
    only(most, monkeypatch)
    assert count_possible(3) == workers
    assert threading.active_count() == before


@pytest.mark.parametrize("most", [0, 1, 2])
def test_calls_are_made_where_threads_are_not_to_be_had(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    only(most, monkeypatch)
    with ThreadedExecutor(2) as executor:
        futures = [executor.submit(abs, number) for number in (-1, -2, -3)]
        assert [future.result() for future in futures] == [1, 2, 3]
