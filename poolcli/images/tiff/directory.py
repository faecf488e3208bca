"""The directories of a TIFF file, read with bounds on time and memory (TIFF 6.0, section 2).

BigTIFF is read too: the same structure with wider numbers.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, nan

from poolcli.errors import PoolcliError
from poolcli.images.metadata import count_frames

# Pages are counted up to here; a file can hold one in six bytes, and tags can be shared by pages.
MOST_PAGES, MOST_ENTRIES = 10_000, 200_000
MOST_ENTRIES_OF_A_PAGE = 65_535

_DESCRIPTION = 270
_IMAGEJ = re.compile(rb"ImageJ=[^\n]{0,99}\nimages=([0-9]{1,9})\n")

_NEW_SUBFILE_TYPE, _SUBFILE_TYPE = 254, 255
# NewSubfileType is a set of bits, SubfileType one of three numbers.
_REDUCED, _MASK, _OLD_REDUCED = 1, 4, 2

# The struct codes of the TIFF types that hold whole numbers, by type.
_INTEGERS = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 13: "I", 16: "Q", 17: "q", 18: "Q"}
_RATIONALS = {5: "I", 10: "i"}
_FLOATS = {11: "f", 12: "d"}
_BYTES = (1, 2, 7)
_SIZES = {
    **{type_: struct.calcsize(code) for type_, code in (_INTEGERS | _FLOATS).items()},
    **dict.fromkeys(_RATIONALS, 8),
    2: 1,
    7: 1,
}


@dataclass(frozen=True)
class Directory:
    """The tags of one page; a value is read from the file when it is asked for.

    Attributes
    ----------
    content : bytes
        The whole file.
    order : "<" or ">"
        The byte order of its numbers.
    entries : dict
        Tag number to (type, count, position of the value).
    """

    content: bytes
    order: str
    entries: dict[int, tuple[int, int, int]]

    def __contains__(self, tag: int) -> bool:
        return tag in self.entries

    def integers(self, tag: int, most: int) -> tuple[int, ...]:
        """Read at most `most` whole numbers of a tag; empty if the tag is missing."""
        if tag not in self.entries:
            return ()
        type_, count, position = self.entries[tag]
        code = _INTEGERS.get(type_)
        if code is None:
            raise PoolcliError(f"is damaged: TIFF tag {tag} holds no whole numbers")
        count = min(count, most)
        values = self._bytes(tag, position, count * _SIZES[type_])
        numbers = struct.unpack(f"{self.order}{count}{code}", values)
        if any(number < 0 for number in numbers):
            raise PoolcliError(f"is damaged: TIFF tag {tag} holds a negative number")
        return numbers

    def integer(self, tag: int, default: int) -> int:
        """Read the first whole number of a tag."""
        return next(iter(self.integers(tag, 1)), default)

    def metadata(self, tag: int) -> object:
        """Read what a tag that is no part of the pixels holds: a number, or bytes.

        None if it is missing, and NaN if it cannot be read: pixels do not depend on it.
        """
        if tag not in self.entries:
            return None
        type_, count, position = self.entries[tag]
        code = (_INTEGERS | _RATIONALS | _FLOATS).get(type_, "")
        try:
            if type_ in _BYTES:
                return bytes(self._bytes(tag, position, count))
            if type_ in _RATIONALS:
                above, below = struct.unpack_from(f"{self.order}2{code}", self.content, position)
                return float(above / below) if below else nan
            (number,) = struct.unpack_from(self.order + code, self.content, position)
        except (PoolcliError, struct.error):
            return nan
        return int(number) if type_ in _INTEGERS else float(number)

    def _bytes(self, tag: int, position: int, size: int) -> memoryview:
        if position + size > len(self.content):
            raise PoolcliError(f"is damaged: TIFF tag {tag} lies beyond the end of the file")
        return memoryview(self.content)[position : position + size]

    @property
    def subordinate(self) -> bool:
        """Whether the page is marked as a smaller copy or a mask of another."""
        if self.integer(_NEW_SUBFILE_TYPE, 0) & (_REDUCED | _MASK):
            return True
        return self.integer(_SUBFILE_TYPE, 0) == _OLD_REDUCED


@dataclass(frozen=True)
class Pages:
    """The page of a file that is read, and how many there are.

    Attributes
    ----------
    used : Directory
        The first page that is not marked as a smaller copy or a mask of another; the first page
        if all are.
    number : int
        Its number, from 1.
    count : int
        How many pages there are that are not marked so, as far as they were counted.
    complete : bool
        Whether all pages were counted.
    """

    used: Directory
    number: int
    count: int
    complete: bool

    @property
    def notes(self) -> list[str]:
        """Return a note on which page is used, if there is a choice."""
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
    """Read the first directories of a TIFF file.

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
            if number > MOST_PAGES or entries > MOST_ENTRIES:
                complete = False
                break
            entries += len(directory.entries)
            first = first or directory
            if not directory.subordinate:
                used = used or (number, directory)
                count += 1
    except PoolcliError:
        # Pages behind the one that is used do not matter.
        if used is None:
            raise
    if first is None:
        raise PoolcliError("is damaged: it has no TIFF directory")
    number, directory = used or (1, first)
    if count < 2:
        count = _images_behind(directory)
    return Pages(directory, number, count, complete)


def _images_behind(directory: Directory) -> int:
    """Count the images that ImageJ stores behind each other with one directory."""
    description = directory.metadata(_DESCRIPTION)
    found = _IMAGEJ.match(description) if isinstance(description, bytes) else None
    return max(1, int(found[1])) if found else 1


def _directories(content: bytes) -> Iterator[Directory]:
    """Yield the directories in turn, each once; raise at one that is cut off."""
    order = "<" if content[:2] == b"II" else ">"
    big = 43 in content[2:4]
    head, link, entry = (
        struct.Struct(order + code) for code in (("Q", "Q", "HHQQ") if big else ("H", "I", "HHII"))
    )
    place = 8 if big else 4
    seen: set[int] = set()
    while place + link.size <= len(content):
        (position,) = link.unpack_from(content, place)
        if position == 0 or position in seen:
            return
        start = position + head.size
        count = head.unpack_from(content, position)[0] if start <= len(content) else inf
        place = int(min(start + count * entry.size, len(content)))
        if count > MOST_ENTRIES_OF_A_PAGE or place == len(content):
            raise PoolcliError("is damaged: its TIFF directory is cut off")
        seen.add(position)
        entries: dict[int, tuple[int, int, int]] = {}
        for index, (tag, type_, number, value) in enumerate(
            entry.iter_unpack(memoryview(content)[start:place])
        ):
            if type_ in _SIZES and tag not in entries:
                inline = number * _SIZES[type_] <= link.size
                field = start + (index + 1) * entry.size - link.size
                entries[tag] = (type_, number, field if inline else value)
        yield Directory(content, order, entries)
