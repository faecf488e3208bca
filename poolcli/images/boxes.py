"""The boxes of JPEG 2000 and AVIF files (ISO/IEC 15444-1 and 14496-12).

Whether the pixels are read exactly is checked before they are decoded.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from poolcli.errors import PoolcliError
from poolcli.images.damage import Damage

# Boxes that hold boxes: the box around them ("" for the file), and the bytes before the first.
CONTAINERS = {
    b"jp2h": (b"", 0),
    b"meta": (b"", 4),
    b"iprp": (b"meta", 0),
    b"ipco": (b"iprp", 0),
}
MOST_BOXES = 10_000

CODESTREAM = b"\xff\x4f\xff\x51"
END_OF_CODESTREAM = b"\xff\xd9"
START_OF_TILE = 0xFF90
MOST_SEGMENTS = 10_000
# The segment that begins a part of a tile, and the marker before its data.
LEAST_PART_BYTES = 14
# An image of one colour takes a byte for 70,000 pixels at 4000x4000, and for more if it is larger.
MOST_PIXELS_PER_BYTE = 500_000

# Colour spaces that are read, by their numbers, and how many channels each has.
CMYK, SRGB, GRAY, SYCC = 12, 16, 17, 18
COLOURS = {CMYK: 4, SRGB: 3, GRAY: 1, SYCC: 3}
# Channel definitions: a colour or opacity, of one channel or of the whole image.
COLOUR, OPACITY, WHOLE = 0, 1, 0


def boxes(content: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield the name and data of every box, containers opened.

    Raises
    ------
    PoolcliError
        If a box is cut off, or if there are more than `MOST_BOXES`.
    """
    # The containers that are being read, the innermost last: name, first and last position.
    pending = [(b"", 0, len(content))]
    count = 0
    while pending:
        inside, position, last = pending.pop()
        if position + 8 > last:
            continue
        count += 1
        if count > MOST_BOXES:
            raise PoolcliError(f"is made of more than {MOST_BOXES} boxes; save it again")
        length = int.from_bytes(content[position : position + 4], "big")
        name = bytes(content[position + 4 : position + 8])
        start = position + 8
        if length == 1:
            length = int.from_bytes(content[start : start + 8], "big")
            start += 8
        end = position + length if length else last
        if end > last or end < start:
            raise PoolcliError("is damaged: a box claims more bytes than the file has")
        pending.append((inside, end, last))
        where, own = CONTAINERS.get(name, (None, 0))
        if where == inside:
            pending.append((name, start + own, end))
        else:
            yield name, content[start:end]


class Size(NamedTuple):
    """The fields of the header of a JPEG 2000 codestream.

    Attributes
    ----------
    components, bits, pixels : int
    tiles : int
        The number of tiles.
    end : int
        The position behind the header, where the first tile begins.
    """

    components: int
    bits: int
    pixels: int
    tiles: int
    end: int


def check_jpeg2000(content: bytes) -> None:
    """Raise PoolcliError unless Pillow reads the pixels of a JPEG 2000 image exactly."""
    stream = memoryview(content)
    found: dict[bytes, memoryview] = {}
    if not content.startswith(CODESTREAM):
        for name, data in boxes(stream):
            found.setdefault(name, data)
    size = _read_size(found.get(b"jp2c", memoryview(b"")) if found else stream)
    if b"pclr" in found:
        raise PoolcliError("is a JPEG 2000 image with a palette, which is not read; save it as png")
    colours = _colours(found.get(b"colr"), size.components)
    further = size.components - colours
    if further and not (further == 1 and _ends_with_alpha(found.get(b"cdef"), size.components)):
        raise PoolcliError(
            f"is a JPEG 2000 image of {size.components} components that are not colour and alpha;"
            " save it as png or tif"
        )
    if not further and b"cdef" in found and not _in_order(found[b"cdef"], colours):
        raise PoolcliError("is a JPEG 2000 image of other components than colour; save it as png")
    if size.bits == 16 and (size.components == 2 or colours == 4):
        raise PoolcliError("holds 16-bit gray with alpha or CMYK in JPEG 2000; save it as png")


def check_tiles(content: bytes, damage: Damage) -> None:
    """Note missing tiles of a JPEG 2000 image, before memory for its pixels is allocated.

    Raises
    ------
    PoolcliError
        If tiles are missing and damage is not tolerated, if all are missing, or if the image
        claims more pixels than its bytes can hold.
    """
    stream = _codestream(content)
    size = _read_size(stream)
    if size.pixels > MOST_PIXELS_PER_BYTE * len(stream):
        raise PoolcliError(
            f"is damaged: it claims {size.pixels:,} pixels, more than its {len(stream):,} bytes"
            " can hold"
        )
    held = _count_tiles(stream[size.end :], size.tiles)
    if not held:
        raise PoolcliError("is damaged: it holds none of its tiles")
    if held < size.tiles:
        damage.found(f"it holds {held:,} of its {size.tiles:,} tiles")


