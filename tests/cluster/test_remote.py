"""URLs are urls like any other: listed, compared, named, read and replaced whole."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fsspec
import pytest
from conftest import Invoke, names
from helpers.formats import noise, saved

from poolcli import storage
from poolcli.errors import PoolcliError
from poolcli.plan.inputs import find_inputs
from poolcli.storage import remote, remote_listing

LIMIT = 300  # megabytes


@pytest.fixture
def memory() -> Iterator[Any]:
    filesystem = fsspec.filesystem("memory")
    filesystem.store.clear()
    filesystem.pseudo_dirs[:] = [""]
    yield filesystem
    filesystem.store.clear()


def put(*urls: str) -> None:
    for url in urls:
        storage.write(url, saved(noise("u1"), "PNG"))


def inputs(*names: str, recursive: bool = True, output_folder: str = "pooled") -> list[str]:
    found = find_inputs(names, None, recursive=recursive, output_folder=output_folder)
    return [source.path for source in found.inputs.values()]


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
            url.replace("in/", "memory://in/", 1) for url in local
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
    urls = [f"memory://out/{name}_max_k2_1.png" for name in ("a", "x/b", "c")]
    assert result.output.splitlines() == urls
    invoke("max", "memory://in/a.png", "--no-figure")
    assert Path("pooled/a_max_k2_1.png").read_bytes() == storage.read(urls[0])
    invoke("max", "memory://in/a.png", "-o", "memory://small.png")
    assert storage.read("memory://small.png") == storage.read(urls[0])


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
        (["c.png", "-o", "file://{folder}/c.png"], "would replace c.png, which is an input"),
        (["file://{folder}/c.png", "-o", "c.png"], "c.png would replace file://"),
        (["memory://in/a.png", "memory://x/a.png"], "would both be written to pooled/a_max"),
        (["memory://in/", "-d", "memory://in"], "memory://in/ is the output folder or in it"),
        (["memory://in/x/", "-d", "memory://in/"], "memory://in/x/ is the output folder or in it"),
        (["c.png", "-d", "nonsense://out"], "nonsense://out: nonsense:// is not supported"),
        (["c.png", "-d", "zip://out::memory://a.zip"], "memory://a.zip: is a chain of URLs"),
        (["c.png", "-o", "file://elsewhere/a.png"], "elsewhere/a.png: is a file of another"),
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
    local = fsspec.filesystem("file")
    monkeypatch.setattr(remote, "open_url", lambda url: (local, url.partition("://")[2]))
    url = f"hdfs://{folder}/new/a.bin"
    storage.write(url, b"old")
    assert names(folder / "new") == ["a.bin"]
    opener = type(local.open(folder / "new" / "a.bin", "rb"))

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(opener, "write", full)
    with pytest.raises(PoolcliError, match="cannot be written"):
        storage.write(url, b"new")
    assert storage.read(url) == b"old"
    assert names(folder / "new") == ["a.bin"]


def test_a_file_url_is_a_path(invoke: Invoke, folder: Path) -> None:
    put(str(folder / "in/a::b.png"), str(folder / "in/x/%41?.png"), str(folder / "c.png"))
    for url in (f"file://{folder}", f"file://localhost{folder}", f"FILE://{folder}"):
        result = invoke("max", f"{url}/in", "-r", "-d", f"{url}/out", "--no-figure")
        assert result.output.splitlines() == [
            f"{url}/out/a::b_max_k2_1.png",
            f"{url}/out/x/%41?_max_k2_1.png",
        ]
        assert names(folder / "out") == ["a::b_max_k2_1.png", "x"]
        (folder / "list").write_text(f"{url}/c.png\n")
        invoke("max", "--files-from", f"{url}/list", "-o", f"{url}/small.png")
        assert (folder / "small.png").read_bytes()
        assert invoke("max", f"{url}/in", "-r", "-d", f"{url}/out", "--no-figure", "-u")
        assert "explained" not in invoke("explain", f"{url}/c.png").errors
    linked, pipe = folder / "linked.png", folder / "pipe.png"
    target = folder / "target.png"
    target.write_bytes(b"old")
    target.chmod(0o640)
    linked.symlink_to(target)
    invoke("max", "c.png", "-o", f"file://{linked}")
    assert linked.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    storage.write(f"file://{pipe}", b"into the pipe")
    assert os.read(reader, 99) == b"into the pipe"
    os.close(reader)


@pytest.mark.usefixtures("memory")
def test_names_are_not_read_as_urls(invoke: Invoke, folder: Path) -> None:
    storage.write("memory://out/index.html", b"precious")
    put(str(folder / "index.html::x.png"), str(folder / "..::y.png"), "memory://in/a::b.png")
    result = invoke(
        "max", "index.html::x.png", "..::y.png", "memory://in/", "-d", "memory://out",
        "--no-figure",
    )  # fmt: skip
    written = [f"memory://out/{stem}_max_k2_1.png" for stem in ("index.html::x", "..::y", "a::b")]
    assert result.output.splitlines() == written
    assert storage.read("memory://out/index.html") == b"precious"
    assert {url for url, _ in remote_listing.walk("memory://out", recursive=True, avoid=None)} == {
        "memory://out/index.html", written[0], written[2],
    }  # fmt: skip
    assert all(map(storage.read, written))
    assert list(fsspec.filesystem("memory").store) != []


def test_a_chain_of_urls_is_no_second_name_of_an_input(invoke: Invoke, folder: Path) -> None:
    put(str(folder / "c.png"))
    before = Path("c.png").read_bytes()
    chain = f"simplecache::file://{folder}/c.png"
    result = invoke("max", chain, "-o", "c.png", status=1)
    assert result.errors.splitlines() == [
        f"poolcli: {chain}: is a chain of URLs; copy the object out of it first",
        "poolcli: 0 written, 1 failed of 1",
    ]
    assert Path("c.png").read_bytes() == before


def test_a_path_that_cannot_be_written_is_named(invoke: Invoke, folder: Path) -> None:
    put(str(folder / "c.png"))
    line = "poolcli: zip://a.png::memory://b: is a chain of URLs; copy the object out of it first\n"
    chain = "zip://a.png::memory://b"
    for command in (["max", "-o", chain], ["explain", "--figure", chain + ".png"]):
        result = invoke(*command, "c.png", status=2)
        assert result.errors.replace("b.png:", "b:") == line
    with pytest.raises(PoolcliError, match=f"^{chain}: is a chain of URLs"):
        storage.write(chain, b"")


HALF = [
    "zip://in.png::file:///missing.zip", "zip://::", "reference://", "nonsense://1.png",
    "simplecache::file:///x/2.png", "ftp://127.0.0.1:1/3.png", "http://127.0.0.1:1/4.png",
    "http://", "s3://", "memory://", "file://elsewhere/5.png", "local:///6.png",
    "data://text/plain,1", "github://a:b@c/7.png", "sftp://127.0.0.1:1/8.png", "hdfs://a/9.png",
    "http://[::1/10.png", "https://user@:99999/11.png", "abfs://a@b.c/12.png", "gs://a/13.png",
]  # fmt: skip


@pytest.mark.parametrize("url", HALF)
def test_a_url_that_leads_nowhere_is_a_failed_input_and_the_rest_is_done(
    invoke: Invoke, folder: Path, url: str
) -> None:
    put(str(folder / "c.png"))
    (folder / "list").write_text(f"{url}\nc.png\n")
    result = invoke("max", "--files-from", "list", "--no-figure", status=1)
    assert result.output == "pooled/c_max_k2_1.png\n"
    line, summary = result.errors.splitlines()
    assert summary == "poolcli: 1 written, 1 failed of 2"
    assert line.startswith(f"poolcli: {url}")
    assert "internal error" not in line


@pytest.mark.usefixtures("memory")
def test_an_object_is_looked_at_and_measured_before_all_of_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    size = remote.FIRST_BYTES + 5
    storage.write("memory://large", bytes(size))
    storage.write("memory://empty", b"")
    asked = []
    cat_file = type(fsspec.filesystem("memory")).cat_file

    def watched(self: Any, path: str, start: Any = None, end: Any = None) -> Any:
        asked.append(end)
        return cat_file(self, path, start=start, end=end)

    monkeypatch.setattr(type(fsspec.filesystem("memory")), "cat_file", watched)
    with pytest.raises(PoolcliError, match=rf"has {size:,} bytes"):
        storage.read("memory://large", most=size - 1)
    with pytest.raises(PoolcliError, match="seen"):
        storage.read("memory://large", refuse)
    assert asked == [remote.FIRST_BYTES] * 2
    assert storage.read("memory://large", most=size) == bytes(size)
    assert storage.read("memory://empty", most=0) == b""


def refuse(head: bytes) -> None:
    assert len(head) == storage.HEAD_BYTES
    raise PoolcliError("seen")


class Web(BaseHTTPRequestHandler):
    """Sends pictures, some without end."""

    def do_GET(self) -> None:
        """Answer."""
        picture = saved(noise("u1"), "PNG")
        self.send_response(200)
        if "length" in self.path:
            self.send_header("Content-Length", str(10**12))
        if "gzip" in self.path:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        with suppress(OSError):
            if "gzip" in self.path:
                with gzip.open(self.wfile, "wb") as stream:
                    stream.write(picture)
                    for _ in range(200):
                        stream.write(bytes(2**20))
                return
            self.wfile.write(picture)
            while "endless" in self.path:
                self.wfile.write(bytes(2**20))

    def log_message(self, *_arguments: object) -> None:
        """Ignore a message."""


@pytest.fixture
def web() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Web) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_web_server_cannot_send_more_than_is_allowed(invoke: Invoke, web: str) -> None:
    urls = [f"{web}/{name}.png" for name in ("a", "endless", "gzip", "length")]
    result = invoke("max", *urls, "--no-figure", "--max-pixels", "1000", status=1)
    assert result.output == "pooled/a_max_k2_1.png\n"
    lines = result.errors.splitlines()
    too_large = "bytes, more than any image that --max-pixels allows"
    for url, line in zip(urls[1:], lines, strict=False):
        assert line.startswith(f"poolcli: {url}: has ")
        assert line.endswith(too_large)
    assert f"has {10**12:,} bytes" in lines[2]
    assert lines[3:] == ["poolcli: 1 written, 3 failed of 4"]


@pytest.mark.parametrize("time", [1.5, "1970-01-01T00:00:01.5Z"])
@pytest.mark.parametrize("key", remote_listing.TIMES)
def test_times_are_read_whatever_a_listing_calls_them(key: str, time: object) -> None:
    assert remote_listing.time_of({"name": "a", key: time}) == 1_500_000_000
    assert remote_listing.time_of({"name": "a"}) is None


def test_paths_load_no_fsspec_and_no_dask(folder: Path) -> None:
    put(str(folder / "in/a.png"), str(folder / "in/b.png"))
    code = (
        "import sys; from poolcli.cli import main; main(['max', 'in', '-j', '2', '-q']);"
        "print({'fsspec', 'dask', 'distributed'} & set(sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert ended.stdout == b"set()\n"


PLANNER = """
import fsspec
from poolcli.operations import Max, Pooling
from poolcli.pipeline import Settings
from poolcli.plan import Naming, plan
memory = fsspec.filesystem("memory")
for number in range(100_000):
    memory.pipe_file(f"/in/{number // 5000:03}/{number:06}.png", b"x")
naming = Naming(folder="memory://out")
found = plan(["memory://in/"], Settings(Pooling(Max())), naming, recursive=True)
status = open("/proc/self/status").read()
print(len(found.jobs), int(status.partition("VmHWM:")[2].split()[0]) // 1024)
"""


def test_a_hundred_thousand_inputs_are_planned_in_little_memory() -> None:
    ended = subprocess.run([sys.executable, "-c", PLANNER], capture_output=True, check=True)
    jobs, megabytes = map(int, ended.stdout.split())
    assert jobs == 100_000
    assert megabytes < LIMIT
