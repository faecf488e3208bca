"""The program as a process: what it loads, how it ends, what it leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import names, wait_for_handlers
from helpers.core import pool_reference
from helpers.formats import saved
from PIL import Image as pillow  # noqa: N813 - as in the package

HEAVY = ("numpy", "cv2", "PIL", "matplotlib", "tqdm")


def poolcli(*arguments: object, **settings: Any) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "poolcli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, **settings)


def loaded(code: str) -> set[str]:
    """Run code in a fresh interpreter and tell which heavy modules it loaded."""
    report = f"import sys\n{code}\nprint(*(m for m in {(*HEAVY, 'click')} if m in sys.modules))"
    output = subprocess.run([sys.executable, "-c", report], capture_output=True, check=True)
    return set(output.stdout.decode().splitlines()[-1].split())


def test_importing_poolcli_loads_nothing_heavy() -> None:
    assert loaded("import poolcli; dir(poolcli); poolcli.__version__") == set()
    assert loaded("from poolcli import PoolcliError") == set()
    assert loaded("from poolcli import pool2d; pool2d([[1]], 'max', 1)") == {"numpy"}


@pytest.mark.parametrize("arguments", [["--help"], ["max", "--help"], ["--version"], ["max"]])
def test_help_loads_click_alone(arguments: list[str]) -> None:
    assert loaded(f"from poolcli.cli import main; main({arguments})") == {"click"}


def test_a_matrix_needs_no_opencv_and_no_matplotlib(folder: Path) -> None:
    (folder / "m.csv").write_text("1,2\n3,4\n")
    code = "from poolcli.cli import main; main(['max', 'm.csv', '-o', 'out.csv'])"
    assert not loaded(code) & {"cv2", "matplotlib", "tqdm"}
    assert (folder / "out.csv").read_text() == "4\n"


def test_sizes_need_click_alone() -> None:
    assert loaded("from poolcli.cli import main; main(['shape', '224', '-k', '3'])") == {"click"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_matplotlib_that_does_not_load_is_told_in_one_line(
    folder: Path, samples: Path, jobs: int
) -> None:
    (folder / "matplotlibrc").write_bytes(b"font.size: \xff\xfe")
    ended = poolcli("max", samples / "cat.jpg", "-j", jobs)
    assert ended.returncode == 1
    line, summary = ended.stderr.decode().splitlines()
    assert "matplotlib does not load" in line
    assert "1 failed" in summary


def test_unknown_names_are_no_attributes() -> None:
    import poolcli as package

    assert {"pool2d", "adaptive_pool2d", "PoolcliError"} <= set(dir(package))
    with pytest.raises(AttributeError, match="has no attribute 'pool3d'"):
        package.pool3d  # noqa: B018
    assert issubclass(package.PoolcliError, ValueError)


def test_the_main_job_as_a_process(folder: Path, samples: Path) -> None:
    ended = poolcli("max", samples / "cat.jpg", "-k", 2, "-n", 3)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.decode().split() == [
        f"pooled/cat_max_k2_{i}.png" for i in (1, 2, 3, "n3_comparison")
    ]
    with pillow.open(samples / "cat.jpg") as photo:
        state = np.asarray(photo)
    for iteration in (1, 2, 3):
        state = pool_reference(state, "max", (2, 2), (2, 2))
        with pillow.open(folder / f"pooled/cat_max_k2_{iteration}.png") as picture:
            np.testing.assert_array_equal(np.asarray(picture), state)


def test_standard_input_and_output_are_bytes(samples: Path) -> None:
    ended = poolcli("avg", "-", "-k", 4, "-o", "-", input=(samples / "cat.jpg").read_bytes())
    assert ended.returncode == 0
    assert ended.stdout.startswith(b"\x89PNG")
    assert ended.stderr == b""


def test_names_that_are_not_utf8_are_printed_byte_for_byte(folder: Path) -> None:
    name = b"caf\xe9 \xe7\x8c\xab\n$.png"
    (folder / os.fsdecode(name)).write_bytes(saved(np.zeros((4, 4), np.uint8), "PNG"))
    ended = poolcli("max", os.fsdecode(name), "-v")
    assert ended.returncode == 0
    stem = name.removesuffix(b".png")
    assert ended.stdout == b"".join(
        b"pooled/%b_max_k2_%b.png\n" % (stem, i) for i in (b"1", b"n1_comparison")
    )
    assert b"caf\\udce9" in ended.stderr


@pytest.mark.parametrize(
    "environment",
    [
        {"MPLBACKEND": "nonsense"},
        {"OPENCV_IO_MAX_IMAGE_PIXELS": "nonsense"},
        {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "ascii:strict"},
        {"PYTHONWARNINGS": "error", "PYTHONDEVMODE": "1"},
        {"HOME": "/nonexistent", "MPLCONFIGDIR": "/nonexistent"},
    ],
    ids="-".join,
)
def test_a_strange_environment_changes_nothing(
    folder: Path, samples: Path, environment: dict[str, str]
) -> None:
    (folder / "matplotlibrc").write_text("figure.facecolor: red\nnonsense\n")
    results = []
    for path, added in (("plain", {}), ("strange", environment)):
        ended = poolcli(
            "max", samples / "cat.jpg", "--resize", "90x", "-d", path, env={**os.environ, **added}
        )
        assert (ended.returncode, ended.stderr) == (0, b"")
        results.append([(folder / path / name).read_bytes() for name in names(path)])
    assert len(results[0]) == 2
    assert results[0] == results[1]


@pytest.fixture
def slow(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a run that takes some seconds, and rewrites a file."""
    numbers = np.random.default_rng(0)
    (folder / "big.npy").write_bytes(b"")
    np.save(folder / "big.npy", numbers.integers(0, 256, (1500, 1500), np.uint8))
    (folder / "out.npy").write_bytes(b"old")
    command = [sys.executable, "-m", "poolcli", "median", "big.npy", "-k", "15", "-s", "1"]
    process = subprocess.Popen(
        [*command, "-o", "out.npy"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_run_and_leaves_the_old_file(
    folder: Path, slow: subprocess.Popen[bytes], number: signal.Signals
) -> None:
    wait_for_handlers(slow)
    time.sleep(0.5)
    slow.send_signal(number)
    output, errors = slow.communicate(timeout=20)
    assert slow.returncode == 128 + number
    assert (output, errors) == (b"", b"")
    assert (folder / "out.npy").read_bytes() == b"old"
    assert names(folder) == ["big.npy", "out.npy"]


def test_shell_completion_knows_the_commands_and_options() -> None:
    environment = {
        **os.environ,
        "_POOLCLI_COMPLETE": "bash_complete",
        "COMP_WORDS": "poolcli max --dil",
        "COMP_CWORD": "2",
    }
    ended = poolcli(env=environment)
    assert ended.stdout == b"plain,--dilation\n"


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_end_the_work(folder: Path, samples: Path, closed: str) -> None:
    command = f"{sys.executable} -m poolcli max {samples}/cat.jpg {samples}/coffee.jpg --no-figure"
    ended = subprocess.run(["bash", "-c", f"{command} {closed}"], check=False)
    assert ended.returncode == 0
    assert names(folder / "pooled") == ["cat_max_k2_1.png", "coffee_max_k2_1.png"]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        ("max - -o x.png <&-", 1, b"poolcli: standard input: is closed\n"),
        ("max {cat} -o - >&-", 1, b"poolcli: {cat}: standard output is closed\n"),
        ("max {cat} --no-figure --json >&-", 1, b"poolcli: standard output is closed\n"),
        ("explain {cat} >&-", 1, b"poolcli: standard output is closed\n"),
        ("shape 224 >&-", 1, b"poolcli: standard output is closed\n"),
        ("max {cat} -k x 2>&-", 2, b""),
        ("max - -o {copy} < {copy}", 2, b"poolcli: {copy} would replace standard input, which"),
    ],
)
def test_a_stream_that_is_needed_and_closed_is_told(
    folder: Path, samples: Path, arguments: str, status: int, message: bytes
) -> None:
    copy = folder / "copy.jpg"
    copy.write_bytes((samples / "cat.jpg").read_bytes())
    files = {"cat": str(samples / "cat.jpg"), "copy": str(copy)}
    command = f"{sys.executable} -m poolcli {arguments.format(**files)}"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert ended.returncode == status
    assert ended.stderr.startswith(message.decode().format(**files).encode())
    assert copy.read_bytes() == (samples / "cat.jpg").read_bytes()


