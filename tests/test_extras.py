"""Without what the extra `cluster` installs, who asks for it is told its name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import Invoke, names
from helpers.formats import noise, saved

from poolcli import executors, storage

HINT = "install it with pip install 'poolcli-image[cluster]'"


@pytest.fixture(autouse=True)
def _without_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an import of the libraries fail, installed or not."""
    for library in ("fsspec", "dask", "distributed"):
        monkeypatch.setitem(sys.modules, library, None)
    for package, module in ((storage, "remote"), (executors, "cluster")):
        monkeypatch.delitem(sys.modules, f"{package.__name__}.{module}", raising=False)
        monkeypatch.delattr(package, module, raising=False)


@pytest.mark.parametrize(
    ("arguments", "library"),
    [
        (["cat.png", "-d", "s3://bucket"], "URLs need fsspec"),
        (["cat.png", "-o", "gs://bucket/small.png"], "URLs need fsspec"),
        (["--files-from", "https://example.org/list"], "URLs need fsspec"),
        (["cat.png", "--scheduler", "local"], "--scheduler needs Dask"),
        (["cat.png", "--scheduler", "tcp://127.0.0.1:8786"], "--scheduler needs Dask"),
    ],
)
def test_one_line_names_the_extra(
    invoke: Invoke, folder: Path, arguments: list[str], library: str
) -> None:
    (folder / "cat.png").write_bytes(saved(noise("u1"), "PNG"))
    result = invoke("max", *arguments, status=2)
    assert result.errors.startswith("poolcli: ")
    assert result.errors.endswith(f"{library}; {HINT}\n")
    assert result.errors.count("\n") == 1
    assert not result.output
    assert names() == ["cat.png"]


@pytest.mark.parametrize("url", ["s3://bucket/dog.png", "s3://bucket/photos/"])
def test_an_input_that_needs_the_extra_fails_alone(invoke: Invoke, folder: Path, url: str) -> None:
    (folder / "cat.png").write_bytes(saved(noise("u1"), "PNG"))
    result = invoke("max", url, "cat.png", "-j", "1", status=1)
    assert f"poolcli: {url}: URLs need fsspec; {HINT}\n" in result.errors
    assert "1 written, 1 failed of 2" in result.errors


def test_paths_need_none_of_it(invoke: Invoke, folder: Path) -> None:
    (folder / "cat.png").write_bytes(saved(noise("u1"), "PNG"))
    invoke("max", "cat.png", "-u", "--no-figure")
    assert names("pooled") == ["cat_max_k2_1.png"]
