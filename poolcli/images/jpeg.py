"""JPEG files: simplejpeg decodes them straight into an array and reports damage.

The decoder gets a stream without comments and application data, which are read here (ITU-T T.81,
annex B; JFIF 1.02; EXIF 2.32), so that no harmless oddity among them counts as damage.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError
from poolcli.images.damage import Damage, damage_in_one_line, decoding, one_line
from poolcli.images.image import Image, Source
from poolcli.images.metadata import (
    CENTIMETRES_PER_INCH,
    SIDEWAYS,
    Told,
    clean_profile,
    count_frames,
    read_exif,
    turn,
)

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

# Inside a scan, 0xFF is followed by 0, by a restart marker, or by a marker that ends the scan.
MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")

# Encoders make up to 20 scans. Each passes over the whole image and may take a few bytes only, so
# large images may have fewer: a billion pixels take half a second or more.
USUAL_SCANS, MAX_SCANS = 20, 100
MAX_SCANNED_PIXELS = 2_500_000_000
MAX_SEGMENTS = 10_000

SPACES = {1: "GRAY", 3: "RGB", 4: "CMYK"}
# What Adobe's marker says of 3 and 4 channels: YCbCr and YCCK.
TRANSFORMS = {3: 1, 4: 2}


@dataclass
class Header:
    """The fields of the segments before the first scan.

    Attributes
    ----------
    frame : int
        The marker of the frame.
    tables : list of (marker, data)
        What decoding needs.
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


def open_jpeg(content: bytes, damage: Damage) -> Source:
    """Read the header of a JPEG file.

    Raises
    ------
    PoolcliError
        If the file holds no frame that can be read, or more scans than any encoder makes.
    """
    view = memoryview(content)
    header, start = _read_header(view, damage)
    stream = _clean_stream(header, content, start, damage)
    notes = count_frames(_count_pictures(header.multi_picture))
    exif = read_exif(header.exif, notes)
    told = Told(exif=exif, xmp=header.xmp, density=header.density, profile=_join_profile(header))
    orientation = told.orientation(notes)
    rows, columns = header.shape
    once = [stream]

    def decode() -> Image:
        found = list(notes)
        encoded = once.pop()
        with decoding(header.shape):
            pixels = _decode(encoded, header, damage)
        profile = told.profile
        if len(header.components) == 4:
            pixels, profile = _cmyk_to_rgb(pixels), None
            found.append("CMYK was converted to RGB")
        pixels = turn(pixels, orientation)
        return Image(
            pixels,
            pixels.dtype,
            profile=clean_profile(profile, 1 if pixels.ndim == 2 else 3, found),
            resolution=told.resolution(found, orientation),
            warnings=(*found, *damage.warnings),
        )

    return Source((columns, rows) if orientation in SIDEWAYS else (rows, columns), "png", decode)


def _read_header(view: memoryview, damage: Damage) -> tuple[Header, int]:
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
        raise PoolcliError("is damaged: it tells its size twice")
    if len(data) < 6 or len(data) != 6 + 3 * data[5]:
        raise PoolcliError("is damaged: it does not tell its size")
    precision, rows, columns, count = struct.unpack(">BHHB", data[:6])
    if marker not in READABLE_FRAMES:
        raise PoolcliError("is a lossless or hierarchical JPEG; save it as png")
    if precision != 8:
        raise PoolcliError(f"is a JPEG of {precision} bits a channel; save it as png or tif")
    if count not in SPACES:
        raise PoolcliError(f"is a JPEG of {count} channels; save it as tif or npy")
    if not rows or not columns:
        raise PoolcliError("is damaged: it does not tell its size")
    header.frame, header.shape = marker, (rows, columns)
    header.components = tuple(data[6::3])
    header.tables.append((marker, data))


