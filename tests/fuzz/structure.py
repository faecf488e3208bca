"""Mutations that know what the parts of a file mean: tags, segments, chunks and headers."""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Callable
from typing import NamedTuple

Mutation = Callable[[bytes, random.Random], bytes]

# The types of TIFF 6.0 and BigTIFF by their numbers, with the size of one value in bytes.
TIFF_TYPES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
}
COUNTS = (0, 1, 2, 3, 4, 255, 65_536, 2**31 - 1, 2**32 - 1)
TAGS = (
    254, 255, 256, 257, 258, 259, 262, 266, 270, 273, 274, 277, 278, 279, 282, 283, 284, 296, 305,
    317, 320, 322, 323, 324, 325, 338, 339, 347, 530, 531, 532, 700, 34665, 34675,
)  # fmt: skip
INTEGERS = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    12,
    16,
    24,
    32,
    64,
    255,
    256,
    32773,
    32946,
    65_535,
    2**31,
    2**32 - 1,
)
FLOATS = (0.0, -0.0, -1.0, 1e-300, 1e300, float("inf"), float("-inf"), float("nan"))

NPY_TYPES = (
    "|b1", "|u1", "|i1", "<u2", ">u2", "<i4", ">i8", "<u8", "<f2", ">f4", "<f8", "<f16", "<c8",
    "|O", "|S3", "<U2", "|V4", "<M8[s]", "<m8", "nonsense", "<f3", "", "<f8,<i4",
)  # fmt: skip
NPY_SHAPES = (
    "()", "(0,)", "(4,)", "(0, 4)", "(4, 0)", "(4, 4)", "(2, 2, 4)", "(4, 2, 2)", "(2, 2, 2, 2)",
    "(1, 2, 2, 4)", "(-1, 4)", "(4, -4)", "(True, 4)", "(4.0, 4)", "(1000000000, 1000000000)",
    "(9223372036854775807, 2)", "(16,) * 2", "[4, 4]", "None", "'x'",
)  # fmt: skip
NUMBERS = (
    b"0", b"-0", b"-0.0", b"007", b"1_0", b"1e400", b"-1e400", b"1e-400", b"5e-324", b"0x10",
    b"nan", b"-nan", b"inf", b"infinity", b"9223372036854775807", b"9223372036854775808",
    b"-9223372036854775809", b"9" * 5000, b"1" * 400 + b".5", b"1e", b".", b"+", b"--1", b"True",
    "٣".encode(), "−1".encode(), b'"1"', b"1 2", b"", b"\xff", b"\0",
)  # fmt: skip


class Entry(NamedTuple):
    """An entry of a TIFF directory, by its position in the content."""

    position: int
    tag: int
    type: int
    number: int


def structured(content: bytes) -> list[Mutation]:
    """List the mutations that know the format of a file."""
    if content[:4] in (b"II*\0", b"MM\0*"):
        return [_change_entry] * 3
    if content.startswith(b"\xff\xd8"):
        return [_change_segment, _change_segment, _change_exif]
    if content.startswith(b"\x89PNG") or content[8:12] == b"WEBP":
        return [_change_exif]
    if content.startswith(b"\x93NUMPY"):
        return [_change_npy_header] * 2
    if content.isascii():
        return [_change_number] * 3
    return []


def _change_entry(content: bytes, random_: random.Random) -> bytes:
    return _with_entry(content, 0, random_)


def _change_exif(content: bytes, random_: random.Random) -> bytes:
    """Change an entry of the TIFF that EXIF is; checksums of a PNG become wrong."""
    found = re.search(rb"II\*\0|MM\0\*", content)
    return _with_entry(content, found.start(), random_) if found else content


def _with_entry(content: bytes, start: int, random_: random.Random) -> bytes:
    """Give one directory entry another tag, type, count or value."""
    order = "<" if content[start : start + 2] == b"II" else ">"
    entries = _entries(content, start, order)
    if not entries:
        return content
    entry = random_.choice(entries)
    changed = bytearray(content)
    way = random_.choice(("tag", "type", "count", "value", "value", "pointed", "pointed"))
    if way == "tag":
        struct.pack_into(order + "H", changed, entry.position, random_.choice(TAGS))
    elif way == "type":
        kind = random_.choice((*TIFF_TYPES, 0, 14, 99))
        struct.pack_into(order + "H", changed, entry.position + 2, kind)
    elif way == "count":
        struct.pack_into(order + "I", changed, entry.position + 4, random_.choice(COUNTS))
    elif way == "value":
        struct.pack_into(order + "I", changed, entry.position + 8, random_.choice(INTEGERS))
    else:
        _change_pointed(changed, start, entry, order, random_)
    return bytes(changed)


def _change_pointed(
    changed: bytearray, start: int, entry: Entry, order: str, random_: random.Random
) -> None:
    """Change the first value that an entry points to, as a number of its type."""
    size = TIFF_TYPES.get(entry.type, 4)
    (offset,) = struct.unpack_from(order + "I", changed, entry.position + 8)
    target = entry.position + 8 if size * entry.number <= 4 else start + offset
    if target + 8 > len(changed):
        return
    if entry.type in (5, 10):
        pair = [random_.choice((0, 1, 72, 2**31 - 1, 2**32 - 1)) for _ in range(2)]
        struct.pack_into(order + "II", changed, target, *pair)
    elif entry.type == 12:
        struct.pack_into(order + "d", changed, target, random_.choice(FLOATS))
    elif size == 2:
        struct.pack_into(order + "H", changed, target, random_.choice(INTEGERS) % 65_536)
    else:
        struct.pack_into(order + "I", changed, target, random_.choice(INTEGERS))


