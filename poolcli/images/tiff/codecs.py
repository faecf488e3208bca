"""Decoding of one strip or tile of a TIFF page.

Libraries decode LZW, Zstandard, fax and JPEG. They are given a TIFF or JPEG file that is made here
around the compressed bytes, with sizes that are checked, and never the directory of the file.
"""

from __future__ import annotations

import re
import struct
from functools import cache
from typing import NamedTuple

import numpy as np

from poolcli.errors import PoolcliError
from poolcli.images.damage import READING_ERRORS, one_line
from poolcli.images.jpeg import MAX_SCANS
from poolcli.images.plugins import open_with_pillow
from poolcli.images.tiff.layout import PageLayout
from poolcli.images.tiff.streams import DECODERS, TOO_MUCH, Decoded, Stored, zstandard_size
from poolcli.images.tiff.tags import FAX, Compression, Photometric, Tag
from poolcli.memory import lacks_memory
from poolcli.silence import silence, standard_error, write_error

# OpenCV's line for a message of libtiff: "[ WARN:0@0.1] global grfmt_tiff.cpp:9 TIFF_Warning …", or
# "OpenCV TIFF: …" before OpenCV 4.13.
_LIBTIFF_LINE = re.compile(rb"(?:grfmt_tiff\.cpp:\d+ \S+|OpenCV TIFF:) (.*)")
# Other lines of OpenCV, and the empty line after each message.
_OPENCV_LINE = re.compile(rb"\[ *[A-Z]+:\d+@|\n")

_SOI, _EOI, _SOS = b"\xff\xd8", b"\xff\xd9", b"\xff\xda"
# Adobe's marker without its last byte, the colour transform: 0 for RGB, 1 for YCbCr.
_ADOBE = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0"

# A Zstandard frame of one raw block that contains one zero (RFC 8878).
_ZSTANDARD_ZERO = b"\x28\xb5\x2f\xfd\x20\x01\x09\0\0\0"
_NO_ZSTANDARD = (
    "is compressed by Zstandard, which the installed Pillow does not read; install Pillow 12, or"
    " save it with LZW or deflate"
)

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_LONG = 4


class Hints(NamedTuple):
    """Values of tags that some compressions need.

    Attributes
    ----------
    tables : bytes
        A JPEG stream of the tables that all strips share, or b"".
    fax_options : int
    """

    tables: bytes
    fax_options: int


def decode(layout: PageLayout, data: memoryview, rows: int, hints: Hints) -> Decoded:
    """Decode a strip or tile.

    Parameters
    ----------
    layout : PageLayout
    data : memoryview
        The compressed bytes.
    rows : int
        The rows that belong to the image. The strip may be padded to the height of all strips.
    hints : Hints

    Returns
    -------
    Decoded
        At most `rows` rows.
    """
    stored: Stored = data
    if layout.reversed_bits:
        stored = bytes(data).translate(_REVERSED)
    if layout.compression in FAX:
        return _decode_fax(layout, bytes(stored), rows, hints.fax_options)
    if layout.compression == Compression.JPEG:
        return _decode_jpeg(layout, bytes(stored), rows, hints.tables)
    if layout.compression in DECODERS:
        content, fault = DECODERS[layout.compression](stored, layout.segment_bytes)
    else:
        content, fault = _decode_by_libtiff(layout, bytes(stored), rows)
    size = rows * layout.row_bytes
    if len(content) < size and not fault:
        fault = "holds fewer bytes than its pixels need"
    return Decoded(content[:size], fault)


def _decode_by_libtiff(layout: PageLayout, stored: bytes, rows: int) -> Decoded:
    """Decompress bytes by libtiff, through Pillow, as if they were 8-bit gray pixels."""
    content = _make_tiff(layout.row_bytes, rows, 8, layout.compression, stored)
    zstandard = layout.compression == Compression.ZSTANDARD
    try:
        with silence():
            decompressed = open_with_pillow(content, "TIFF").tobytes()
    except READING_ERRORS as error:
        if lacks_memory(error):
            raise
        if zstandard and not reads_zstandard():
            raise PoolcliError(_NO_ZSTANDARD) from error
        return Decoded(b"", "cannot be decompressed")
    fault = ""
    # libtiff stops at the last pixel, and ignores the rest.
    if zstandard and zstandard_size(stored) > layout.segment_bytes:
        fault = TOO_MUCH
    return Decoded(decompressed, fault)


