"""JPEG files: simplejpeg decodes them straight into an array and reports damage.

The decoder gets a stream without comments and application data, which are read here (ITU-T T.81,
annex B; JFIF 1.02; EXIF 2.32), so that no harmless oddity among them counts as damage.
"""

from __future__ import annotations

import re
import struct

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError
from poolcli.images.damage import Damage, damage_in_one_line, decoding, one_line
from poolcli.images.image import Image, Source
from poolcli.images.jpeg_segments import (
    ADOBE,
    END,
    END_OF_IMAGE,
    MAX_SEGMENTS,
    PROGRESSIVE,
    SCAN,
    START_OF_IMAGE,
    Header,
    count_pictures,
    join_profile,
    read_header,
)
from poolcli.images.metadata import (
    SIDEWAYS,
    Told,
    clean_profile,
    count_frames,
    read_exif,
    turn,
)

# Inside a scan, 0xFF is followed by 0, by a restart marker, or by a marker that ends the scan.
MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")

# Encoders make up to 20 scans. Each passes over the whole image and may take a few bytes only, so
# large images may have fewer: a billion pixels take half a second or more.
USUAL_SCANS, MAX_SCANS = 20, 100
MAX_SCANNED_PIXELS = 2_500_000_000

SPACES = {1: "GRAY", 3: "RGB", 4: "CMYK"}
# The transforms of Adobe's marker for 3 and 4 channels: YCbCr and YCCK.
TRANSFORMS = {3: 1, 4: 2}


def open_jpeg(content: bytes, damage: Damage) -> Source:
    """Read the header of a JPEG file.

    Raises
    ------
    PoolcliError
        If the file holds no frame that can be read, or more scans than any encoder makes.
    """
    view = memoryview(content)
    header, start = read_header(view, damage)
    stream = _clean_stream(header, content, start, damage)
    notes = count_frames(count_pictures(header.multi_picture))
    exif = read_exif(header.exif, notes)
    told = Told(exif=exif, xmp=header.xmp, density=header.density, profile=join_profile(header))
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


def _clean_stream(header: Header, content: bytes, start: int, damage: Damage) -> bytes:
    """Return the file without comments and application data, and note missing parts."""
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
        # Decoders read an unknown transform as this one, with a warning.
        transform = TRANSFORMS.get(len(header.components), 0) if header.adobe[11] else 0
        tables = [(ADOBE, header.adobe[:11] + bytes([transform])), *tables]
    parts: list[bytes | memoryview] = [START_OF_IMAGE]
    for marker, data in tables:
        parts += [struct.pack(">BBH", 0xFF, marker, 2 + len(data)), data]
    # With an end marker, the decoder reports missing data.
    return b"".join([*parts, view[start:end], END_OF_IMAGE])


def _find_end(content: bytes, start: int) -> int | None:
    """Return where an end marker, or the start of another image, follows a scan."""
    ends = content.find(END_OF_IMAGE, start)
    begins = content.find(START_OF_IMAGE, start, None if ends < 0 else ends)
    # The second search stops at the end marker.
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
            raise PoolcliError("is damaged: it states its size twice")

    try:
        attempt(strict=True)
    except ValueError as error:
        if isinstance(error, PoolcliError):
            raise
        damage.suspect(one_line(error))
        with damage_in_one_line():
            # This raises again if nothing can be read.
            attempt(strict=False)
    damage.settle()
    return pixels[:, :, 0] if channels == 1 else pixels


def _cmyk_to_rgb(stored: Array) -> Array:
    """Convert CMYK, stored inverted as Adobe's programs do."""
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours

    return np.asarray(pillow.fromarray(~stored, "CMYK").convert("RGB"))
