"""Functions that write files byte by byte, as specified, and read them."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package

from poolcli.errors import PoolcliError
from poolcli.images import Image, Reading, open_source

Array = NDArray[Any]

SHORT, LONG, RATIONAL, UNDEFINED, LONG8 = 3, 4, 5, 7, 16
_CODES = {1: "B", 2: "B", SHORT: "H", LONG: "I", 7: "B", 11: "f", 12: "d", LONG8: "Q"}

Tags = dict[int, tuple[int, Sequence[Any]]]


def read(content: bytes, *, tolerant: bool = False) -> Image:
    """Read an image in the format of its content."""
    source = open_source(content, "", Reading(tolerant=tolerant))
    image = source.decode()
    assert source.shape == image.pixels.shape[:2]
    return image


def refusal(content: bytes) -> str:
    """Read an image that is refused; return the message, of one line."""
    with pytest.raises(PoolcliError) as caught:
        read(content)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def gray_tags(rows: int, columns: int, bits: int = 8, **others: int) -> Tags:
    """Return the tags of a page of gray in one strip, without the position of the strip."""
    return {
        256: (LONG, [columns]),
        257: (LONG, [rows]),
        258: (SHORT, [bits]),
        259: (SHORT, [others.get("compression", 1)]),
        262: (SHORT, [others.get("photometric", 1)]),
        277: (SHORT, [1]),
        278: (LONG, [others.get("strip", rows)]),
    }


def tiff(*pages: tuple[Tags, Sequence[bytes]], order: str = "<", big: bool = False) -> bytes:
    """Write a TIFF of pages, each from its tags and strips; positions are added to the tags."""
    content = bytearray(b"II" if order == "<" else b"MM")
    link, entry, head = ("Q", "HHQ", "Q") if big else ("I", "HHI", "H")
    content += struct.pack(order + "HHH", 43, 8, 0) if big else struct.pack(order + "H", 42)
    width = struct.calcsize(link)
    next_link = len(content)
    content += bytes(width)
    for tags, strips in pages:
        offsets = []
        for strip in strips:
            content += bytes(len(content) % 2)
            offsets.append(len(content))
            content += strip
        positions: Tags = {273: (LONG, offsets), 279: (LONG, [len(strip) for strip in strips])}
        entries = []
        for tag, (type_, values) in sorted((positions | tags).items()):
            if type_ == RATIONAL:
                data = b"".join(struct.pack(order + "II", *value) for value in values)
            else:
                data = struct.pack(f"{order}{len(values)}{_CODES[type_]}", *values)
            if len(data) > width:
                content += bytes(len(content) % 2)
                field = struct.pack(order + link, len(content))
                content += data
            else:
                field = data.ljust(width, b"\0")
            entries.append(struct.pack(order + entry, tag, type_, len(values)) + field)
        content += bytes(len(content) % 2)
        struct.pack_into(order + link, content, next_link, len(content))
        content += struct.pack(order + head, len(entries)) + b"".join(entries)
        next_link = len(content)
        content += bytes(width)
    return bytes(content)


def packed(numbers: Array, bits: int) -> list[bytes]:
    """Pack each row of numbers with `bits` bits per number, the highest first."""
    rows = numbers.reshape(len(numbers), -1)
    unpacked = (rows[..., np.newaxis] >> np.arange(bits - 1, -1, -1)) & 1
    return [np.packbits(row.reshape(-1).astype(np.uint8)).tobytes() for row in unpacked]


def compressed(data: bytes, method: str) -> bytes:
    """Compress bytes as libtiff does, in one strip."""
    stream = io.BytesIO()
    picture = pillow.frombytes("L", (len(data), 1), data)
    picture.save(stream, "TIFF", compression=method)
    with pillow.open(io.BytesIO(stream.getvalue())) as made:
        tags: Any = getattr(made, "tag_v2")  # noqa: B009 - Pillow types it for TIFF only
        (offset,), (count,) = tags[273], tags[279]
    return stream.getvalue()[offset : offset + count]


def zstandard(data: bytes, width: int) -> bytes:
    """Write a Zstandard frame of one raw block that states its size in `width` bytes (RFC 8878)."""
    size = len(data)
    descriptor = {0: 0, 1: 0x20, 2: 0x40, 4: 0x80, 8: 0xC0}[width]
    window = b"" if width == 1 else b"\x58"
    stated = (size - 256 if width == 2 else size).to_bytes(width, "little") if width else b""
    block = (1 | len(data) << 3).to_bytes(3, "little")
    return b"\x28\xb5\x2f\xfd" + bytes([descriptor]) + window + stated + block + data


def fax(bits: Array, method: str) -> bytes:
    """Compress an image of 0 and 1, 1 for black, as a fax."""
    stream = io.BytesIO()
    pillow.fromarray(bits != 0).save(stream, "TIFF", compression=method)
    with pillow.open(io.BytesIO(stream.getvalue())) as made:
        tags: Any = getattr(made, "tag_v2")  # noqa: B009 - Pillow types it for TIFF only
        (offset,), (count,), photometric = tags[273], tags[279], tags[262]
    assert photometric == 1
    return stream.getvalue()[offset : offset + count]


def bmp(
    rows: Sequence[bytes],
    columns: int,
    bits: int,
    *,
    compression: int = 0,
    header: int = 40,
    masks: Sequence[int] = (),
    palette: bytes = b"",
    used: int = 0,
    height: int | None = None,
) -> bytes:
    """Write a BMP of rows from the bottom to the top, each filled up to 4 bytes; RLE is one row.

    Masks are 3 or 4 numbers: within a header of 52 bytes or more, else behind it.
    """
    height = len(rows) if height is None else height
    if header == 12:
        fields = struct.pack("<IHHHH", 12, columns, height, 1, bits)
    else:
        fields = struct.pack("<IiiHHI", header, columns, height, 1, bits, compression)
        fields += struct.pack("<IiiII", 0, 11811, 11811, used, 0)
    stored = struct.pack(f"<{len(masks)}I", *masks)
    fields = (fields[:header] + stored).ljust(header, b"\0") + palette
    pixels = b"".join(row + bytes(-len(row) % 4) for row in rows)
    offset = 14 + len(fields)
    return struct.pack("<2sIHHI", b"BM", offset + len(pixels), 0, 0, offset) + fields + pixels


def gif(
    canvas: tuple[int, int],
    frames: Sequence[tuple[tuple[int, int], Array]],
    palette: Array | None = None,
    *,
    local: Array | None = None,
    hidden: int | None = None,
    interlaced: bool = False,
    between: bytes = b"",
) -> bytes:
    """Write a GIF of (rows, columns) with frames: their top and left, and numbers of the palette.

    Numbers are below 128, so that codes of 8 bits with a clear code before every 100 hold them.
    """
    rows, columns = canvas
    content = struct.pack("<6sHHBBB", b"GIF89a", columns, rows, 0, 0, 0)
    if palette is not None:
        content = content[:10] + b"\xf6\0\0" + palette.astype(np.uint8).tobytes().ljust(384, b"\0")
    for (top, left), index in frames:
        content += between
        if hidden is not None:
            content += struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 1, 0, hidden, 0)
        flags = (0x86 if local is not None else 0) | (0x40 if interlaced else 0)
        content += struct.pack("<B4HB", 0x2C, left, top, index.shape[1], index.shape[0], flags)
        if local is not None:
            content += local.astype(np.uint8).tobytes().ljust(384, b"\0")
        order = list(range(len(index)))
        if interlaced:
            order = [*order[::8], *order[4::8], *order[2::4], *order[1::2]]
        numbers = index[order].reshape(-1).tolist()
        codes = []
        for start in range(0, len(numbers), 100):
            codes += [128, *numbers[start : start + 100]]
        data = bytes([*codes, 129])
        content += b"\7"
        for start in range(0, len(data), 255):
            part = data[start : start + 255]
            content += bytes([len(part)]) + part
        content += b"\0"
    return content + b"\x3b"
