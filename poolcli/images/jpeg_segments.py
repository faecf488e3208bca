"""The segments of JPEG files before the pixels (ITU-T T.81, annex B; JFIF 1.02; EXIF 2.32)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from poolcli.errors import PoolcliError
from poolcli.images.damage import Damage
from poolcli.images.metadata import CENTIMETRES_PER_INCH, read_exif

START, END, SCAN, COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
START_OF_IMAGE, END_OF_IMAGE = b"\xff\xd8", b"\xff\xd9"
STANDALONE = {0x01, *range(0xD0, 0xD9)}
# Frames: sequential and progressive, with Huffman or arithmetic codes.
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
READABLE_FRAMES = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)
PROGRESSIVE = (0xC2, 0xCA)
APPLICATION = range(0xE0, 0xF0)
JFIF, EXIF, ICC, ADOBE = 0xE0, 0xE1, 0xE2, 0xEE
# Version 1.02, no unit of length, square pixels, no thumbnail.
PLAIN_JFIF = b"JFIF\0\1\2\0\0\1\0\1\0\0"
XMP_NAME = b"http://ns.adobe.com/xap/1.0/\0"
MULTI_PICTURE_IMAGES = 0xB001

# Channels of images that are read.
READABLE_CHANNELS = (1, 3, 4)
MAX_SEGMENTS = 10_000


@dataclass
class Header:
    """The fields of the segments before the first scan.

    Attributes
    ----------
    frame : int
        The marker of the frame.
    tables : list of (marker, data)
        The segments that decoding needs.
    """

    frame: int = 0
    shape: tuple[int, int] = (0, 0)
    components: tuple[int, ...] = ()
    tables: list[tuple[int, bytes]] = field(default_factory=list)
    adobe: bytes | None = None
    density: object = None
    exif: bytes = b""
    xmp: bytes = b""
    multi_picture: bytes = b""
    profile: dict[int, bytes] = field(default_factory=dict)
    profile_parts: int = 0


def read_header(view: memoryview, damage: Damage) -> tuple[Header, int]:
    """Read the segments before the first scan; return them and where the scan begins."""
    header = Header()
    for marker, data, position in _segments(view, damage):
        if marker == SCAN and header.frame:
            return header, position
        if marker in FRAMES:
            _read_frame(header, marker, bytes(data))
        elif marker in APPLICATION:
            _read_application(header, marker, bytes(data))
        elif marker not in (COMMENT, SCAN):
            header.tables.append((marker, bytes(data)))
    raise PoolcliError("is damaged: it ends before its pixels")


def _segments(view: memoryview, damage: Damage) -> Iterator[tuple[int, memoryview, int]]:
    """Yield the marker, data and position of each segment, up to the first scan."""
    position, count = 0, 0
    while position + 4 <= len(view):
        if view[position] != 0xFF:
            damage.suspect("there are bytes between its segments")
            position += 1
            continue
        marker = view[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker in STANDALONE:
            position += 2
            continue
        if marker in (0, END):
            return
        length = int.from_bytes(view[position + 2 : position + 4], "big")
        end = position + 2 + length
        if length < 2 or end > len(view):
            return
        yield marker, view[position + 4 : end], position
        position = end
        count += 1
        if count > MAX_SEGMENTS:
            raise PoolcliError(f"holds more than {MAX_SEGMENTS:,} segments; save it again")


def _read_frame(header: Header, marker: int, data: bytes) -> None:
    if header.frame:
        raise PoolcliError("is damaged: it states its size twice")
    if len(data) < 6 or len(data) != 6 + 3 * data[5]:
        raise PoolcliError("is damaged: it does not state its size")
    precision, rows, columns, count = struct.unpack(">BHHB", data[:6])
    if marker not in READABLE_FRAMES:
        raise PoolcliError("is a lossless or hierarchical JPEG; save it as png")
    if precision != 8:
        raise PoolcliError(f"is a JPEG of {precision} bits per channel; save it as png or tif")
    if count not in READABLE_CHANNELS:
        raise PoolcliError(f"is a JPEG of {count} channels; save it as tif or npy")
    if not rows or not columns:
        raise PoolcliError("is damaged: it does not state its size")
    header.frame, header.shape = marker, (rows, columns)
    header.components = tuple(data[6::3])
    header.tables.append((marker, data))


def _read_application(header: Header, marker: int, data: bytes) -> None:
    """Keep metadata, and the fields that decide how the pixels are decoded.

    The first segment of a kind counts, but the last of Adobe's, as for libjpeg.
    """
    if marker == JFIF and data.startswith(b"JFIF\0") and len(data) >= 12:
        unit, across, down = struct.unpack(">BHH", data[7:12])
        inches = {1: 1.0, 2: CENTIMETRES_PER_INCH}.get(unit)
        if inches and header.density is None:
            header.density = across * inches, down * inches
        if (JFIF, PLAIN_JFIF) not in header.tables:
            header.tables.append((JFIF, PLAIN_JFIF))
    elif marker == ADOBE and data.startswith(b"Adobe") and len(data) >= 12:
        header.adobe = data[:12]
    elif marker == EXIF and data.startswith(b"Exif\0\0"):
        header.exif = header.exif or data
    elif marker == EXIF and data.startswith(XMP_NAME):
        header.xmp = header.xmp or data[len(XMP_NAME) :]
    elif marker == ICC and data.startswith(b"ICC_PROFILE\0") and len(data) > 14:
        header.profile.setdefault(data[12], data[14:])
        header.profile_parts = data[13]
    elif marker == ICC and data.startswith(b"MPF\0"):
        header.multi_picture = header.multi_picture or data[4:]


def join_profile(header: Header) -> bytes:
    """Join the parts of a colour profile; parts that are missing leave a profile too short."""
    numbers = range(1, header.profile_parts + 1)
    return b"".join(header.profile.get(number, b"") for number in numbers)


def count_pictures(multi_picture: bytes) -> int:
    """Count the pictures of a file that holds several (CIPA DC-007)."""
    count = read_exif(multi_picture, [], (MULTI_PICTURE_IMAGES,)).get(MULTI_PICTURE_IMAGES, 1)
    return count if isinstance(count, int) and count > 0 else 1
