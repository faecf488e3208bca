"""URLs are places like any other: listed, compared, named, read and replaced whole."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from conftest import Invoke, names
from formats import noise, saved

from poolcli import storage
from poolcli.errors import PoolcliError
from poolcli.plan.inputs import find_inputs
from poolcli.storage import remote

LIMIT = 300  # megabytes


@pytest.fixture
def memory() -> Iterator[Any]:
    filesystem = fsspec.filesystem("memory")
    filesystem.store.clear()
    filesystem.pseudo_dirs[:] = [""]
    yield filesystem
    filesystem.store.clear()


def put(*places: str) -> None:
    for place in places:
        storage.write(place, saved(noise("u1"), "PNG"))


def inputs(*names: str, recursive: bool = True, output_folder: str = "pooled") -> list[str]:
    found = find_inputs(names, None, recursive=recursive, output_folder=output_folder)
    return [source.place for source in found.inputs.values()]


@pytest.mark.usefixtures("memory")
def test_what_is_written_is_read_back() -> None:
    storage.write("memory://a/b.bin", b"new")
    assert storage.read("memory://a/b.bin") == b"new"
    with pytest.raises(PoolcliError, match="cannot be read: no such file or bucket"):
        storage.read("memory://a/c.bin")


@pytest.mark.usefixtures("memory")
def test_a_folder_is_listed_as_one_on_a_disk(folder: Path) -> None:
    below = ["b.png", "a.PNG", "sub/c.png", "sub.png", ".hidden.png", ".git/d.png", "pooled/e.png"]
    for name in [*below, "notes.md"]:
        put(f"memory://in/{name}", str(folder / "in" / name))
    for recursive in (False, True):
        local = inputs("in", recursive=recursive, output_folder="in/pooled")
        assert inputs("memory://in/", recursive=recursive, output_folder="memory://in/pooled") == [
            place.replace("in/", "memory://in/", 1) for place in local
        ]
        assert len(local) == 3 + recursive


@pytest.mark.usefixtures("memory")
def test_a_folder_may_be_named_without_its_slash() -> None:
    put("memory://in/a.png")
    assert inputs("memory://in") == ["memory://in/a.png"]


@pytest.mark.usefixtures("memory")
def test_results_mirror_their_folders_and_paths_and_urls_mix(invoke: Invoke, folder: Path) -> None:
    put("memory://in/a.png", "memory://in/x/b.png", str(folder / "c.png"))
    result = invoke(
        "max", "memory://in/", "c.png", "-r", "-d", "memory://out/", "--no-figure", "-j", 2
    )
    places = [f"memory://out/{name}_max_k2_1.png" for name in ("a", "x/b", "c")]
    assert result.output.splitlines() == places
    invoke("max", "memory://in/a.png", "--no-figure")
    assert Path("pooled/a_max_k2_1.png").read_bytes() == storage.read(places[0])
    invoke("max", "memory://in/a.png", "-o", "memory://small.png")
    assert storage.read("memory://small.png") == storage.read(places[0])


@pytest.mark.usefixtures("memory")
def test_a_list_of_inputs_may_be_a_url_and_hold_urls(invoke: Invoke, folder: Path) -> None:
    put("memory://in/a.png", str(folder / "c.png"))
    storage.write("memory://list", b"memory://in/a.png\nc.png\n")
    invoke("max", "--files-from", "memory://list", "--no-figure")
    assert names("pooled") == ["a_max_k2_1.png", "c_max_k2_1.png"]


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["memory://in/a.png", "-o", "memory:///in/a.png"], "would replace memory://in/a.png"),
        (["c.png", "-o", "file://{folder}/c.png"], "would replace c.png, which is read"),
        (["file://{folder}/c.png", "-o", "c.png"], "c.png would replace file://"),
        (["memory://in/a.png", "memory://x/a.png"], "would both be written to pooled/a_max"),
        (["memory://in/", "-d", "memory://in"], "memory://in/ holds the results themselves"),
        (["memory://in/x/", "-d", "memory://in/"], "memory://in/x/ holds the results themselves"),
        (["nonsense://a.png"], "nonsense://a.png: Protocol not known: nonsense"),
    ],
)
def test_what_would_be_lost_or_means_nothing_is_refused(
    invoke: Invoke, folder: Path, arguments: list[str], message: str
) -> None:
    put("memory://in/a.png", "memory://x/a.png", "memory://in/x/a.png", str(folder / "c.png"))
    line = [argument.format(folder=folder) for argument in arguments]
    result = invoke("max", *line, "-r", "--no-figure", status=2)
    assert message in result.errors
    assert result.errors.count("\n") == 1
    assert names() == ["c.png"]


def test_a_url_given_in_two_spellings_counts_once(memory: Any) -> None:
    put("memory://in/a.png")
    assert inputs("memory://in/a.png", "memory:///in/a.png", "memory://in/") == [
        "memory://in/a.png"
    ]
    assert len(memory.store) == 1


def test_an_update_goes_by_the_times_of_listings(
    invoke: Invoke, memory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(*(f"memory://in/{number:02}.png" for number in range(20)))
    command = ["max", "memory://in/", "-d", "memory://out", "--no-figure", "-u"]
    assert invoke(*command).errors == "poolcli: 20 written, 0 failed of 20\n"
    put("memory://in/07.png")
    memory.rm("/out/09_max_k2_1.png")

    def asked(*_arguments: object) -> None:
        raise AssertionError

    monkeypatch.setattr(type(memory), "info", asked)
    monkeypatch.setattr(type(memory), "modified", asked)
    result = invoke(*command)
    assert result.errors == "poolcli: 2 written, 18 skipped, 0 failed of 20\n"
    assert result.output.splitlines() == [
        "memory://out/07_max_k2_1.png",
        "memory://out/09_max_k2_1.png",
    ]


def test_an_update_compares_paths_with_urls(invoke: Invoke, folder: Path, memory: Any) -> None:
    put(str(folder / "c.png"))
    command = ["max", "c.png", "-d", "memory://out", "--no-figure", "-u"]
    assert invoke(*command).output
    assert not invoke(*command).output
    os.utime("c.png", (2e9, 2e9))
    assert invoke(*command).output
    assert list(memory.store) == ["/out/c_max_k2_1.png"]


@pytest.mark.usefixtures("memory")
def test_a_folder_that_is_not_there_is_an_input_that_fails(invoke: Invoke) -> None:
    put("memory://in/a.png")
    result = invoke("max", "memory://in/", "memory://typo/", "--no-figure", status=1)
    assert result.errors.splitlines() == [
        "poolcli: memory://typo/: cannot be listed: no such file or bucket",
        "poolcli: 1 written, 1 failed of 2",
    ]


def test_a_file_system_that_writes_piecemeal_shows_only_what_is_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = f"file://{folder}/new/a.bin"
    storage.write(place, b"old")
    assert names(folder / "new") == ["a.bin"]
    opener = type(fsspec.filesystem("file").open(folder / "new" / "a.bin", "rb"))

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(opener, "write", full)
    with pytest.raises(PoolcliError, match="cannot be written"):
        storage.write(place, b"new")
    assert storage.read(place) == b"old"
    assert names(folder / "new") == ["a.bin"]


@pytest.mark.parametrize("time", [1.5, "1970-01-01T00:00:01.5Z"])
@pytest.mark.parametrize("key", remote.TIMES)
def test_times_are_read_whatever_a_listing_calls_them(key: str, time: object) -> None:
    assert remote._time({"name": "a", key: time}) == 1_500_000_000
    assert remote._time({"name": "a"}) is None


def test_paths_load_no_fsspec_and_no_dask(folder: Path) -> None:
    put(str(folder / "in/a.png"), str(folder / "in/b.png"))
    code = (
        "import sys; from poolcli.cli import main; main(['max', 'in', '-j', '2', '-q']);"
        "print({'fsspec', 'dask', 'distributed'} & set(sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert ended.stdout == b"set()\n"


PLANNER = """
import resource, fsspec
from poolcli.pipeline import Settings
from poolcli.plan import Naming, plan
memory = fsspec.filesystem("memory")
for number in range(100_000):
    memory.pipe_file(f"/in/{number // 5000:03}/{number:06}.png", b"x")
naming = Naming(folder="memory://out")
found = plan(["memory://in/"], Settings("max"), naming, recursive=True)
print(len(found.jobs), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_a_hundred_thousand_inputs_are_planned_in_little_memory() -> None:
    ended = subprocess.run([sys.executable, "-c", PLANNER], capture_output=True, check=True)
    jobs, megabytes = map(int, ended.stdout.split())
    assert jobs == 100_000
    assert megabytes < LIMIT
