"""Lists of names."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest

from poolcli.errors import PoolcliError
from poolcli.storage import lists, read_names


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"", []),
        (b"\n\n", []),
        (b"\0\0\0", []),
        (b"a.png\nb c.png\n\n", ["a.png", "b c.png"]),
        (b"a.png\r\nb.png", ["a.png", "b.png"]),
        (b"a\nb.png\0c\r\0", ["a\nb.png", "c\r"]),
        (b"\xff.png\n", [os.fsdecode(b"\xff.png")]),
        (codecs.BOM_UTF8 + b"a.png\n", ["a.png"]),
        (codecs.BOM_UTF8 + b"a\0b\0", ["a", "b"]),
        (codecs.BOM_UTF16_LE + "ä.png\r\nb.png\r\n".encode("utf-16-le"), ["ä.png", "b.png"]),
        (codecs.BOM_UTF16_BE + "猫.png\nb.png".encode("utf-16-be"), ["猫.png", "b.png"]),
    ],
)
def test_a_list_is_split_into_its_names(tmp_path: Path, content: bytes, names: list[str]) -> None:
    (tmp_path / "list").write_bytes(content)
    assert list(read_names(str(tmp_path / "list"))) == names


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\0"])
def test_a_name_may_lie_across_two_parts(tmp_path: Path, encoding: str, ending: str) -> None:
    names = [f"{number:07}.png" for number in range(150_000)]
    (tmp_path / "list").write_text(ending.join(names), encoding=encoding, newline="")
    assert list(read_names(str(tmp_path / "list"))) == names


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"x" * 2**20, "is no list of names: one of them is longer than any path"),
        (b"a\n" + b"x" * 2**20, "longer than any path"),
        (b"a\n" + b"x" * 2**20 + b"\n", "longer than any path"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a\x00", "begins like UTF-16 and is invalid"),
        (codecs.BOM_UTF16_LE + b"a", "begins like UTF-16 and is invalid"),
    ],
)
def test_what_is_no_list_is_told(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "list").write_bytes(content)
    with pytest.raises(PoolcliError, match=reason):
        list(read_names(str(tmp_path / "list")))


def test_a_list_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "LONGEST_LIST", 2**20)
    (tmp_path / "list").write_bytes(b"a\n" * 2**20)
    with pytest.raises(PoolcliError, match=r"has more than 1,048,576 bytes.*split it"):
        list(read_names(str(tmp_path / "list")))


def test_a_list_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(PoolcliError, match="cannot be read: no such file"):
        list(read_names(str(tmp_path / "missing")))
    with pytest.raises(PoolcliError, match="is a folder; name it as an input"):
        list(read_names(str(tmp_path)))


def test_a_name_that_the_system_cannot_have_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(lists.names_in([b"caf\xe9.png"])) == [os.fsdecode(b"caf\xe9.png")]
    # Names are Unicode on Windows.
    monkeypatch.setattr(os, "fsdecode", lambda name: name.decode("utf-8", "surrogatepass"))
    with pytest.raises(PoolcliError, match="is not UTF-8; save it as UTF-8"):
        list(lists.names_in([b"caf\xe9.png"]))
