"""Where jobs run."""

from __future__ import annotations

import os
import pickle
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from helpers.family import helpers
from helpers.formats import noise, saved

from poolcli.executors import processes, start
from poolcli.executors.workers import Workers
from poolcli.serial import SerialExecutor, ThreadedExecutor


def test_one_worker_is_this_process() -> None:
    executor = start(1)
    assert isinstance(executor, SerialExecutor)
    assert executor.submit(os.getpid).result() == os.getpid()
    executor.shutdown()


@pytest.fixture
def two() -> Iterator[Workers]:
    workers = start(2)
    assert isinstance(workers, Workers)
    yield workers
    workers.shutdown()


def wait_until_gone(process: int) -> None:
    """Wait until a process is no more, or nobody but its parent knows it."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.01)
    pytest.fail(f"{process} is still there")


def test_several_workers_are_other_processes_with_sigint_ignored(two: Workers) -> None:
    assert two.submit(os.getpid).result() != os.getpid()
    assert two.submit(signal.getsignal, signal.SIGINT).result() == signal.SIG_IGN


def test_a_call_that_raises_does_so_where_it_is_awaited(two: Workers) -> None:
    for engine in (SerialExecutor(), two):
        failed = engine.submit(divmod, 1, 0)
        with pytest.raises(ZeroDivisionError):
            failed.result()


def test_what_cannot_cross_the_pipe_fails_alone(two: Workers) -> None:
    unsendable = two.submit(lambda: None)
    unreturnable = two.submit(threading.Lock)
    unreadable = two.submit(raise_unreadable)
    fine = two.submit(abs, -1)
    for call in (unsendable, unreturnable, unreadable):
        with pytest.raises((AttributeError, pickle.PicklingError, RuntimeError, TypeError)):
            call.result()
    assert fine.result() == 1


class UnreadableError(Exception):
    """Can be pickled, and not be read again."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one + other)


def raise_unreadable() -> None:
    raise UnreadableError("a", "b")


def test_results_may_be_large(two: Workers) -> None:
    calls = [two.submit(bytes, size) for size in (0, 1 << 24, 3)]
    assert [len(call.result()) for call in calls] == [0, 1 << 24, 3]


def test_stopping_ends_workers_that_are_busy(two: Workers) -> None:
    worker = two.submit(os.getpid).result()
    for _ in range(8):
        two.submit(time.sleep, 60)
    two.shutdown()
    wait_until_gone(worker)


def test_workers_take_neither_threads_nor_semaphores_of_this_process(two: Workers) -> None:
    before = set(threading.enumerate())
    assert two.submit(abs, -1).result() == 1
    assert set(threading.enumerate()) == before


def test_workers_are_started_only_for_what_there_is_to_do(two: Workers) -> None:
    assert not two._running
    assert two.submit(abs, -1).result() == 1
    assert len(two._running) == 1


def die_of(number: int, lethal: int) -> int:
    if number == lethal:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.002)
    return number


def test_only_the_call_that_kills_its_workers_fails(two: Workers) -> None:
    calls = [two.submit(die_of, number, 17) for number in range(200)]
    for number, call in enumerate(calls):
        if number == 17:
            with pytest.raises(BrokenExecutor):
                call.result()
        else:
            assert call.result() == number
    assert two.shortage is None


def test_workers_that_are_killed_at_random_cost_no_call() -> None:
    numbers = random.Random(20261128)  # noqa: S311 - victims, not secrets
    workers = Workers(3)
    try:
        calls = [workers.submit(die_of, number, -1) for number in range(200)]
        for number, call in enumerate(calls):
            try:
                assert call.result() == number
            except BrokenExecutor:
                pytest.fail(f"call {number}: {call.deaths} deaths; {workers.shortage}")
            # Workers that die before they are ready, three in succession, cannot be started.
            ready = [worker for worker in workers._running.values() if worker.ready]
            if number % 8 == 0 and ready:
                victim = numbers.choice(ready).process.pid
                with suppress(ProcessLookupError):
                    os.kill(victim or 0, signal.SIGKILL)
        assert workers.shortage is None
    finally:
        workers.shutdown()