def _count_tiles(stream: memoryview, most: int) -> int:
    """Count the tiles whose parts follow the header of a codestream (ISO/IEC 15444-1, A.4.2)."""
    held: set[int] = set()
    position = 0
    while position + LEAST_PART_BYTES <= len(stream):
        marker, _, tile, length = struct.unpack_from(">HHHI", stream, position)
        if marker != START_OF_TILE:
            break
        # A length of 0 is that of the rest.
        length = length or len(stream) - len(END_OF_CODESTREAM) - position
        if length > LEAST_PART_BYTES and tile < most:
            held.add(tile)
        position += max(length, LEAST_PART_BYTES)
    return len(held)


def jpeg2000_depth(content: bytes) -> int:
    """Return the bits of each component of a JPEG 2000 image.

    Raises
    ------
    PoolcliError
        If the codestream has no end marker, or its components are signed or differ.
    """
    return _read_size(_codestream(content)).bits


def _codestream(content: bytes) -> memoryview:
    """Return the codestream of a file, which may be the whole file; empty if there is none."""
    stream = memoryview(content)
    if content.startswith(CODESTREAM):
        return stream
    found = (data for name, data in boxes(stream) if name == b"jp2c")
    return next(found, memoryview(b""))


def _read_size(stream: memoryview) -> Size:
    """Read the header of a codestream."""
    if stream[:4] != CODESTREAM or stream[-2:] != END_OF_CODESTREAM:
        raise PoolcliError("is damaged: its JPEG 2000 codestream is not complete")
    if len(stream) < 42:
        raise PoolcliError("is damaged: its JPEG 2000 codestream is not complete")
    # SIZ: the size and origin of the image and of its tiles, then 3 bytes for each component:
    # depth, steps.
    *numbers, components = struct.unpack_from(">8IH", stream, 8)
    tiles, pixels = _measure(*numbers)
    stated = bytes(stream[42 : 42 + 3 * components])
    depths = set(stated[::3])
    if len(depths) != 1 or max(depths) > 0x7F:
        raise PoolcliError("holds JPEG 2000 components that are signed or unlike; save it as png")
    if set(stated[1::3] + stated[2::3]) != {1}:
        raise PoolcliError("holds JPEG 2000 components that are subsampled; save it as png")
    position = 2
    for _ in range(MOST_SEGMENTS):
        marker = int.from_bytes(stream[position : position + 2], "big")
        if marker == START_OF_TILE or position >= len(stream):
            return Size(components, 1 + depths.pop(), pixels, tiles, position)
        position += 2 + int.from_bytes(stream[position + 2 : position + 4], "big")
    raise PoolcliError(
        f"holds a JPEG 2000 header of more than {MOST_SEGMENTS} parts; save it again"
    )


def _measure(
    right: int, bottom: int, left: int, top: int, across: int, down: int, first: int, upper: int
) -> tuple[int, int]:
    """Return the number of tiles and of pixels, from the edges of the image and the tiles.

    Tiles are `across` wide and `down` high, and begin at column `first` and row `upper`.
    """
    if not (across and down and first <= left < right and upper <= top < bottom):
        raise PoolcliError("is damaged: its JPEG 2000 codestream states no size")
    tiles = -((first - right) // across) * -((upper - bottom) // down)
    return tiles, (right - left) * (bottom - top)


def _colours(specification: memoryview | None, components: int) -> int:
    """Return the number of components that are colour."""
    # Method 1 is a number. Method 2 is a profile, which Pillow does not apply.
    if specification is not None and len(specification) >= 7 and specification[0] == 1:
        space = int.from_bytes(specification[3:7], "big")
        if space not in COLOURS:
            raise PoolcliError(
                f"is a JPEG 2000 image of colour space {space}, which is not read; save it as png"
            )
        return COLOURS[space]
    return 1 if components < 3 else 3


def _definitions(box: memoryview | None) -> dict[int, tuple[int, int]]:
    """Return the type and the association of each channel that is defined, by its index."""
    numbers = [] if box is None else [
        int.from_bytes(box[at : at + 2], "big") for at in range(2, len(box) - 1, 2)
    ]  # fmt: skip
    return {
        channel: (type_, belongs)
        for channel, type_, belongs in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=False)
    }


def _in_order(box: memoryview | None, colours: int) -> bool:
    """Return whether the first components are the colours in their order."""
    stated = _definitions(box)
    return all(
        stated.get(channel, (COLOUR, channel + 1)) == (COLOUR, channel + 1)
        for channel in range(colours)
    )


def _ends_with_alpha(box: memoryview | None, components: int) -> bool:
    """Return whether the last component is alpha by which colour is not multiplied."""
    last = components - 1
    return _definitions(box).get(last) == (OPACITY, WHOLE) and _in_order(box, last)


def check_avif(content: bytes) -> None:
    """Raise PoolcliError if the boxes of an AVIF file are cut off, or too many."""
    for _ in boxes(memoryview(content)):
        pass


def avif_depth(content: bytes) -> int:
    """Return the bits of a channel of an AVIF image: 8, 10 or 12."""
    for name, data in boxes(memoryview(content)):
        if name == b"av1C" and len(data) > 2:
            return {0x40: 10, 0x60: 12}.get(data[2] & 0x60, 8)
    return 8
