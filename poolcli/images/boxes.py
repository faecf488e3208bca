"""The boxes that JPEG 2000 and AVIF files are made of (ISO/IEC 15444-1 and 14496-12)."""

from __future__ import annotations

from collections.abc import Iterator

from poolcli.errors import PoolcliError

# Boxes that hold boxes, and how many bytes of their own come first.
CONTAINERS = {b"meta": 4, b"iprp": 0, b"ipco": 0}

CODESTREAM = b"\xff\x4f\xff\x51"
END_OF_CODESTREAM = b"\xff\xd9"


def boxes(content: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield the name and data of every box, containers opened; raise if one is cut off."""
    position = 0
    while position + 8 <= len(content):
        length = int.from_bytes(content[position : position + 4], "big")
        name = bytes(content[position + 4 : position + 8])
        start = position + 8
        if length == 1:
            length = int.from_bytes(content[start : start + 8], "big")
            start += 8
        end = position + length if length else len(content)
        if end > len(content) or end < start:
            raise PoolcliError("is damaged: a box claims more bytes than the file has")
        if name in CONTAINERS:
            yield from boxes(content[start + CONTAINERS[name] : end])
        else:
            yield name, content[start:end]
        position = end


def jpeg2000_depth(content: bytes) -> int:
    """Read how many bits each component of a JPEG 2000 image holds.

    Raises
    ------
    PoolcliError
        If the codestream does not end as one, or its components are signed or not alike.
    """
    stream = memoryview(content)
    if not content.startswith(CODESTREAM):
        found = (data for name, data in boxes(stream) if name == b"jp2c")
        stream = next(found, memoryview(b""))
    if stream[:4] != CODESTREAM or stream[-2:] != END_OF_CODESTREAM:
        raise PoolcliError("is damaged: its JPEG 2000 codestream is not complete")
    # SIZ: after 38 bytes the number of components, then 3 bytes for each: depth, steps.
    components = int.from_bytes(stream[40:42], "big")
    depths = {stream[42 + 3 * component] for component in range(components)}
    if len(depths) != 1 or max(depths) > 0x7F:
        raise PoolcliError("holds JPEG 2000 components that are signed or unlike; save it as png")
    return 1 + depths.pop()


def avif_depth(content: bytes) -> int:
    """Read how many bits a channel of an AVIF image holds: 8, 10 or 12."""
    for name, data in boxes(memoryview(content)):
        if name == b"av1C" and len(data) > 2:
            return {0x40: 10, 0x60: 12}.get(data[2] & 0x60, 8)
    return 8