def test_a_call_whose_worker_died_is_repeated_with_no_other_under_way(
    tmp_path: Path, two: Workers
) -> None:
    calls = [two.submit(die_once, str(tmp_path), number) for number in range(20)]
    assert [call.result() for call in calls] == list(range(20))
    assert not (tmp_path / "neighbour").exists()


def die_once(folder: str, number: int) -> int:
    """Die the first time that the fifth call is made; its repetition looks around."""
    busy, died = Path(folder, f"busy{number}"), Path(folder, "died")
    if number == 5 and not died.exists():
        died.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    busy.touch()
    time.sleep(0.01)
    if number == 5 and len(list(Path(folder).glob("busy*"))) > 1:
        Path(folder, "neighbour").touch()
    busy.unlink()
    return number


def test_killed_helpers_of_multiprocessing_cost_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    workers = Workers(2)
    try:
        calls = [workers.submit(die_of, number, -1) for number in range(40)]
        assert calls[0].result() == 0
        for helper in helpers():
            os.kill(helper, signal.SIGKILL)
        os.kill(next(iter(workers._running.values())).process.pid or 0, signal.SIGKILL)
        assert [call.result() for call in calls] == list(range(40))
    finally:
        workers.shutdown()
    assert workers.shortage is None
    assert capfd.readouterr() == ("", "")


def test_a_busy_worker_whose_server_was_killed_ends_with_the_others(two: Workers) -> None:
    worker = two.submit(os.getpid).result()
    two.submit(time.sleep, 60)
    for helper in helpers():
        os.kill(helper, signal.SIGKILL)
    time.sleep(0.1)
    two.shutdown()
    wait_until_gone(worker)


class Broken:
    """A context whose processes end at once, while their ends of the pipes stay open."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.kept: list[int] = []

    def Pipe(self) -> tuple[Any, Any]:  # noqa: N802 - the name in multiprocessing
        pipe, far = self.context.Pipe()
        self.kept.append(os.dup(far.fileno()))
        return pipe, far

    def Process(self, **settings: Any) -> Any:  # noqa: N802 - likewise
        return self.context.Process(**(settings | {"target": os._exit, "args": (1,)}))


def test_workers_that_end_before_they_open_their_pipe_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = Broken(processes.choose_context())
    monkeypatch.setattr("poolcli.executors.workers.choose_context", lambda *_: broken)
    workers = Workers(2)
    try:
        assert workers.submit(os.getpid).result() == os.getpid()
        assert "they end immediately" in str(workers.shortage)
    finally:
        workers.shutdown()
        for descriptor in broken.kept:
            os.close(descriptor)


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        (["fork", "spawn", "forkserver"], "forkserver"),
        (["forkserver", "fork", "spawn"], "forkserver"),
        (["spawn", "fork", "forkserver"], "spawn"),
        (["spawn"], "spawn"),
        (["fork", "spawn"], "spawn"),
    ],
    ids=["Linux", "Linux since Python 3.14", "macOS", "Windows", "others"],
)
def test_workers_start_in_the_way_of_the_platform(
    monkeypatch: pytest.MonkeyPatch, methods: list[str], expected: str
) -> None:
    monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: methods)
    assert processes.choose_context().get_start_method() == expected


@pytest.mark.parametrize("left", [0, 1])
def test_where_workers_cannot_be_started_the_others_do_it_or_this_process(
    monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    workers = Workers(3)
    try:
        calls = [workers.submit(os.getpid) for _ in range(left)]
        pids = {call.result() for call in calls} or {os.getpid()}

        def fail(_process: object) -> None:
            raise BlockingIOError(11, "Resource temporarily unavailable")

        monkeypatch.setattr("multiprocessing.process.BaseProcess.start", fail)
        calls = [workers.submit(os.getpid) for _ in range(6)]
        assert {call.result() for call in calls} == pids
        assert workers.shortage == (
            "only 1 of 3 workers could be started"
            if left
            else "no workers can be started (Resource temporarily unavailable); one core was used"
        )
    finally:
        workers.shutdown()


def test_a_call_that_kills_is_never_made_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    workers = Workers(1)
    try:
        assert workers.submit(abs, -1).result() == 1
        lethal = workers.submit(die_of, 1, 1)

        def fail(_process: object) -> None:
            raise OSError

        monkeypatch.setattr("multiprocessing.process.BaseProcess.start", fail)
        with pytest.raises(BrokenExecutor):
            lethal.result()
        assert workers.submit(os.getpid).result() == os.getpid()
    finally:
        workers.shutdown()


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


@pytest.mark.parametrize("most", [0, 1, 2])
def test_calls_are_made_where_threads_are_not_to_be_had(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    only(most, monkeypatch)
    with ThreadedExecutor(2) as executor:
        futures = [executor.submit(abs, number) for number in (-1, -2, -3)]
        assert [future.result() for future in futures] == [1, 2, 3]


MODULES = "multiprocessing socket signal threading pickle copyreg selectors struct numpy cv2 PIL"
PLANTED = """
import pathlib
pathlib.Path({!r}).touch()
raise ImportError("planted")
"""
UNSAFE = "python -E needs -P too, or workers import from the current folder"
SCRIPT = """
import sys
from poolcli.__main__ import run
if __name__ == "__main__":
    sys.exit(run())
