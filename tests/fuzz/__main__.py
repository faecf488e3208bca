"""Mutate real files and option lists for a given time; only poolcli's own errors may come out.

    PYTHONPATH=tests python tests/fuzz --seconds 60

Everything runs in this process. What is found stays in a folder: the file, the options and the
traceback; a crash or a hang leaves the last file and its options there too.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import io
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import coverage
from mutation import mutate, mutate_options
from seeds import seeds

import poolcli

MEMORY = 6 << 30
MEMORY_DISK = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own there
SECONDS_AN_INPUT = 20
RIGHT = (
    ["-o", "o.npy"],
    ["-n", "2", "-f", "png"],
    ["-f", "same", "-k", "3", "-s", "1"],
    ["-g", "-o", "o.csv"],
    ["-f", "webp"],
    ["-f", "tif"],
)


class Fuzzer:
    """Runs poolcli on one mutation after another, and counts what became of them."""

    def __init__(self, seed: int, finds: Path) -> None:
        self.random = random.Random(seed)  # noqa: S311 - mutations, not secrets
        self.seeds, self.finds = seeds(), finds
        self.executions: Counter[str] = Counter()
        self.reached: Counter[str] = Counter()
        self.messages: Counter[str] = Counter()
        self.found = 0

    def step(self) -> None:
        """Run one mutation."""
        suffix = self.random.choice(sorted(self.seeds))
        content = self.random.choice(self.seeds[suffix])
        kind = self.random.random()
        if kind < 0.9:
            content = mutate(content, self.random.choice(list(self.seeds.values())), self.random)
        options = self.random.choice(RIGHT) if kind < 0.8 else mutate_options(self.random)
        operation = self.random.choice(("max", "max", "avg", "min", "median", "lp"))
        # A figure takes a hundred times as long as all the rest.
        figure = [] if self.random.random() < 0.001 else ["--no-figure"]
        arguments = [operation, f"x.{suffix}", "--max-pixels", "100000", "-j", "1"]
        self.run(suffix, content, [*arguments, *options, *figure])

    def run(self, suffix: str, content: bytes, arguments: list[str]) -> None:
        """Run poolcli on a file, and keep what should not have happened."""
        from poolcli.cli import main

        Path(f"x.{suffix}").write_bytes(content)
        Path("arguments").write_text("\n".join(map(ascii, arguments)))
        said, told = io.StringIO(), io.TextIOWrapper(io.BytesIO())
        signal.alarm(SECONDS_AN_INPUT)
        try:
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(told):
                status = main(arguments)
            self.judge(status, said.getvalue())
        except Exception:  # noqa: BLE001 - whatever comes out is what is looked for
            self.keep(suffix, content, arguments, traceback.format_exc())
            status = 1
        signal.alarm(0)
        Path(f"x.{suffix}").unlink()
        self.executions[suffix] += 1
        self.reached[suffix] += status == 0 and "--dry-run" not in arguments

    def judge(self, status: int, said: str) -> None:
        """Hold what was said to what is promised."""
        lines = said.splitlines()
        bugs = [line for line in lines if "internal error: " in line]
        assert not bugs, bugs[0]
        assert status in (0, 1, 2), f"status {status}"
        assert all(line.startswith(("poolcli: ", "Usage: ")) for line in lines), said
        assert status == 0 or lines, "nothing was said"
        assert "not enough memory" not in said, said
        assert not list(Path().rglob(".poolcli-*")), "a temporary file is left"
        self.messages.update(line[:60] for line in lines)

    def keep(self, suffix: str, content: bytes, arguments: list[str], reason: str) -> None:
        """Keep a file that was found, with what happened."""
        self.found += 1
        last = reason.strip().splitlines()[-1]
        print(f"FOUND {last[:150]}", flush=True)
        place = self.finds / f"{self.found:04}.{suffix}"
        place.write_bytes(content)
        note = "\n".join([*map(ascii, arguments), "", reason])
        place.with_name(place.name + ".note").write_text(note)

    def report(self, percent: float) -> str:
        """Tell how often what was tried, and how much of it reached pooling."""
        lines = [
            f"{suffix:5} {self.executions[suffix]:7} executions,"
            f" {self.reached[suffix] / self.executions[suffix]:4.0%} reached pooling"
            for suffix in sorted(self.executions)
        ]
        total = f"{self.executions.total()} executions, {self.found} found"
        return "\n".join([*lines, f"{percent:.1f} % of poolcli/images, branches included", total])


def main() -> int:
    """Fuzz for a time, or for a number of executions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--executions", type=int, default=10**9)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir(), "poolcli-fuzz"))
    parser.add_argument("--suffix", help="mutate only files of this suffix, for example tif")
    given = parser.parse_args()
    given.keep.mkdir(parents=True, exist_ok=True)
    print(f"seed {given.seed}; what is found goes to {given.keep}", flush=True)
    images = Path(poolcli.__file__).parent / "images"
    measured = coverage.Coverage(data_file=None, branch=True, source=[str(images)])
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, _too_slow)
    fuzzer = Fuzzer(given.seed, given.keep)
    if given.suffix:
        fuzzer.seeds = {given.suffix: fuzzer.seeds[given.suffix]}
    before, folder = Path.cwd(), tempfile.mkdtemp(prefix="poolcli-fuzz-", dir=MEMORY_DISK)
    os.chdir(folder)
    end = time.monotonic() + given.seconds
    measured.start()
    while time.monotonic() < end and fuzzer.executions.total() < given.executions:
        fuzzer.step()
    measured.stop()
    os.chdir(before)
    shutil.rmtree(folder)
    text = io.StringIO()
    percent = measured.report(file=text, show_missing=True, precision=1)
    print(text.getvalue(), fuzzer.report(percent), sep="\n")
    return 1 if fuzzer.found else 0


def _too_slow(_number: int, _frame: object) -> None:
    raise TimeoutError("took too long")


if __name__ == "__main__":
    sys.exit(main())
