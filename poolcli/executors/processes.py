"""Worker processes of this machine."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import Executor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from poolcli.silence import silence

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

GRACE_SECONDS = 1.0

# Two threads, the server of workers and the tracker; a worker and its watch of the parent.
TASKS_A_POOL, TASKS_A_WORKER = 4, 2
SMALL_STACK = 2**16

# What is raised where no more processes, threads or descriptors are to be had.
NO_WORKERS = (OSError, EOFError, RuntimeError)


def count_cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def count_possible(workers: int) -> int:
    """Count how many of so many workers the system has room for.

    Pools and workers start threads too, and wait for ever for one that could not be started. So
    as many are tried out before: the system counts threads as it counts processes.
    """
    release, threads = threading.Event(), []
    usual = threading.stack_size(SMALL_STACK)
    try:
        for _ in range(TASKS_A_POOL + TASKS_A_WORKER * workers):
            thread = threading.Thread(target=release.wait)
            thread.start()
            threads.append(thread)
    except RuntimeError:
        pass
    finally:
        threading.stack_size(usual)
        release.set()
        for thread in threads:
            thread.join()
    return max(0, len(threads) - TASKS_A_POOL) // TASKS_A_WORKER


def start_processes(workers: int) -> Executor:
    """Start worker processes."""
    from concurrent.futures import ProcessPoolExecutor

    executor = ProcessPoolExecutor(workers, mp_context=get_ready(), initializer=_begin_worker)
    _let_wake_late(executor)
    return executor


def get_ready(*modules: str) -> BaseContext:
    """Choose how workers are made, and begin to: what they import is then there when they start.

    Workers come from a server process that has no threads: a plain fork of this process might
    copy a lock that a thread holds.
    """
    import multiprocessing

    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["poolcli.pipeline", "poolcli.opencv", *modules])
    _start_server()
    return context


def _let_wake_late(executor: Executor) -> None:
    """Let the thread that manages workers be woken when it has just closed its pipe.

    At exit Python 3.11 looks whether that is closed and then writes to it, without a lock.
    """
    waker: Any = getattr(executor, "_executor_manager_thread_wakeup", None)
    if waker is None:
        return
    wake = waker.wakeup

    def wake_if_open() -> None:
        with suppress(OSError):
            wake()

    waker.wakeup = wake_if_open


def stop_processes(executor: Executor) -> None:
    """End an executor and its workers now; their temporary files are left to a sweep."""
    # First the workers: one that is just starting would miss what a shutdown takes away.
    stop_children()
    # The thread that managed them may not end while the interpreter does: both would close the
    # same pipe. It could wait for what a dead worker left unread, so it is not waited for long.
    ending = threading.Thread(
        target=executor.shutdown, kwargs={"cancel_futures": True}, daemon=True
    )
    ending.start()
    ending.join(GRACE_SECONDS)


def stop_children() -> None:
    """End all processes that work for this one."""
    import multiprocessing

    children = multiprocessing.active_children()
    for child in children:
        child.terminate()
    for child in children:
        child.join(GRACE_SECONDS)
        if child.is_alive():
            child.kill()
            child.join()


def _start_server() -> None:
    """Start what makes and tracks workers: dumb, and deaf to what a closed terminal sends to all.

    What a worker has to say comes back with its job. These processes would only tell, in
    tracebacks, that this one was killed.
    """
    from multiprocessing import forkserver, resource_tracker

    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        with silence():
            resource_tracker.ensure_running()
            forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _begin_worker() -> None:
    # The parent ends its workers; Ctrl-C in a terminal reaches both.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    """End this worker when its parent is gone, however that happened."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
