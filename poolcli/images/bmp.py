"""BMP files: every header from OS/2 1 to version 5, palettes, bit fields and run lengths.

Pillow drops the alpha bit of 16-bit files and refuses palettes of 2 bits and many bit fields. The
layout is that of Microsoft's BITMAPCOREHEADER to BITMAPV5HEADER, and of OS/2's 2.x header.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError
from poolcli.formats import INCH_IN_METRES
from poolcli.images.damage import Damage, damage_in_one_line
from poolcli.images.image import Image, Source
from poolcli.images.metadata import Told, clean_profile
from poolcli.images.transparency import hide

PLAIN, RLE8, RLE4, FIELDS, ALPHA_FIELDS = 0, 1, 2, 3, 6
_COMPRESSIONS = {4: "JPEG", 5: "PNG", 11: "CMYK", 12: "CMYK", 13: "CMYK"}

FILE_HEADER, CORE_HEADER, OS2_HEADER, INFO_HEADER = 14, 12, 64, 40
MASKS_HEADER, ALPHA_HEADER, PROFILE_HEADER = 52, 56, 124
_EMBEDDED = 0x4D424544

# Red, green and blue where the file does not say.
_DEFAULT_MASKS = {
    16: (0x7C00, 0x3E0, 0x1F, 0),
    24: (0xFF0000, 0xFF00, 0xFF, 0),
    32: (0xFF0000, 0xFF00, 0xFF, 0),
}


@dataclass(frozen=True)
class Header:
    """The fields of a BMP header.

    Attributes
    ----------
    rows, columns, bits, compression : int
    top_down : bool
        Whether the first row stored is that at the top.
    masks : tuple of int
        The bits of red, green, blue and alpha; of pixels that are not numbers of a palette.
    palette : bytes
        The entries of the palette, blue first.
    entry : int
        How many bytes an entry has.
    offset : int
        Where the pixels begin.
    told : Told
    """

    rows: int
    columns: int
    bits: int
    compression: int
    top_down: bool
    masks: tuple[int, int, int, int]
    palette: bytes
    entry: int
    offset: int
    told: Told


def open_bmp(content: bytes, damage: Damage) -> Source:
    """Read the header of a BMP file.

    Raises
    ------
    PoolcliError
        If the file is damaged, or holds pixels that could not be read exactly.
    """
    with damage_in_one_line():
        header = _read_header(content)

    def decode() -> Image:
        notes: list[str] = []
        with damage_in_one_line():
            if header.bits <= 8:
                pixels, alpha = _through_palette(content, header, damage)
            else:
                pixels, alpha = _through_masks(content, header, damage, notes)
        return Image(
            hide(pixels) if alpha else pixels,
            pixels.dtype,
            alpha=alpha,
            profile=clean_profile(header.told.profile, 1 if pixels.ndim == 2 else 3, notes),
            resolution=header.told.resolution(notes),
            warnings=(*notes, *damage.warnings),
        )

    return Source((header.rows, header.columns), "png", decode)


def _read_header(content: bytes) -> Header:
    if len(content) < FILE_HEADER + CORE_HEADER:
        raise PoolcliError("is damaged: its header is cut off")
    offset, size = struct.unpack_from("<II", content, 10)
    if not CORE_HEADER <= size <= len(content) - FILE_HEADER:
        raise PoolcliError("is damaged: its header is cut off")
    fields = content[FILE_HEADER : FILE_HEADER + size].ljust(PROFILE_HEADER, b"\0")
    compression = used = 0
    density = None
    if size == CORE_HEADER:
        # The oldest header has shorter numbers.
        columns, height, _, bits = struct.unpack_from("<4H", fields, 4)
    else:
        columns, height, _, bits, compression = struct.unpack_from("<iiHHI", fields, 4)
        across, down, used = struct.unpack_from("<iiI", fields, 24)
        if across or down:
            density = across * INCH_IN_METRES, down * INCH_IN_METRES
    if columns < 1 or height == 0 or (height < 0 and compression in (RLE8, RLE4)):
        raise PoolcliError("is damaged: its header gives no size that fits")
    _check(size, bits, compression)
    masks, place = _read_masks(content, size, bits, compression)
    entry = 3 if size == CORE_HEADER else 4
    entries = 0
    if bits <= 8:
        entries = min(used or 2**bits, 2**bits)
    palette = content[place : place + entry * entries]
    if len(palette) < entry * entries or offset > len(content):
        raise PoolcliError("is damaged: its palette is cut off")
    told = Told(density=density, profile=_profile(content, fields))
    offset = offset or place + len(palette)
    return Header(
        abs(height), columns, bits, compression, height < 0, masks, palette, entry, offset, told
    )


def _read_masks(
    content: bytes, size: int, bits: int, compression: int
) -> tuple[tuple[int, int, int, int], int]:
    """Read which bits are which colour, and where what follows them begins."""
    place = FILE_HEADER + size
    if compression not in (FIELDS, ALPHA_FIELDS):
        return _DEFAULT_MASKS.get(bits, (0, 0, 0, 0)), place
    count = 4 if size >= ALPHA_HEADER or compression == ALPHA_FIELDS else 3
    red, green, blue, *alpha = struct.unpack_from(f"<{count}I", content, FILE_HEADER + INFO_HEADER)
    masks = (red, green, blue, alpha[0] if alpha else 0)
    _check_masks(masks, bits)
    return masks, place + (4 * count if size < MASKS_HEADER else 0)


def _check(size: int, bits: int, compression: int) -> None:
    """Refuse what is not in the list of pixels that are read."""
    if compression in _COMPRESSIONS or (size == OS2_HEADER and compression in (3, 4)):
        name = _COMPRESSIONS.get(compression, f"method {compression}")
        raise PoolcliError(f"is a BMP that holds {name}, which is not read; save it as png")
    fits = {PLAIN: (1, 2, 4, 8, 16, 24, 32), RLE8: (8,), RLE4: (4,), FIELDS: (16, 32)}
    fits[ALPHA_FIELDS] = fits[FIELDS]
    if bits not in fits.get(compression, ()):
        raise PoolcliError(
            f"is a BMP of {bits} bits and compression {compression}, which is not read;"
            " save it as png"
        )


def _check_masks(masks: tuple[int, ...], bits: int) -> None:
    seen = 0
    for mask in masks:
        lowest = mask & -mask
        contiguous = mask and (mask // lowest) & (mask // lowest + 1) == 0
        if (mask and not contiguous) or mask & seen or mask >> bits:
            raise PoolcliError("is damaged: its bit fields overlap or have holes")
        seen |= mask
    if 0 in masks[:3] or max(map(int.bit_count, masks)) > 16:
        raise PoolcliError("holds bit fields that are not read; save it as png")


def _profile(content: bytes, fields: bytes) -> bytes | None:
    (space,) = struct.unpack_from("<I", fields, 56)
    if space != _EMBEDDED:
        return None
    place, size = struct.unpack_from("<II", fields, 112)
    return content[FILE_HEADER + place : FILE_HEADER + place + size]


def _read_rows(content: bytes, header: Header, damage: Damage) -> Array:
    """Read the bytes of each row, (rows, bytes), as stored; those that are missing are 0."""
    size = (header.columns * header.bits + 7) // 8
    stride = (size + 3) // 4 * 4
    # The last row's padding may be missing.
    needed = (header.rows - 1) * stride + size
    stored = np.frombuffer(content, np.uint8)[header.offset :][: header.rows * stride]
    if len(stored) < needed:
        damage.found(f"{len(stored) // stride} of its {header.rows} rows are there")
    if len(stored) < header.rows * stride:
        whole = np.zeros(header.rows * stride, np.uint8)
        whole[: len(stored)] = stored
        stored = whole
    return np.asarray(stored.reshape(header.rows, stride)[:, :size])


def _upright(pixels: Array, header: Header) -> Array:
    return pixels if header.top_down else pixels[::-1]


def _through_masks(
    content: bytes, header: Header, damage: Damage, notes: list[str]
) -> tuple[Array, bool]:
    """Read pixels whose bits are colours, and tell whether they have alpha."""
    lines = _read_rows(content, header, damage)
    if header.bits != 16 and header.masks == _DEFAULT_MASKS[header.bits]:
        stored = lines.reshape(header.rows, header.columns, header.bits // 8)
        return np.ascontiguousarray(_upright(stored[:, :, 2::-1], header)), False
    numbers = np.ascontiguousarray(lines).view(f"<u{header.bits // 8}")
    masks = header.masks if header.masks[3] else header.masks[:3]
    deep = max(map(int.bit_count, masks)) > 8
    dtype, full = (np.uint16, 65535) if deep else (np.uint8, 255)
    pixels = np.empty((header.rows, header.columns, len(masks)), dtype)
    for channel, mask in enumerate(masks):
        lowest = mask & -mask
        most = mask // lowest
        table = np.floor(np.arange(most + 1) * (full / most) + 0.5).astype(dtype)
        pixels[:, :, channel] = _upright(table[(numbers & mask) // lowest], header)
    if header.masks[3] and not pixels[:, :, 3].any():
        notes.append("its alpha is 0 everywhere; it is taken as opaque")
        return np.ascontiguousarray(pixels[:, :, :3]), False
    return pixels, bool(header.masks[3])


def _through_palette(content: bytes, header: Header, damage: Damage) -> tuple[Array, bool]:
    """Read pixels that are numbers of a palette, and tell whether they have alpha."""
    drawn = None
    if header.compression == PLAIN:
        lines = _read_rows(content, header, damage)
        bits = np.unpackbits(lines, axis=1) if header.bits < 8 else lines
        if header.bits < 8:
            wide = np.zeros((*bits.shape[:1], bits.shape[1] // header.bits, 8), np.uint8)
            wide[:, :, 8 - header.bits :] = bits.reshape(*wide.shape[:2], header.bits)
            bits = np.packbits(wide.reshape(header.rows, -1), axis=1)
        index = bits[:, : header.columns]
    else:
        index, drawn = _expand_runs(content, header, damage)
    entries = np.frombuffer(header.palette, np.uint8).reshape(-1, header.entry)[:, 2::-1]
    if index.size and int(index.max()) >= len(entries):
        damage.found("it has pixels whose colour is not in its palette")
    palette = np.zeros((256, 3), np.uint8)
    palette[: len(entries)] = entries
    index = _upright(index, header)
    count = len(entries)
    ramp = np.arange(count) if count > 2 else np.array([0, 255])[:count]
    if drawn is not None:
        alpha = np.where(_upright(drawn, header), 255, 0).astype(np.uint8)
        return np.dstack((palette[index], alpha)), True
    if (entries == ramp[:, np.newaxis]).all():
        return np.ascontiguousarray(palette[index, 0]), False
    return palette[index], False


def _expand_runs(content: bytes, header: Header, damage: Damage) -> tuple[Array, Array | None]:
    """Expand run lengths to numbers of the palette, and tell which pixels were drawn.

    None instead if all were; the others are transparent, as browsers show them.
    """
    rows, columns = header.rows, header.columns
    index, drawn = bytearray(rows * columns), bytearray(rows * columns)
    fault = "it ends before its pixels do"
    row = column = 0
    for right, down, values in _runs(content, header.offset, four=header.compression == RLE4):
        if values is None and (right, down) == (0, 0):
            fault = ""
        elif values is None:
            # A new line begins at the left.
            column, row = (column + right if right >= 0 else 0), row + down
        else:
            # With two pixels in a byte, the last one may be padding.
            count = min(len(values), columns - column)
            if row >= rows or count < len(values) - (header.compression == RLE4):
                fault = "a run of pixels goes beyond its row"
                break
            place = row * columns + column
            index[place : place + count] = values[:count]
            drawn[place : place + count] = b"\1" * count
            column += count
    if fault:
        damage.found(fault)
    shape = (rows, columns)
    pixels = np.frombuffer(index, np.uint8).reshape(shape)
    return pixels, None if 0 not in drawn else np.frombuffer(drawn, np.uint8).reshape(shape)


def _runs(content: bytes, place: int, *, four: bool) -> Iterator[tuple[int, int, bytes | None]]:
    """Yield how far to go right and down, or pixels; (0, 0, None) is the end."""
    while place + 2 <= len(content):
        count, value = content[place], content[place + 1]
        place += 2
        if count:
            pair = bytes((value >> 4, value & 15)) if four else bytes((value,))
            yield 0, 0, (pair * count)[:count]
        elif value == 0:
            yield -1, 1, None
        elif value == 1:
            yield 0, 0, None
            return
        elif value == 2 and place + 2 <= len(content):
            if content[place] or content[place + 1]:
                yield content[place], content[place + 1], None
            place += 2
        else:
            size = (value + 1) // 2 if four else value
            stored = content[place : place + size]
            if len(stored) < size:
                return
            if four:
                stored = bytes(part for byte in stored for part in (byte >> 4, byte & 15))
            yield 0, 0, stored[:value]
            place += size + size % 2