@cache
def reads_zstandard() -> bool:
    """Return whether Pillow's libtiff contains Zstandard."""
    content = _make_tiff(1, 1, 8, Compression.ZSTANDARD, _ZSTANDARD_ZERO)
    try:
        with silence():
            return open_with_pillow(content, "TIFF").tobytes() == b"\0"
    except READING_ERRORS:
        return False


def _decode_fax(layout: PageLayout, stored: bytes, rows: int, options: int) -> Decoded:
    """Decode fax by libtiff, through OpenCV, which reports the warnings of libtiff."""
    from poolcli.opencv import LOG_LEVEL_TIFF, cv2, set_log_level

    columns = layout.segment[1]
    content = _make_tiff(columns, rows, 1, layout.compression, stored, options)
    level = set_log_level(LOG_LEVEL_TIFF)
    try:
        with standard_error() as lines:
            pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    finally:
        set_log_level(level)
    fault = _find_warning(lines)
    if pixels is None or pixels.shape != (rows, columns):
        return Decoded(b"", fault or "cannot be decompressed")
    return Decoded((pixels != 0).astype(np.uint8)[:, :, np.newaxis], fault)


def _find_warning(lines: list[bytes]) -> str:
    """Return the first warning of libtiff, or ""; write lines of other origin to standard error."""
    warning = ""
    for line in lines:
        if found := _LIBTIFF_LINE.search(line):
            warning = warning or one_line(ValueError(found[1].decode(errors="replace")))
        elif not _OPENCV_LINE.match(line):
            write_error(line)
    return warning


def _decode_jpeg(layout: PageLayout, stored: bytes, rows: int, tables: bytes) -> Decoded:
    """Decode a JPEG stream, which may lack its tables and the marker of its colour space."""
    import simplejpeg

    if not stored.startswith(_SOI):
        return Decoded(b"", "is not a JPEG stream")
    if stored.count(_SOS) > MAX_SCANS:
        return Decoded(b"", f"is a JPEG of more than {MAX_SCANS} scans")
    columns, samples = layout.segment[1], layout.samples_per_plane
    content = _complete_jpeg(layout, stored, tables)
    try:
        height, width, colour_space, _ = simplejpeg.decode_jpeg_header(content)
        if width != columns or not rows <= height <= layout.segment[0]:
            return Decoded(b"", f"holds a JPEG of {height}x{width} pixels")
        if (samples == 1) is not (colour_space == "Gray"):
            return Decoded(b"", "holds a JPEG of another colour space")
        target = "GRAY" if samples == 1 else "RGB"
        fault = ""
        try:
            pixels = simplejpeg.decode_jpeg(content, target)
        except ValueError as error:
            fault = one_line(error)
            pixels = simplejpeg.decode_jpeg(content, target, strict=False)
    except ValueError as error:
        return Decoded(b"", one_line(error))
    return Decoded(pixels[:rows].reshape(rows, columns, samples), fault)


def _complete_jpeg(layout: PageLayout, stored: bytes, tables: bytes) -> bytes:
    """Insert shared tables into a JPEG stream, and a marker of its colour space."""
    shared = tables.removeprefix(_SOI).removesuffix(_EOI)
    marker = b""
    if layout.samples_per_plane == 3:
        transform = b"\1" if layout.photometric == Photometric.YCBCR else b"\0"
        marker = _ADOBE + transform
    return _SOI + marker + shared + stored[len(_SOI) :]


def _make_tiff(
    columns: int, rows: int, bits: int, compression: int, data: bytes, options: int = 0
) -> bytes:
    """Write a gray TIFF of one strip around compressed bytes."""
    values: dict[int, int] = {
        Tag.WIDTH: columns,
        Tag.LENGTH: rows,
        Tag.BITS_PER_SAMPLE: bits,
        Tag.COMPRESSION: compression,
        Tag.PHOTOMETRIC: Photometric.BLACK_IS_ZERO,
        Tag.STRIP_OFFSETS: 0,
        Tag.SAMPLES_PER_PIXEL: 1,
        Tag.ROWS_PER_STRIP: rows,
        Tag.STRIP_BYTE_COUNTS: len(data),
    }
    if compression == Compression.FAX_3:
        values[Tag.FAX_3_OPTIONS] = options
    header = struct.pack("<2sHIH", b"II", 42, 8, len(values))
    end = bytes(4)
    values[Tag.STRIP_OFFSETS] = len(header) + 12 * len(values) + len(end)
    entries = (struct.pack("<HHII", tag, _LONG, 1, value) for tag, value in values.items())
    return header + b"".join(entries) + end + data