def _read_application(header: Header, marker: int, data: bytes) -> None:
    """Keep what application data says about the pixels.

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


def _clean_stream(header: Header, content: bytes, start: int, damage: Damage) -> bytes:
    """Return the file without comments and application data, and note what it lacks."""
    view = memoryview(content)
    progressive = header.frame in PROGRESSIVE
    if progressive or view[start + 4 : start + 5] != bytes([len(header.components)]):
        pixels = header.shape[0] * header.shape[1]
        most = max(USUAL_SCANS, min(MAX_SCANS, MAX_SCANNED_PIXELS // pixels))
        end, scanned = _read_scans(view, start, most)
        if end is None:
            damage.suspect("it ends before its last scan")
    else:
        # Decoders read no further scan.
        end, scanned = _find_end(content, start), _scanned(view, start + 2)
        if end is None or not content.startswith(END_OF_IMAGE, end):
            damage.suspect("its end marker (EOI) is missing")
    if not scanned.issuperset(header.components):
        damage.suspect("it lacks the scan of a channel")
    tables = header.tables
    if header.adobe:
        # Every decoder takes an unknown transform so, with a warning.
        transform = TRANSFORMS.get(len(header.components), 0) if header.adobe[11] else 0
        tables = [(ADOBE, header.adobe[:11] + bytes([transform])), *tables]
    parts: list[bytes | memoryview] = [START_OF_IMAGE]
    for marker, data in tables:
        parts += [struct.pack(">BBH", 0xFF, marker, 2 + len(data)), data]
    # With an end, the decoder takes lacking data for damage, and a lacking end for none.
    return b"".join([*parts, view[start:end], END_OF_IMAGE])


def _find_end(content: bytes, start: int) -> int | None:
    """Return where an end marker, or the start of another image, follows a scan."""
    ends = content.find(END_OF_IMAGE, start)
    begins = content.find(START_OF_IMAGE, start, None if ends < 0 else ends)
    # The second search ends where the first one found something.
    found = begins if begins >= 0 else ends
    return found if found >= 0 else None


def _scanned(view: memoryview, position: int) -> set[int]:
    """Return the components of the scan whose segment, behind its marker, is at a position."""
    count = view[position + 2]
    return set(view[position + 3 : position + 3 + 2 * count : 2])


def _read_scans(view: memoryview, start: int, most: int) -> tuple[int | None, set[int]]:
    """Return where the last scan ends, if it does, and the components that were scanned."""
    scanned: set[int] = set()
    scans, position = 0, start
    for _ in range(MAX_SEGMENTS):
        found = MARKER.search(view, position)
        if found is None:
            return None, scanned
        marker, position = found[1][0], found.end()
        if marker == END:
            return found.start(), scanned
        length = int.from_bytes(view[position : position + 2], "big")
        if position + length > len(view):
            return None, scanned
        if marker == SCAN and length > 2:
            scans += 1
            scanned |= _scanned(view, position)
        if scans > most:
            raise PoolcliError(
                f"is a JPEG of more than {most} scans, which takes very long; save it again"
            )
        position += length
    raise PoolcliError(f"holds more than {MAX_SEGMENTS:,} segments; save it again")


def _decode(stream: bytes, header: Header, damage: Damage) -> Array:
    """Decode the pixels, (H, W) or (H, W, C), as stored."""
    import simplejpeg

    channels = len(header.components)
    pixels = np.empty((*header.shape, channels), np.uint8)

    def attempt(*, strict: bool) -> None:
        with damage_in_one_line(ValueError):
            decoded = simplejpeg.decode_jpeg(stream, SPACES[channels], buffer=pixels, strict=strict)
        if decoded.shape != pixels.shape:
            raise PoolcliError("is damaged: it tells its size twice")

    try:
        attempt(strict=True)
    except ValueError as error:
        if isinstance(error, PoolcliError):
            raise
        damage.suspect(one_line(error))
        with damage_in_one_line():
            # What cannot be read at all raises again.
            attempt(strict=False)
    damage.settle()
    return pixels[:, :, 0] if channels == 1 else pixels


def _cmyk_to_rgb(stored: Array) -> Array:
    """Convert CMYK, stored inverted as Adobe's programs do."""
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours

    return np.asarray(pillow.fromarray(~stored, "CMYK").convert("RGB"))


def _join_profile(header: Header) -> bytes:
    """Join the parts of a colour profile; parts that are missing leave a profile too short."""
    numbers = range(1, header.profile_parts + 1)
    return b"".join(header.profile.get(number, b"") for number in numbers)


def _count_pictures(multi_picture: bytes) -> int:
    """Count the pictures of a file that holds several (CIPA DC-007)."""
    count = read_exif(multi_picture, [], (MULTI_PICTURE_IMAGES,)).get(MULTI_PICTURE_IMAGES, 1)
    return count if isinstance(count, int) and count > 0 else 1
