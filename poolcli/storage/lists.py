"""Read lists of names, name by name."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from poolcli.errors import PoolcliError
from poolcli.storage.streams import (
    HEAD_BYTES,
    INPUT,
    input_descriptor,
    names_folder,
    raw_standard_input,
    read_parts,
)

# In bytes: longer than any path, in any encoding.
LONGEST_NAME = 1 << 15
# In bytes: enough for several million names.
LONGEST_LIST = 1 << 28

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_names(path: str, look: Callable[[bytes], None] | None = None) -> Iterator[str]:
    """Yield the names in a local list, as `names_in` does.

    Raises
    ------
    PoolcliError
        If the list cannot be read, is no list of names, or is larger than 256 MiB.
    """
    try:
        yield from names_in(_parts(path), look)
    except OSError as error:
        if names_folder(error, path):
            raise PoolcliError("is a folder; name it as an input instead") from None
        reason = error.strerror.lower() if error.strerror else str(error)
        raise PoolcliError(f"cannot be read: {reason}") from None


def names_in(parts: Iterable[bytes], look: Callable[[bytes], None] | None = None) -> Iterator[str]:
    """Yield the names in a list: each ended by NUL if the first one is, else one per line.

    A byte order mark is skipped; text that begins with one of UTF-16 is decoded accordingly. Empty
    names and blank lines are skipped.

    Raises
    ------
    PoolcliError
        If this is no list of names, or is larger than 256 MiB.
    """
    return map(_decode, _split(_limited(parts), look))


def _decode(name: bytes) -> str:
    try:
        return os.fsdecode(name)
    except UnicodeDecodeError:
        # On Windows names are Unicode; elsewhere any bytes are a name.
        raise PoolcliError("is not UTF-8; save it as UTF-8 or UTF-16") from None


def _parts(path: str) -> Iterator[bytes]:
    if input_descriptor(path) == INPUT:
        yield from read_parts(raw_standard_input())
        return
    with Path(path).open("rb", buffering=0) as stream:
        yield from read_parts(stream)


def _limited(parts: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > LONGEST_LIST:
            raise PoolcliError(
                f"has more than {LONGEST_LIST:,} bytes, too many for a list of names;"
                " split it into several"
            )
        yield part


def _split(parts: Iterator[bytes], look: Callable[[bytes], None] | None) -> Iterator[bytes]:
    head = b""
    for part in parts:
        head += part
        if len(head) > LONGEST_NAME:
            break
    if look is not None:
        look(head[:HEAD_BYTES])
    parts = chain([head], parts)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            parts = _decoded(parts, mark, encoding)
            head = next(parts, b"")
            parts = chain([head], parts)
            break
    ending = b"\0" if b"\0" in head[:LONGEST_NAME] else b"\n"
    rest = b""
    for part in parts:
        *names, rest = (rest + part).split(ending) if part.strip(ending) else (rest, b"")
        for name in names:
            if name := _checked(name, ending):
                yield name
        _check_length(rest)
    if rest := _checked(rest, ending):
        yield rest


def _checked(name: bytes, ending: bytes) -> bytes:
    _check_length(name)
    if ending == b"\n":
        return name.removesuffix(b"\r") if name.strip() else b""
    return name


def _check_length(name: bytes) -> None:
    if len(name) > LONGEST_NAME:
        raise PoolcliError("is no list of names: one of them is longer than any path")


def _decoded(parts: Iterator[bytes], mark: bytes, encoding: str) -> Iterator[bytes]:
    """Yield text that begins with a byte order mark in UTF-8, without the mark."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for part in chain([next(parts, b"")[len(mark) :]], parts):
        if encoding == "utf-8":
            yield part
        else:
            yield os.fsencode(_text(decoder, part))
    if encoding != "utf-8":
        _text(decoder, b"", final=True)


def _text(decoder: codecs.IncrementalDecoder, part: bytes, *, final: bool = False) -> str:
    try:
        return decoder.decode(part, final)
    except UnicodeDecodeError:
        raise PoolcliError("is no list of names: it begins like UTF-16 and is invalid") from None
