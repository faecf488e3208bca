"""Executors that run calls without workers: always, or if no more threads can be started."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class SerialExecutor(Executor):
    """Runs each call at once, in the thread that submits it."""

    def submit(
        self,
        call: Callable[Parameters, Result],
        /,
        *arguments: Parameters.args,
        **settings: Parameters.kwargs,
    ) -> Future[Result]:
        """Run a call, and return a future with its result or exception."""
        future: Future[Result] = Future()
        try:
            future.set_result(call(*arguments, **settings))
        except Exception as error:  # noqa: BLE001 - raised again by `result`
            future.set_exception(error)
        return future


class ThreadedExecutor(ThreadPoolExecutor):
    """Runs calls in threads, or in the submitting thread if no more threads can be started.

    In the latter case a call may run twice, so repeating it must not change the result.
    """

    def submit(
        self,
        call: Callable[Parameters, Result],
        /,
        *arguments: Parameters.args,
        **settings: Parameters.kwargs,
    ) -> Future[Result]:
        """Submit a call."""
        try:
            return super().submit(call, *arguments, **settings)
        except RuntimeError:
            return SerialExecutor().submit(call, *arguments, **settings)
