"""Strange surroundings: the same pictures, and nothing said."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import names
from provoke import COMMAND, HUMBLE, contents, picture, poolcli

STRANGE: list[dict[str, str | None]] = [
    {"HOME": None},
    {"HOME": None, "XDG_CACHE_HOME": None, "XDG_CONFIG_HOME": None},
    {"HOME": "{read_only}"},
    {"DISPLAY": None, "WAYLAND_DISPLAY": None},
    {"MPLBACKEND": "nonsense"},
    {"MPLBACKEND": "tkagg"},
    {"MATPLOTLIBRC": "{foreign}"},
    {"OPENCV_IO_MAX_IMAGE_PIXELS": "nonsense"},
    {"OPENBLAS_NUM_THREADS": "nonsense", "OMP_NUM_THREADS": "-3"},
    {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"},
    {"PYTHONIOENCODING": "ascii:strict"},
    {"PYTHONOPTIMIZE": "2"},
    {"TZ": "nonsense", "TERM": "nonsense", "COLUMNS": "x"},
]


def run(
    folder: Path, path: str, environment: dict[str, str], *python: str, jobs: int = 2
) -> dict[str, bytes]:
    """Pool two pictures, with figures, with a folder for temporary files that must stay empty."""
    (folder / "tmp").mkdir(exist_ok=True)
    ended = poolcli(
        "max", "a.png", "b.png", "-d", path, "-j", jobs, folder=folder, before=HUMBLE,
        command=(sys.executable, *python, "-m", "poolcli"),
        env={**environment, "TMPDIR": str(folder / "tmp")},
    )  # fmt: skip
    assert (ended.status, ended.errors) == (0, ["poolcli: 2 written, 0 failed of 2"])
    assert names(folder / "tmp") == []
    return contents(folder / path)


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """Prepare two pictures, a foreign matplotlibrc and a closed home; tell what a run makes."""
    folder = tmp_path_factory.mktemp("surroundings")
    for number, name in enumerate(("a.png", "b.png")):
        (folder / name).write_bytes(picture(number))
    (folder / "matplotlibrc").write_text("figure.facecolor: red\nnonsense\nsavefig.dpi: 7\n")
    (folder / "home").mkdir(mode=0o555)
    environment = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return folder, run(folder, "plain", {**environment, "HOME": str(folder)})


@pytest.mark.parametrize("strange", STRANGE, ids="-".join)
def test_no_variable_changes_pictures_or_is_spoken_of(
    surroundings: tuple[Path, dict[str, bytes]], strange: dict[str, str | None]
) -> None:
    """Requires root, who is made to heed permissions."""
    folder, wanted = surroundings
    paths = {"read_only": str(folder / "home"), "foreign": str(folder / "matplotlibrc")}
    environment = dict(os.environ)
    for name, value in strange.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value.format(**paths)
    # Workers find no home either.
    assert run(folder, "strange", environment, jobs=1 + ("HOME" in strange)) == wanted


def test_python_in_development_mode_has_nothing_to_say(
    surroundings: tuple[Path, dict[str, bytes]],
) -> None:
    folder, wanted = surroundings
    assert run(folder, "strict", dict(os.environ), "-X", "dev", "-W", "error") == wanted


def test_a_folder_for_temporary_files_that_is_missing_is_not_missed(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(picture(number))
    environment = {**os.environ, "TMPDIR": "/nonexistent", "HOME": "/nonexistent"}
    ended = poolcli("max", ".", "-j", 2, folder=tmp_path, env=environment)
    assert (ended.status, ended.errors) == (0, ["poolcli: 3 written, 0 failed of 3"])


@pytest.fixture
def closed(tmp_path: Path) -> tuple[str, ...]:
    """Return the start of a command for which the system has no folder for temporary files.

    Requires root, who may mount: home, /tmp, /var/tmp, /dev/shm and the current folder are
    read-only; of `tmp_path`, only `out` can be written to.
    """
    work, out = tmp_path / "work", tmp_path / "out"
    work.mkdir()
    out.mkdir()
    for number in range(3):
        (work / f"{number}.png").write_bytes(picture(number))
    # Mounted first: `tmp_path` itself may lie in /tmp.
    script = f"""
        set -e
        mount -t tmpfs tmpfs /mnt; cd /mnt
        mkdir work out; mount --bind {work} work; mount --bind {out} out
        mount -o remount,ro,bind work
        for each in /tmp /var/tmp /dev/shm; do
            mount --bind $each $each; mount -o remount,ro,bind $each
        done
        cd work; exec "$@"
    """
    start = ("unshare", "--mount", "sh", "-c", script, "sh")
    try:
        tried = subprocess.run([*start, "true"], capture_output=True, check=False)
    except OSError:
        pytest.skip("there is no unshare")
    if tried.returncode:
        pytest.skip(f"nothing may be mounted: {tried.stderr.decode()}")
    return start


# A home that cannot be made, even by root.
HOMELESS = {**os.environ, "HOME": "/proc/home", "XDG_CONFIG_HOME": "/proc/home"}


def test_without_any_folder_for_temporary_files_the_line_says_so(
    closed: tuple[str, ...],
) -> None:
    arguments = ("max", ".", "-d", "../out", "-j", 2)
    ended = poolcli(*arguments, before=closed, env=HOMELESS)
    assert (ended.status, ended.errors) == (
        1,
        [
            f"poolcli: ./{number}.png: matplotlib does not load: no folder for its temporary files"
            " can be written to; set TMPDIR to one, or use --no-figure"
            for number in range(3)
        ]
        + ["poolcli: 0 written, 3 failed of 3"],
    )
    for remedy, added in ((("--no-figure",), {}), ((), {"TMPDIR": "/mnt/out"})):
        ended = poolcli(*arguments, *remedy, before=closed, env={**HOMELESS, **added})
        assert (ended.status, ended.errors) == (0, ["poolcli: 3 written, 0 failed of 3"])


def test_a_deleted_working_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    command = f"cd gone; rmdir ../gone; exec {' '.join(COMMAND)} max ../a.png"
    ended = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, capture_output=True, check=False
    )  # the shell itself complains of the folder too
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].startswith(b"poolcli: the folder you are in is gone")
    assert b"Traceback" not in ended.stderr


def test_a_closed_standard_input_is_told_where_it_is_needed(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    command = f"{' '.join(COMMAND)} max a.png - --no-figure -j 1 <&-"
    ended = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        b"poolcli: standard input: is closed",
        b"poolcli: 1 written, 1 failed of 2",
    ]


HOSTILE_NAMES = [b"new\nline.png", b"\x1b]0;title\x07\x1b[31mred.png", b"caf\xe9.png", b"-k.png",
                 b"\xe2\x80\xaegnp.exe.png", b"$HOME {0} %s.png", b"\r.png"]  # fmt: skip


def test_no_name_is_echoed_raw_to_a_terminal(tmp_path: Path) -> None:
    """A terminal would obey escape sequences; a pipe gets the bytes as they are."""
    (tmp_path / "in").mkdir()
    for name in HOSTILE_NAMES:
        for content, kind in ((picture(), b"good "), (b"no picture", b"bad ")):
            (tmp_path / "in" / os.fsdecode(kind + name)).write_bytes(content)
    ours, theirs = pty.openpty()
    command = [*COMMAND, "max", "in", "-v", "-j", "1", "--no-figure"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while more := os.read(ours, 4096):
            shown += more
    except OSError:
        pass  # the other end is closed
    os.close(ours)
    assert process.wait() == 1
    # The bar that shows progress moves up and clears lines; names must not.
    lines = [line for line in shown.replace(b"\r", b"\n").splitlines() if b"in/" in line]
    assert len(lines) >= len(HOSTILE_NAMES)
    assert not [line for line in lines if any(byte < 32 for byte in line.replace(b"\x1b[A", b""))]
    assert b"\\x1b]0;title\\x07\\x1b[31mred" in shown
    assert b"\\u202e" in shown
    piped = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert len(contents(tmp_path / "pooled")) == len(HOSTILE_NAMES)
    for name in HOSTILE_NAMES:
        assert b"pooled/good " + name.removesuffix(b".png") + b"_max_k2_1.png\n" in piped.stdout
        assert b"\x1b" not in piped.stderr
