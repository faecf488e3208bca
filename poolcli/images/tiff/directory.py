"""Directories of a TIFF file, read within bounds on time and memory (TIFF 6.0, section 2).

BigTIFF has the same structure with wider numbers.

tifffile cannot replace this module. It loads the values of offsets and some other tags, and of each
duplicate, before its caller can check their counts: a file of 1 MB with 1,000 such tags takes 11 s
and 1.9 GB. It refuses more than 4,096 tags per directory, and it reads a tag whose value lies
beyond the end of the file as missing.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import nan
from typing import NamedTuple

from poolcli.errors import PoolcliError
from poolcli.images.metadata import count_frames
from poolcli.images.tiff.tags import Tag

# Limits of counting: a file can hold one page per six bytes, and pages can share tags.
MAX_PAGES, MAX_ENTRIES = 10_000, 200_000
MAX_ENTRIES_PER_PAGE = 65_535

# ImageJ stores further images after the first, without a directory for each.
_IMAGEJ = re.compile(rb"ImageJ=[^\n]{0,99}\nimages=([0-9]{1,9})\n")

# Bits of NewSubfileType, and a value of SubfileType.
_REDUCED, _MASK = 1, 4
_OLD_REDUCED = 2

# Codes of the struct module by TIFF type. A rational is a pair of integers.
_INTEGERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_RATIONALS = {5: "2I", 10: "2i"}
_FLOATS = {11: "f", 12: "d"}
_BYTES = {1: "B", 2: "B", 7: "B"}
_CODES = _BYTES | _INTEGERS | _RATIONALS | _FLOATS
_SIZES = {type_: struct.calcsize(f"={code}") for type_, code in _CODES.items()}


class TagEntry(NamedTuple):
    """TIFF type of the values of a tag, their number, and their position in the file."""

    type: int
    number: int
    position: int


@dataclass(frozen=True)
class Directory:
    """The tags of one page. Values are read from the file on demand.

    Attributes
    ----------
    content : bytes
        The whole file.
    order : "<" or ">"
        The byte order of numbers in the file.
    entries : dict of int to TagEntry
    """

    content: bytes
    order: str
    entries: dict[int, TagEntry]

    def __contains__(self, tag: int) -> bool:
        return tag in self.entries

    def integers(self, tag: int, limit: int) -> tuple[int, ...]:
        """Read at most `limit` integers of a tag; return none if the tag is missing.

        Raises
        ------
        PoolcliError
            If the tag has no integers, a negative one, or a value beyond the end of the file.
        """
        if tag not in self.entries:
            return ()
        type_, count, position = self.entries[tag]
        code = _INTEGERS.get(type_)
        if code is None:
            raise PoolcliError(f"is damaged: TIFF tag {tag} holds no whole numbers")
        count = min(count, limit)
        data = self._bytes(tag, position, count * _SIZES[type_])
        numbers = struct.unpack(f"{self.order}{count}{code}", data)
        if any(number < 0 for number in numbers):
            raise PoolcliError(f"is damaged: TIFF tag {tag} holds a negative number")
        return numbers

    def integer(self, tag: int, default: int) -> int:
        """Read the first integer of a tag."""
        return next(iter(self.integers(tag, 1)), default)

    def metadata(self, tag: int) -> object:
        """Read a tag that does not affect pixels: its bytes, or its first number.

        Return None if the tag is missing, and NaN if its value cannot be read.
        """
        if tag not in self.entries:
            return None
        type_, count, position = self.entries[tag]
        try:
            if type_ in _BYTES:
                return bytes(self._bytes(tag, position, count))
            numbers = struct.unpack_from(self.order + _CODES[type_], self.content, position)
        except (PoolcliError, struct.error):
            return nan
        if type_ in _RATIONALS:
            numerator, denominator = numbers
            return numerator / denominator if denominator else nan
        return numbers[0]

    def _bytes(self, tag: int, position: int, size: int) -> memoryview:
        if position + size > len(self.content):
            raise PoolcliError(f"is damaged: TIFF tag {tag} lies beyond the end of the file")
        return memoryview(self.content)[position : position + size]

    @property
    def subordinate(self) -> bool:
        """Return whether the page is marked as a smaller copy or a mask of another page."""
        if self.integer(Tag.NEW_SUBFILE_TYPE, 0) & (_REDUCED | _MASK):
            return True
        return self.integer(Tag.SUBFILE_TYPE, 0) == _OLD_REDUCED


@dataclass(frozen=True)
class Pages:
    """The page that is read, and the number of pages in the file.

    Attributes
    ----------
    used : Directory
        The first page that is not marked as a smaller copy or a mask; the first page if all are.
    number : int
        The number of that page, from 1.
    count : int
        The number of pages that are not marked so, as far as they were counted.
    complete : bool
        Whether all pages were counted.
    """

    used: Directory
    number: int
    count: int
    complete: bool

    @property
    def notes(self) -> list[str]:
        """Return warnings that name the page that is used, if the file has several."""
        notes = []
        if self.number > 1:
            notes.append(
                f"page {self.number} is used; those before it are marked as smaller copies"
                " (thumbnails) or masks"
            )
        if self.complete:
            return notes + count_frames(self.count)
        return [*notes, f"only the first of more than {self.count} frames or pages is used"]


def read_pages(content: bytes) -> Pages:
    """Read the directories of a TIFF file, as many as are counted.

    Raises
    ------
    PoolcliError
        If there is no directory, or if the one that is used is cut off.
    """
    first: Directory | None = None
    used: tuple[int, Directory] | None = None
    entries = count = 0
    complete = True
    try:
        for number, directory in enumerate(_directories(content), 1):
            if number > MAX_PAGES or entries > MAX_ENTRIES:
                complete = False
                break
            entries += len(directory.entries)
            first = first or directory
            if not directory.subordinate:
                used = used or (number, directory)
                count += 1
    except PoolcliError:
        # Damage in a later page does not affect the one that is used.
        if used is None:
            raise
    if first is None:
        raise PoolcliError("is damaged: it has no TIFF directory")
    number, directory = used or (1, first)
    if count < 2:
        count = _imagej_count(directory)
    return Pages(directory, number, count, complete)


def _imagej_count(directory: Directory) -> int:
    """Return the number of images that ImageJ states in the description of a page."""
    description = directory.metadata(Tag.DESCRIPTION)
    found = _IMAGEJ.match(description) if isinstance(description, bytes) else None
    return max(1, int(found[1])) if found else 1


@dataclass(frozen=True)
class _Structure:
    """Structures of the directories of a TIFF or BigTIFF file.

    Attributes
    ----------
    order : "<" or ">"
    count : Struct
        The number of entries of a directory.
    entry : Struct
        Tag, type, count, and the value or its position.
    link : Struct
        The position of the next directory, or 0.
    first_link : int
        The position in the file of the link to the first directory.
    """

    order: str
    count: struct.Struct
    entry: struct.Struct
    link: struct.Struct
    first_link: int


def _read_structure(content: bytes) -> _Structure:
    order = "<" if content[:2] == b"II" else ">"
    if 43 in content[2:4]:
        codes, first_link = ("Q", "HHQQ", "Q"), 8
    else:
        codes, first_link = ("H", "HHII", "I"), 4
    count, entry, link = (struct.Struct(order + code) for code in codes)
    return _Structure(order, count, entry, link, first_link)


def _directories(content: bytes) -> Iterator[Directory]:
    """Yield each directory once, in order.

    Raises
    ------
    PoolcliError
        If a directory is cut off.
    """
    structure = _read_structure(content)
    link = structure.first_link
    visited = {0}
    while link + structure.link.size <= len(content):
        (position,) = structure.link.unpack_from(content, link)
        if position in visited:
            return
        visited.add(position)
        directory, link = _read_directory(content, structure, position)
        yield directory


def _read_directory(content: bytes, structure: _Structure, position: int) -> tuple[Directory, int]:
    """Read a directory; return it and the position of the link to the next one."""
    start = position + structure.count.size
    count = 0
    if start <= len(content):
        (count,) = structure.count.unpack_from(content, position)
    end = start + count * structure.entry.size
    if count > MAX_ENTRIES_PER_PAGE or end >= len(content):
        raise PoolcliError("is damaged: its TIFF directory is cut off")
    entries: dict[int, TagEntry] = {}
    values = range(start + structure.entry.size - structure.link.size, end, structure.entry.size)
    fields = structure.entry.iter_unpack(memoryview(content)[start:end])
    for (tag, type_, number, pointer), value in zip(fields, values, strict=True):
        if type_ not in _SIZES or tag in entries:
            continue
        # A value that fits into its entry is stored there.
        inline = number * _SIZES[type_] <= structure.link.size
        entries[tag] = TagEntry(type_, number, value if inline else pointer)
    return Directory(content, structure.order, entries), end