"""


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    """Make pictures, and modules beside them that must not be imported."""
    for name in ("in", "bin"):
        (tmp_path / name).mkdir()
    (tmp_path / "bin" / "program").write_text(SCRIPT)
    for number in range(4):
        (tmp_path / "in" / f"{number}.png").write_bytes(saved(noise("u1"), "PNG"))
    (tmp_path / "in" / "list").write_text("0.png\n1.png\n2.png\n")
    for module in MODULES.split():
        planted = tmp_path / "in" / f"{module}.py"
        planted.write_text(PLANTED.format(str(tmp_path / f"ran-{module}")))
    return tmp_path


@pytest.mark.parametrize(
    ("interpreter", "arguments"),
    [
        ("", "max . -j 2"),
        ("", "max --files-from list -j 2"),
        ("", "compare . -j 2"),
        ("-I", "max . -j 2"),
        ("-E -P", "max . -j 2"),
    ],
)
def test_no_process_imports_from_the_current_folder(
    planted: Path, interpreter: str, arguments: str
) -> None:
    program = [sys.executable, *interpreter.split(), str(planted / "bin" / "program")]
    ended = subprocess.run(
        [*program, *arguments.split(), "-d", str(planted / "out")],
        cwd=planted / "in",
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0
    # No warning that workers could not be started.
    assert re.search(r"^poolcli: (\d) written, 0 failed of \1$", ended.stderr, re.MULTILINE)
    assert "warning" not in ended.stderr
    assert list((planted / "out").iterdir())
    assert not list(planted.glob("ran-*"))


def test_where_workers_would_import_from_the_current_folder_there_are_none(planted: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-E", str(planted / "bin" / "program"), "max", ".", "-j", "2"],
        cwd=planted / "in",
        capture_output=True,
        text=True,
        check=True,
    )
    warning, *_, summary = ended.stderr.splitlines()
    assert warning == (f"poolcli: warning: no workers can be started ({UNSAFE}); one core was used")
    assert summary == "poolcli: 4 written, 0 failed of 4"
    assert not list(planted.glob("ran-*"))


def test_as_a_module_only_what_python_loads_first_comes_from_the_current_folder(
    planted: Path,
) -> None:
    (planted / "in" / "threading.py").unlink()
    ended = subprocess.run(
        [sys.executable, "-m", "poolcli", "max", ".", "-d", "../out", "-j", "2"],
        cwd=planted / "in",
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr.splitlines()[-1] == "poolcli: 4 written, 0 failed of 4"
    assert "warning" not in ended.stderr
    assert not list(planted.glob("ran-*"))
