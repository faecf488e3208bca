"""Open descriptors: everything is read and written, whatever they do, and nothing is replaced."""

from __future__ import annotations

import errno
import io
import mmap
import os
import pty
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import names
from helpers.formats import saved

from poolcli import storage
from poolcli.errors import PoolcliError
from poolcli.storage import streams

COMMAND = f"{sys.executable} -m poolcli"
MATRIX = b"1 1 2 4\n5 6 7 8\n3 2 1 0\n1 2 3 4\n"
POOLED = b"6,8\n3,4\n"


@pytest.fixture
def matrix(folder: Path) -> Path:
    """Work in a folder that holds the textbook's matrix."""
    (folder / "in.csv").write_bytes(MATRIX)
    return folder


def shell(
    script: str, folder: Path, *, unbuffered: bool = False, limit: int | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a script in which `poolcli` is the program, maybe with a limit on the size of files."""

    def restrict() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    environment = os.environ | {"PYTHONUNBUFFERED": "1" if unbuffered else ""}
    return subprocess.run(
        ["bash", "-c", f"poolcli() {{ {COMMAND} \"$@\"; }}; {script}"],
        cwd=folder, capture_output=True, check=False, timeout=60, env=environment,
        preexec_fn=restrict,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "descriptor"),
    [
        ("/dev/stdout", 1),
        ("/dev/fd/1", 1),
        ("/proc/self/fd/1", 1),
        ("/proc/thread-self/fd/17", 17),
        (f"/proc/{os.getpid()}/fd/2", 2),
        ("/dev/stdin", 0),
        ("/dev/../dev/fd/0", 0),
        ("/proc/1/fd/1", None),
        ("1", None),
        ("fd/1", None),
        ("/dev/null", None),
        ("/dev/fd/x", None),
        ("", None),
        ("a\0b", None),
        ("a\0b/1", None),
    ],
)
def test_a_path_may_name_a_descriptor(path: str, descriptor: int | None) -> None:
    assert streams.descriptor_of(path) == descriptor


def test_links_to_a_descriptor_name_it(tmp_path: Path) -> None:
    (tmp_path / "out.png").symlink_to("/dev/stdout")
    (tmp_path / "far.png").symlink_to("out.png")
    (tmp_path / "loop").symlink_to("loop")
    assert streams.descriptor_of(str(tmp_path / "far.png")) == 1
    assert streams.descriptor_of(str(tmp_path / "loop")) is None


# Pages that are only read take no memory.
PRIVATE = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS


class Trickle(io.RawIOBase):
    """A non-blocking stream: short reads and writes, and sometimes nothing at all."""

    def __init__(self, content: bytes = b"") -> None:
        self.content, self.received, self.turn = content, b"", 0
        self.reads = bool(content)
        self.reader, self.writer = os.pipe()
        # Waiting finds both ends ready.
        os.write(self.writer, b"x")

    def fileno(self) -> int:
        return self.reader if self.reads else self.writer

    def read(self, size: int = -1) -> bytes | None:
        self.turn += 1
        if self.turn % 2:
            return None
        part, self.content = self.content[:3], self.content[3:]
        return part[:size]

    def write(self, part: object) -> int | None:
        self.turn += 1
        if self.turn % 2:
            return None
        assert isinstance(part, memoryview)
        self.received += bytes(part[:3])
        return len(part[:3])


def test_all_is_written_and_read_however_little_at_a_time() -> None:
    raw = Trickle()
    streams.write_all(raw, [b"abcdefgh", b"", np.arange(3, dtype=np.uint16).data])
    assert raw.received == b"abcdefgh\0\0\1\0\2\0"
    assert b"".join(streams.read_parts(Trickle(b"x" * 100))) == b"x" * 100


@pytest.mark.parametrize("unbuffered", [False, True])
def test_an_input_is_read_past_the_pauses_of_its_writer(matrix: Path, unbuffered: bool) -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    environment = os.environ | {"PYTHONUNBUFFERED": "1" if unbuffered else ""}
    with subprocess.Popen(
        [sys.executable, "-m", "poolcli", "max", "-", "-o", "-"],
        cwd=matrix, stdin=reader, stdout=subprocess.PIPE, env=environment,
    ) as process:  # fmt: skip
        os.close(reader)
        for part in (MATRIX[:16], MATRIX[16:]):
            os.write(writer, part)
            time.sleep(0.7)
        os.close(writer)
        assert process.communicate()[0] == POOLED
    assert process.returncode == 0


@pytest.mark.parametrize("unbuffered", [False, True])
def test_a_slow_reader_of_a_pipe_that_is_not_waited_for_gets_all(
    folder: Path, unbuffered: bool
) -> None:
    np.save(folder / "in.npy", np.arange(640_000).reshape(800, 800))
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    environment = os.environ | {"PYTHONUNBUFFERED": "1" if unbuffered else ""}
    with subprocess.Popen(
        [sys.executable, "-m", "poolcli", "max", "in.npy", "-o", "-", "-f", "npy"],
        cwd=folder, stdout=writer, env=environment,
    ) as process:  # fmt: skip
        os.close(writer)
        time.sleep(1)
        received = b""
        while part := os.read(reader, 50_000):
            received += part
            time.sleep(0.001)
        os.close(reader)
    assert process.returncode == 0
    assert np.load(io.BytesIO(received))[-1, -1] == 639_999


TRUNCATED = [
    "poolcli max in.npy -o - -f npy > f",
    "poolcli explain in.csv --json > f",
    "poolcli max in.csv --json --no-figure > f",
    "poolcli --help > f",
]


@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize("command", TRUNCATED)
def test_an_output_that_is_cut_off_is_told(matrix: Path, command: str, unbuffered: bool) -> None:
    np.save(matrix / "in.npy", np.arange(64).reshape(8, 8))
    whole = shell(command, matrix)
    assert whole.returncode == 0, whole.stderr
    size = (matrix / "f").stat().st_size
    # The results of `max` in files are smaller than what is printed.
    ended = shell(command, matrix, unbuffered=unbuffered, limit=size - 10)
    assert ended.returncode == 1
    assert b"standard output cannot be written: file too large" in ended.stderr
    assert b"Traceback" not in ended.stderr


def test_more_than_two_gigabytes_go_through_a_pipe() -> None:
    size = 2**31 + 4096
    reader, writer = os.pipe()
    received = []

    def drain() -> None:
        count = 0
        buffer = bytearray(1 << 20)
        with io.FileIO(reader) as stream:
            while more := stream.readinto(buffer):
                count += more
        received.append(count)

    thread = threading.Thread(target=drain)
    thread.start()
    with io.FileIO(writer, "w") as stream, mmap.mmap(-1, size, flags=PRIVATE) as memory:
        view = memoryview(memory)
        streams.write_all(stream, [view])
        view.release()
    thread.join()
    assert received == [size]


ONTO = [
    ("(echo head; poolcli max in.csv -o /dev/stdout; echo foot) > f", b"head\n6,8\n3,4\nfoot\n"),
    ("echo head > f; poolcli max in.csv -o /dev/stdout >> f", b"head\n6,8\n3,4\n"),
    ("echo head > f; poolcli max in.csv -o /dev/fd/3 -f csv 3>> f", b"head\n6,8\n3,4\n"),
    ("echo head > f; poolcli max in.csv -o /proc/self/fd/1 >> f", b"head\n6,8\n3,4\n"),
    ("poolcli max in.csv -o /dev/stdout | cat > f", POOLED),
    ("poolcli max in.csv -o /dev/fd/1 | cat > f", POOLED),
    ("poolcli max in.csv -o /dev/fd/3 -f csv 3>&1 | cat > f", POOLED),
    ("poolcli max in.csv -o /dev/stderr -f csv 2> f", POOLED),
    ("ln -s /dev/stdout out.csv; poolcli max in.csv -o out.csv | cat > f", POOLED),
    ("poolcli max /dev/stdin -o - < in.csv > f", POOLED),
    ("poolcli max /dev/fd/0 -o - < in.csv > f", POOLED),
    ("(read line; read line; poolcli max /dev/stdin -o -) < in.csv > f", b"3,4\n"),
    ("echo in.csv | poolcli max --files-from /dev/stdin -d o --no-figure; cat o/* > f", POOLED),
]  # fmt: skip


@pytest.mark.parametrize(("script", "content"), ONTO)
def test_a_name_of_an_open_descriptor_is_that_descriptor(
    matrix: Path, script: str, content: bytes
) -> None:
    ended = shell(script, matrix)
    assert ended.returncode == 0, ended.stderr
    assert (matrix / "f").read_bytes() == content
    assert ended.stderr == b""


def test_a_figure_may_go_to_a_descriptor(matrix: Path) -> None:
    ended = shell("ln -s /dev/fd/3 f.png; poolcli explain in.csv --figure f.png -q 3> g", matrix)
    assert ended.returncode in (0, 2), ended.stderr
    ended = shell("poolcli max in.csv -o small.csv --figure f.png 3> g", matrix)
    assert (ended.returncode, ended.stdout) == (0, b"small.csv\n")
    assert (matrix / "g").read_bytes().startswith(b"\x89PNG")
    assert (matrix / "f.png").is_symlink()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("-o /dev/stdout --json", "-o - writes to standard output; leave out --json"),
        ("-o /dev/fd/9 -f csv", "/dev/fd/9 cannot be written: bad file descriptor"),
        ("-o /dev/fd/99999999999 -f csv", "/dev/fd/99999999999 cannot be written"),
    ],
)
def test_what_a_descriptor_cannot_is_told(matrix: Path, options: str, message: str) -> None:
    ended = shell(f"poolcli max in.csv {options}", matrix)
    assert message in ended.stderr.decode()
    assert b"Traceback" not in ended.stderr


INTO_AN_INPUT = [
    "poolcli max in.csv -o - >> in.csv",
    "poolcli max in.csv -o /dev/stdout >> in.csv",
    "poolcli max in.csv -o /dev/fd/3 -f csv 3>> in.csv",
    "poolcli max - -o - < in.csv >> in.csv",
    "poolcli max in.csv >> in.csv",
    "poolcli max in.csv --json >> in.csv",
    "poolcli max --files-from list >> list",
    "poolcli compare in.csv -o - >> in.csv",
    "poolcli explain in.csv >> in.csv",
    "poolcli verify in.csv >> in.csv",
    "poolcli shape in.csv >> in.csv",
    "ln in.csv hard.csv; poolcli max hard.csv -o - >> in.csv",
]


@pytest.mark.parametrize("script", INTO_AN_INPUT)
def test_an_input_that_is_the_standard_output_is_refused(matrix: Path, script: str) -> None:
    (matrix / "list").write_bytes(b"in.csv\n")
    ended = shell(script, matrix)
    assert (matrix / "in.csv").read_bytes() == MATRIX
    assert (matrix / "list").read_bytes() == b"in.csv\n"
    assert ended.returncode == 2
    assert b"which is an input; write elsewhere" in ended.stderr


def test_devices_as_both_ends_are_no_file_that_could_be_lost(matrix: Path) -> None:
    ended = shell("poolcli max - -o - -q < /dev/null > /dev/null", matrix)
    assert (ended.returncode, ended.stderr) == (1, b"poolcli: standard input: is empty\n")


MEASURED = """
import sys
from poolcli.__main__ import run
status = run()
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
sys.exit(status)
"""


def peak(script: str, folder: Path, *arguments: str) -> tuple[int, int]:
    """Run a script with the program at its end; return its status and peak memory in MB."""
    (folder / "measured.py").write_text(MEASURED)
    command = f"{script} {sys.executable} measured.py max {' '.join(arguments)}"
    ended = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, check=False)
    assert b"Traceback" not in ended.stderr
    return ended.returncode, int(ended.stdout.split()[-1]) // 1024


def test_zeros_without_end_are_refused_by_their_beginning(folder: Path) -> None:
    status, megabytes = peak("head -c 300M /dev/zero |", folder, "-", "-o", "out.png")
    assert status == 1
    assert megabytes < 150


def test_a_list_of_nothing_takes_no_memory(folder: Path) -> None:
    status, megabytes = peak("head -c 200M /dev/zero |", folder, "--files-from", "-")
    assert status == 2
    assert megabytes < 150


def test_standard_input_has_the_limit_of_a_file(folder: Path) -> None:
    (folder / "a.png").write_bytes(saved(np.zeros((4, 4), np.uint8), "PNG"))
    script = "(cat a.png; head -c 300M /dev/zero) | POOLCLI_MAX_PIXELS=100"
    status, megabytes = peak(script, folder, "-", "-o", "out.png")
    assert status == 1
    assert megabytes < 250
    (folder / "long.png").write_bytes((folder / "a.png").read_bytes())
    os.truncate(folder / "long.png", 2**40)
    ended = shell("poolcli max - -o out.png --max-pixels 100 < long.png", folder)
    assert b"has 1,099,511,627,776 bytes, more than any image" in ended.stderr


def test_standard_input_is_read_once_and_refused_each_time() -> None:
    def look(head: bytes) -> None:
        if head.startswith(b"no"):
            raise PoolcliError("no image")

    source = streams.Input(io.BytesIO(b"content"))
    assert [source.read(look, 7), source.read(None, None)] == [b"content"] * 2
    refused = streams.Input(io.BytesIO(b"nothing" * 1000))
    for _ in range(2):
        with pytest.raises(PoolcliError, match="no image"):
            refused.read(look, None)
    large = streams.Input(io.BytesIO(b"x" * 2**22))
    for _ in range(2):
        with pytest.raises(PoolcliError, match=r"has [0-9,]+ bytes, more than"):
            large.read(None, 2**20)
    assert large._held.tell() == 0


def test_a_terminal_gets_text_but_no_image() -> None:
    master, terminal = pty.openpty()
    program = "import sys; from poolcli import storage; storage.write('-', eval(sys.argv[1]))"

    def write(content: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-c", program, content],
            stdout=terminal, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip

    assert write("b'1,2\\n'").returncode == 0
    assert os.read(master, 100) == b"1,2\r\n"
    assert b"an image cannot be shown" in write(r"b'\x89PNG'").stderr
    os.close(master)
    os.close(terminal)


def test_streams_in_memory_take_text(monkeypatch: pytest.MonkeyPatch) -> None:
    output, errors = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", output)
    monkeypatch.setattr(sys, "stderr", errors)
    storage.print_output("é\n".encode())
    storage.print_error(b"x\n")
    assert (output.getvalue(), errors.getvalue()) == ("é\n", "x\n")


def test_a_closed_standard_output_is_told(matrix: Path) -> None:
    ended = shell("poolcli max in.csv -o - >&-", matrix)
    assert ended.returncode == 1
    assert b"standard output is closed" in ended.stderr


def test_who_has_read_enough_ends_nothing(matrix: Path) -> None:
    ended = shell("set -o pipefail; poolcli max in.csv -o /dev/stdout | true", matrix)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_messages_arrive_through_a_pipe_that_is_not_waited_for(folder: Path) -> None:
    """Thousands of lines are more than a pipe holds."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    missing = [f"{number:04}{'x' * 60}.png" for number in range(1500)]
    (folder / "list").write_text("\n".join(missing))
    with subprocess.Popen(
        [sys.executable, "-m", "poolcli", "max", "--files-from", "list", "-j", "1"],
        cwd=folder, stderr=writer,
    ) as process:  # fmt: skip
        os.close(writer)
        time.sleep(1)
        with os.fdopen(reader) as stream:
            lines = stream.read().splitlines()
    assert process.returncode == 1
    assert len(lines) == 1501
    assert names(folder) == ["list"]


WAYS: list[Callable[[str], bool]] = [storage.is_stream, storage.is_private]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_a_descriptor_is_no_other_processes(way: Callable[[str], bool]) -> None:
    assert way("-")
    assert way("/dev/fd/3")
    assert not way("a.png")
    assert not storage.is_regular("/dev/stdin")


def test_an_input_larger_than_memory_is_refused_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, _part: object) -> int:
            raise MemoryError

    stream = streams.Input(io.BytesIO(b"1 2"))
    monkeypatch.setattr(stream, "_held", Full())
    for _ in range(2):
        with pytest.raises(PoolcliError, match="has more bytes than memory can hold"):
            stream.read(None, None)


class Closed(io.BytesIO):
    """A pipe whose reader has gone, as Windows reports it."""

    def write(self, _content: object) -> int:
        raise OSError(errno.EINVAL, "Invalid argument")


def test_a_closed_pipe_is_no_error_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "abandon", lambda _stream: None)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(Closed()))
    with pytest.raises(PoolcliError, match="invalid argument"):
        storage.write("-", b"content")
    monkeypatch.setattr(streams, "WINDOWS", True)
    storage.write("-", b"content")
    assert streams.is_broken_pipe(BrokenPipeError())
    assert not streams.is_broken_pipe(OSError(errno.ENOSPC, "No space left on device"))


def test_a_folder_is_named_as_such_on_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_settings: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / "file").touch()
    monkeypatch.setattr(Path, "open", refuse)
    for windows, message in ((False, "permission denied"), (True, "is a folder")):
        monkeypatch.setattr(streams, "WINDOWS", windows)
        with pytest.raises(PoolcliError, match=message):
            storage.read(str(tmp_path))
        with pytest.raises(PoolcliError, match=message):
            list(storage.read_names(str(tmp_path)))
        with pytest.raises(PoolcliError, match="permission denied"):
            storage.read(str(tmp_path / "file"))