def _entries(content: bytes, start: int, order: str) -> list[Entry]:
    """List the entries of the first directory of a TIFF that begins at `start`."""
    if len(content) < start + 8:
        return []
    (offset,) = struct.unpack_from(order + "I", content, start + 4)
    position = start + offset
    if position + 2 > len(content):
        return []
    (count,) = struct.unpack_from(order + "H", content, position)
    positions = range(position + 2, min(position + 2 + 12 * count, len(content) - 12), 12)
    return [Entry(at, *struct.unpack_from(order + "HHI", content, at)) for at in positions]


def _change_segment(content: bytes, random_: random.Random) -> bytes:
    """Drop, repeat, move or change a segment of a JPEG before its first scan."""
    segments, rest = _segments(content)
    if not segments:
        return content
    number = random_.randrange(len(segments))
    marker, data = segments[number]
    way = random_.choice(("drop", "repeat", "swap", "change", "change", "marker", "add"))
    if way == "drop":
        del segments[number]
    elif way == "repeat":
        segments[number:number] = [segments[number]] * random_.choice((1, 3))
    elif way == "swap":
        other = random_.randrange(len(segments))
        segments[number], segments[other] = segments[other], segments[number]
    elif way == "change" and data:
        changed = bytearray(data)
        changed[random_.randrange(min(40, len(data)))] = random_.choice(
            (0, 1, 2, 3, 4, 17, 34, 255)
        )
        segments[number] = marker, bytes(changed)
    elif way == "marker":
        segments[number] = (
            random_.choice((0xC0, 0xC1, 0xC2, 0xC4, 0xC9, 0xDB, 0xDD, 0xE1, 0xE2, 0xEE, 0xFE)),
            data,
        )
    else:
        # Restart intervals, an Adobe transform, an ICC part that is not the first.
        added = random_.choice(
            (
                (0xDD, struct.pack(">H", random_.choice((0, 1, 7, 65_535)))),
                (0xEE, b"Adobe\0d\0\0\0\0" + bytes([random_.choice((0, 1, 2, 9))])),
                (
                    0xE2,
                    b"ICC_PROFILE\0"
                    + bytes([random_.randrange(4), random_.randrange(4)])
                    + b"x" * 40,
                ),
                (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation='6'/>"),
            )
        )
        segments.insert(number, added)
    return content[:2] + b"".join(map(_segment, segments)) + rest


def _segments(content: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Split a JPEG into its segments before the first scan, and the rest."""
    found, position = [], 2
    while position + 4 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker in (0xDA, 0xD9):
            break
        length = int.from_bytes(content[position + 2 : position + 4], "big")
        found.append((marker, content[position + 4 : position + 2 + length]))
        position += 2 + max(2, length)
    return found, content[position:]


def _segment(segment: tuple[int, bytes]) -> bytes:
    marker, data = segment
    return bytes((0xFF, marker)) + struct.pack(">H", (len(data) + 2) % 65_536) + data


def _change_npy_header(content: bytes, random_: random.Random) -> bytes:
    """Give an npy file another type, shape, order or header."""
    length = int.from_bytes(content[8:10], "little")
    header, data = content[10 : 10 + length].decode("latin-1"), content[10 + length :]
    way = random_.choice(("type", "shape", "order", "version", "words"))
    if way == "type":
        header = re.sub(r"'descr': *'[^']*'", f"'descr': {random_.choice(NPY_TYPES)!r}", header)
    elif way == "shape":
        header = re.sub(r"'shape': *\([^)]*\)", f"'shape': {random_.choice(NPY_SHAPES)}", header)
    elif way == "order":
        header = re.sub(
            r"'fortran_order': *\w+",
            f"'fortran_order': {random_.choice(('True', 'False', '2', 'x'))}",
            header,
        )
    elif way == "words":
        header = random_.choice(
            ("{}", "{" * 200, "[" * 5000, "__import__('os')", "{'descr': '<f8'}", "\n")
        )
    version = bytes((random_.choice((0, 1, 2, 3, 9)), 0)) if way == "version" else content[6:8]
    encoded = header.encode("latin-1")
    return content[:6] + version + struct.pack("<H", len(encoded)) + encoded + data


def _change_number(content: bytes, random_: random.Random) -> bytes:
    """Replace a number of a text, its line ends, its delimiters or its encoding."""
    way = random_.random()
    if way < 0.1:
        return content.replace(
            b"\n", random_.choice((b"\r\n", b"\r", b"\n\n", b" \n", b"\x0b", b"\x1c"))
        )
    if way < 0.2:
        marks = (b",", b";", b"\t", b" ", b", ", b",,")
        return content.replace(random_.choice(marks), random_.choice(marks))
    if way < 0.25:
        encoding = random_.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7"))
        return content.decode("latin-1").encode(encoding, "replace")
    found = list(re.finditer(rb"[^\s,;]+", content[:4000]))
    if not found:
        return content
    token = random_.choice(found)
    return content[: token.start()] + random_.choice(NUMBERS) + content[token.end() :]
