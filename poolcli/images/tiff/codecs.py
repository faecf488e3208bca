"""Decompression of one strip or tile of a TIFF, and what is wrong with it.

A library sees neither the user's directory nor more than one strip: it gets a TIFF or JPEG made
here around the compressed bytes, with sizes that were checked.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from poolcli.images.damage import READING_ERRORS, one_line
from poolcli.images.jpeg import MAX_SCANS
from poolcli.images.plugins import open_with_pillow
from poolcli.images.tiff.layout import (
    BITS,
    COMPRESSION,
    DEFLATE,
    FAX,
    FAX_3,
    FAX_OPTIONS,
    JPEG,
    LENGTH,
    LZMA,
    LZW,
    NO_CODING,
    OLD_DEFLATE,
    PACKBITS,
    PHOTOMETRIC,
    SAMPLES,
    STRIP_COUNTS,
    STRIP_OFFSETS,
    STRIP_ROWS,
    WIDTH,
    YCBCR,
    ZSTD,
    Layout,
)
from poolcli.memory import lacks_memory
from poolcli.silence import silence, standard_error, write_error

# How much is decompressed at a time, and so how near to its damage a strip can be read.
PIECE_BYTES = 4096
LZMA_MEMORY = 2**28
TOO_MUCH = "holds more bytes than its pixels need"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
# As OpenCV writes a message of libtiff: "[ WARN:0@0.1] global grfmt_tiff.cpp:9 TIFF_Warning …".
_TOLD_BY_LIBTIFF = re.compile(rb"grfmt_tiff\.cpp:\d+ \S+ (.*)")
# What OpenCV says itself, and the line that it leaves empty.
_OPENCV = re.compile(rb"\[ *[A-Z]+:\d+@|\n")
_SOI, _EOI = b"\xff\xd8", b"\xff\xd9"


class Decoded(NamedTuple):
    """The result of decoding a strip or tile.

    Attributes
    ----------
    rows : bytes-like or ndarray
        As many bytes as could be read; or, where a library decodes samples, (rows, columns) or
        (rows, columns, samples).
    fault : str
        What is wrong; empty if nothing is.
    """

    rows: Any
    fault: str = ""


class Hints(NamedTuple):
    """Values of other tags that some compressions need.

    Attributes
    ----------
    tables : bytes
        The tables that all JPEG strips share, as a JPEG stream.
    fax_options : int
    """

    tables: bytes
    fax_options: int


def decode(layout: Layout, data: memoryview, rows: int, hints: Hints) -> Decoded:
    """Decompress one strip or tile of `rows` rows, or more if it is padded at its end."""
    stored: bytes | memoryview = data
    if layout.reversed_bits:
        stored = bytes(data).translate(_REVERSED)
    needed = rows * layout.row_bytes
    full = layout.segment[0] * layout.row_bytes
    compression = layout.compression
    if compression in FAX:
        decoded = _fax(layout, bytes(stored), rows, hints.fax_options)
    elif compression == JPEG:
        decoded = _jpeg(layout, bytes(stored), rows, hints.tables)
    elif compression in (LZW, ZSTD):
        decoded = _libtiff(layout, bytes(stored), rows)
        if compression == ZSTD and not decoded.fault and _zstd_bytes(bytes(stored[:18])) > full:
            decoded = Decoded(decoded.rows, TOO_MUCH)
    else:
        decoded = _BYTES[compression](stored, full)
    if not isinstance(decoded.rows, np.ndarray):
        return _fit(decoded, needed)
    return decoded


def _fit(decoded: Decoded, needed: int) -> Decoded:
    lacking = needed - len(decoded.rows)
    if lacking > 0 and not decoded.fault:
        return Decoded(decoded.rows, "holds fewer bytes than its pixels need")
    return Decoded(decoded.rows[:needed], decoded.fault)


def _plain(stored: bytes | memoryview, full: int) -> Decoded:
    return Decoded(stored[:full])


def _inflate(stored: bytes | memoryview, full: int) -> Decoded:
    return _stream(zlib.decompressobj(), zlib.error, stored, full)


def _lzma(stored: bytes | memoryview, full: int) -> Decoded:
    import lzma

    decompressor = lzma.LZMADecompressor(memlimit=LZMA_MEMORY)
    return _stream(decompressor, lzma.LZMAError, stored, full)


def _stream(
    decompressor: Any, broken: type[Exception], stored: bytes | memoryview, full: int
) -> Decoded:
    """Decompress up to the end of a stream, which has a checksum; bytes behind it are padding."""
    parts: list[bytes] = []
    left = full + 1
    fault = "ends too early"
    for start in range(0, len(stored), PIECE_BYTES):
        try:
            part = decompressor.decompress(stored[start : start + PIECE_BYTES], left)
        except broken as error:
            fault = one_line(error)
            break
        parts.append(part)
        left -= len(part)
        if left == 0:
            fault = TOO_MUCH
            break
        if decompressor.eof:
            fault = ""
            break
    return Decoded(b"".join(parts)[:full], fault)


def _packbits(stored: bytes | memoryview, full: int) -> Decoded:
    """Decode PackBits (TIFF 6.0, section 9), the whole strip as one stream."""
    content = bytes(stored)
    parts: list[bytes] = []
    position = size = 0
    while position < len(content) and size < full:
        head = content[position]
        if head < 128:
            part = content[position + 1 : position + 2 + head]
            position += 2 + head
        elif head > 128:
            part = content[position + 1 : position + 2] * (257 - head)
            position += 2
        else:
            part = b""
            position += 1
        parts.append(part)
        size += len(part)
    fault = ""
    # An encoder may fill the strip up to an even length.
    if size > full or len(content) - position > 1 or position > len(content):
        fault = "holds another number of bytes than its pixels need"
    return Decoded(b"".join(parts)[:full], fault)


_BYTES: dict[int, Callable[[bytes | memoryview, int], Decoded]] = {
    NO_CODING: _plain,
    DEFLATE: _inflate,
    OLD_DEFLATE: _inflate,
    LZMA: _lzma,
    PACKBITS: _packbits,
}


def _libtiff(layout: Layout, stored: bytes, rows: int) -> Decoded:
    """Decode a compression of bytes by libtiff, as gray pixels of 8 bits, through Pillow."""
    made = _tiff(layout.row_bytes, rows, 8, layout.compression, stored)
    try:
        with silence():
            return Decoded(open_with_pillow(made, "TIFF").tobytes())
    except READING_ERRORS as error:
        if lacks_memory(error):
            raise
        return Decoded(b"", "cannot be decompressed")


def _zstd_bytes(head: bytes) -> int:
    """Return how many bytes a Zstandard frame says that it holds, or 0 (RFC 8878, 3.1.1.1).

    libtiff stops at the last pixel without a look at what is behind it.
    """
    if not head.startswith(_ZSTD_MAGIC) or len(head) < 5:
        return 0
    descriptor = head[4]
    single_segment = descriptor >> 5 & 1
    width = (single_segment, 2, 4, 8)[descriptor >> 6]
    start = 5 + (1 - single_segment) + (0, 1, 2, 4)[descriptor & 3]
    size = int.from_bytes(head[start : start + width], "little")
    return size + 256 if width == 2 else size


def _fax(layout: Layout, stored: bytes, rows: int, options: int) -> Decoded:
    """Decode fax by libtiff, through OpenCV, which passes on what libtiff warns of."""
    from poolcli.opencv import cv2

    made = _tiff(layout.segment[1], rows, 1, layout.compression, stored, options)
    logging = cv2.utils.logging
    level = logging.setLogLevel(logging.LOG_LEVEL_WARNING)
    try:
        with standard_error() as lines:
            pixels = cv2.imdecode(np.frombuffer(made, np.uint8), cv2.IMREAD_UNCHANGED)
    finally:
        logging.setLogLevel(level)
    fault = ""
    for line in lines:
        if found := _TOLD_BY_LIBTIFF.search(line):
            fault = fault or one_line(ValueError(found[1].decode(errors="replace")))
        elif not _OPENCV.match(line):
            write_error(line)
    if pixels is None or pixels.shape != (rows, layout.segment[1]):
        return Decoded(b"", fault or "cannot be decompressed")
    return Decoded((pixels != 0).astype(np.uint8)[:, :, np.newaxis], fault)


def _jpeg(layout: Layout, stored: bytes, rows: int, tables: bytes) -> Decoded:
    """Decode a JPEG stream that may lack its tables, and that says no colour space."""
    import simplejpeg

    if not stored.startswith(_SOI):
        return Decoded(b"", "is no JPEG stream")
    if stored.count(b"\xff\xda") > MAX_SCANS:
        return Decoded(b"", f"is a JPEG of more than {MAX_SCANS} scans")
    shared = tables.removeprefix(_SOI).removesuffix(_EOI)
    transform = int(layout.photometric == YCBCR)
    adobe = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0" + bytes([transform])
    whole = _SOI + (adobe if layout.samples_together == 3 else b"") + shared + stored[2:]
    columns = layout.segment[1]
    try:
        height, width, kind, _ = simplejpeg.decode_jpeg_header(whole)
        gray = layout.samples_together == 1
        if width != columns or not rows <= height <= layout.segment[0]:
            return Decoded(b"", f"holds a JPEG of {height}x{width} pixels")
        if gray is not (kind == "Gray"):
            return Decoded(b"", "holds a JPEG of another colour space")
        target = "GRAY" if gray else "RGB"
        fault = ""
        try:
            pixels = simplejpeg.decode_jpeg(whole, target)
        except ValueError as error:
            fault = one_line(error)
            pixels = simplejpeg.decode_jpeg(whole, target, strict=False)
    except ValueError as error:
        return Decoded(b"", one_line(error))
    return Decoded(pixels[:rows].reshape(rows, columns, layout.samples_together), fault)


def _tiff(
    columns: int, rows: int, bits: int, compression: int, data: bytes, options: int = 0
) -> bytes:
    """Make a gray TIFF of one strip."""
    tags = {
        WIDTH: columns,
        LENGTH: rows,
        BITS: bits,
        COMPRESSION: compression,
        PHOTOMETRIC: 1,
        STRIP_OFFSETS: 0,
        SAMPLES: 1,
        STRIP_ROWS: rows,
        STRIP_COUNTS: len(data),
    }
    if compression == FAX_3:
        tags[FAX_OPTIONS] = options
    tags[STRIP_OFFSETS] = 8 + 2 + len(tags) * 12 + 4
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + entries + bytes(4) + data


_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