def test_what_only_this_process_can_read_is_read_beside_workers(
    folder: Path, samples: Path
) -> None:
    cat, coffee = samples / "cat.jpg", samples / "coffee.jpg"
    command = (
        f"{sys.executable} -m poolcli max - {coffee} <(cat {cat}) -j 2 --no-figure"
        f" --name '{{suffix}}{{stem}}_{{i}}' -q < {cat}"
    )
    subprocess.run(["bash", "-c", command], check=True)
    written = [path.read_bytes() for path in sorted((folder / "pooled").iterdir())]
    assert len(written) == 3
    assert len(set(written)) == 2


def test_a_folder_that_is_gone_is_told_in_one_line(folder: Path, samples: Path) -> None:
    (folder / "gone").mkdir()
    command = f"cd gone; rmdir ../gone; {sys.executable} -m poolcli max {samples}/cat.jpg"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.endswith(b"poolcli: the folder you are in is gone; change to another\n")


def test_too_few_descriptors_for_workers_leave_one_core(folder: Path, samples: Path) -> None:
    command = (
        f"ulimit -n 12; {sys.executable} -m poolcli max {samples}/cat.jpg {samples}/coffee.jpg"
        " -j 2 --no-figure"
    )
    ended = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert b"warning: no workers can be started" in ended.stderr
    assert len(names(folder / "pooled")) == 2


@pytest.mark.parametrize("options", [["--ceil"], ["-p", "same"], ["-p", "same", "-s", "1"]])
def test_a_kernel_far_larger_than_the_image_costs_nothing(
    folder: Path, samples: Path, options: list[str]
) -> None:
    arguments = [samples / "cat.jpg", "-k", 2**31 - 1, *options, "-o", folder / "x.npy"]
    ended = poolcli("max", *arguments, "--resize", "20x20")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert np.load(folder / "x.npy").shape[2] == 3
