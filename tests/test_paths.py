"""Paths of Windows and of POSIX, and URLs, as text."""

from __future__ import annotations

import ntpath
import os
import posixpath
from types import ModuleType

import pytest

from poolcli.errors import PoolcliError
from poolcli.storage import local, paths, write
from poolcli.storage.names import check_windows_name


@pytest.fixture(params=[posixpath, ntpath])
def flavour(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Make the module treat paths as one of the two kinds of systems does."""
    own = ModuleType("os")
    module: ModuleType = request.param
    own.__dict__.update(path=module, sep=module.sep)
    monkeypatch.setattr(paths, "os", own)
    return module


@pytest.mark.parametrize(
    ("path", "folder", "expected"),
    [
        (r"C:\x\pooled\sub", r"C:\x\pooled", True),
        (r"C:\x\pooled", r"C:\x\pooled", True),
        (r"C:\X\Pooled\sub", r"c:\x\pooled", True),
        ("C:\\x", "C:\\", True),
        (r"C:\x\pooled2", r"C:\x\pooled", False),
        (r"D:\x\pooled", r"C:\x\pooled", False),
        (r"\\server\share\a", r"\\server\share", True),
        ("s3://b/a/c", "s3://b/a", True),
        ("s3://b/A/c", "s3://b/a", False),
        (r"C:\x", "s3://b", False),
        ("s3://b", "C:\\", False),
    ],
)
def test_what_lies_in_a_folder_on_windows(
    monkeypatch: pytest.MonkeyPatch, path: str, folder: str, expected: bool
) -> None:
    own = ModuleType("os")
    own.__dict__.update(path=ntpath)
    monkeypatch.setattr(paths, "os", own)
    assert paths.lies_in(path, folder) is expected


@pytest.mark.usefixtures("flavour")
@pytest.mark.parametrize("path", ["C://x", r"C:\x", "C:/x", "c:x", r"\\server\share", "a.png"])
def test_drives_are_no_urls(path: str) -> None:
    assert not paths.is_url(path)
    assert paths.local_path(path) == path


def test_a_file_url_names_a_local_path(flavour: ModuleType) -> None:
    windows = flavour is ntpath
    assert paths.local_path("file:///C:/x/a.png") == ("C:/x/a.png" if windows else "/C:/x/a.png")
    assert paths.local_path("file:///x/C:/a.png") == "/x/C:/a.png"
    assert not paths.is_url("file:///C:/x/a.png")


def test_the_last_part_of_a_path(flavour: ModuleType) -> None:
    assert paths.name_of(r"C:\x\a.png") == ("a.png" if flavour is ntpath else r"C:\x\a.png")
    assert paths.name_of("s3://b/a.png") == "a.png"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("CON", "CON is a device"),
        (r"pooled\con.png", "con.png is a device"),
        ("nul.tar.gz", "nul.tar.gz is a device"),
        ("COM1", "COM1 is a device"),
        ("LPT².csv", "LPT².csv is a device"),
        (r"AUX\a.png", "AUX is a device"),
        ("ab:c.png", "':' is not allowed in names"),
        (r"C:\x\a?.png", "'?' is not allowed in names"),
        ("*.png", "'*' is not allowed in names"),
        ("a\n.png", r"'\n' is not allowed in names"),
        ("a.png.", "a name cannot end with a dot or a blank"),
        (r"b \a.png", "a name cannot end with a dot or a blank"),
    ],
)
def test_names_that_windows_cannot_store_are_refused_there(
    monkeypatch: pytest.MonkeyPatch, path: str, reason: str
) -> None:
    with pytest.raises(PoolcliError) as caught:
        check_windows_name(path)
    message = f"{path} cannot be written on Windows: {reason}; use another name"
    assert str(caught.value) == message
    monkeypatch.setattr(local, "WINDOWS", True)
    with pytest.raises(PoolcliError, match="on Windows"):
        write(path, b"content")


@pytest.mark.parametrize(
    "path",
    ["a.png", r"C:\x\a.png", r"..\a.png", r".\a.png", "C:a.png", "console.png", "COM10.png",
     r"\\server\share\a.png", ".hidden", "nul", "a b.png", "C:/x/cat_max_k2_n3_comparison.png"],
)  # fmt: skip
def test_other_names_are_not_refused(path: str) -> None:
    check_windows_name(path)


@pytest.mark.skipif(os.name == "nt", reason="the names are reserved there")
def test_names_that_windows_reserves_are_written_elsewhere(folder: os.PathLike[str]) -> None:
    write(os.path.join(folder, "CON"), b"content")  # noqa: PTH118 - a path is text
    assert os.listdir(folder) == ["CON"]  # noqa: PTH208 - likewise
