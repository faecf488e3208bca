"""The chunks of PNG files (PNG, third edition, sections 5 and 11).

Decoders read a file of the chunks that pixels need. Texts, of any number and length, and metadata
with wrong checksums do not reach them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from isal import isal_zlib

from poolcli.errors import PoolcliError
from poolcli.formats import INCH_IN_METRES
from poolcli.images.damage import Damage
from poolcli.images.metadata import MAX_PROFILE_BYTES, Told, read_exif

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Kept for the decoder, besides the header, pixels and end.
KEPT = (b"PLTE", b"tRNS")
CRITICAL = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
TOLD = (b"iCCP", b"pHYs", b"eXIf", b"acTL", b"fcTL", *TEXTS)

XMP_KEYWORD = b"XML:com.adobe.xmp"
RAW_EXIF_KEYWORDS = (b"Raw profile type exif", b"Raw profile type APP1")
WANTED_TEXTS = (XMP_KEYWORD, *RAW_EXIF_KEYWORDS)
# The limit of a text too; one more byte is read to see whether there are more.
MAX_TEXT_BYTES = MAX_PROFILE_BYTES

HEADER_BYTES = 13
PER_METRE = 1
MAX_CHUNKS = 1_000_000
CUT_OFF = "a chunk claims more bytes than the file has"
WRONG_CHECKSUM = "a chunk has a wrong checksum"
NO_END = "its last chunk, IEND, is missing"


@dataclass(frozen=True)
class Chunk:
    """A chunk, which may be cut off by the end of the file."""

    name: bytes
    data: memoryview
    whole: bool
    checksum: int

    @property
    def intact(self) -> bool:
        """Return whether the chunk is whole and its checksum right."""
        return self.whole and isal_zlib.crc32(self.data, zlib.crc32(self.name)) == self.checksum

    @property
    def critical(self) -> bool:
        """Return whether a decoder must understand the chunk."""
        return self.name[:1].isupper()


@dataclass
class _Metadata:
    """Chunks of metadata; the first of each name and keyword counts."""

    chunks: dict[bytes, bytes] = field(default_factory=dict)
    texts: dict[bytes, bytes] = field(default_factory=dict)
    animated_from_start: bool = False


def read_chunks(content: bytes) -> Iterator[Chunk]:
    """Yield the chunks of a PNG up to its end."""
    view = memoryview(content)
    position = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if position + 8 > len(view):
            return
        length, name = struct.unpack_from(">I4s", view, position)
        end = position + 8 + length
        whole = end + 4 <= len(view)
        checksum = int.from_bytes(view[end : end + 4], "big") if whole else 0
        yield Chunk(name, view[position + 8 : end], whole, checksum)
        if name == b"IEND" or not whole:
            return
        position = end + 4
    raise PoolcliError(f"holds more than {MAX_CHUNKS:,} chunks; save it again")


@dataclass(frozen=True)
class Parts:
    """The parts of a PNG file.

    Attributes
    ----------
    head : bytes
        The signature, and the chunks that pixels need before the pixels.
    pixels : list of memoryview
        The data of the IDAT chunks.
    told : Told
        The metadata.
    """

    head: bytes
    pixels: list[memoryview]
    told: Told


def read_parts(content: bytes, damage: Damage, notes: list[str]) -> Parts:
    """Separate what decoders need of a PNG file from its metadata.

    Raises
    ------
    PoolcliError
        If a chunk that decoders must understand is not one of PNG's own.
    """
    head: list[bytes | memoryview] = [SIGNATURE]
    pixels: list[memoryview] = []
    metadata = _Metadata()
    for chunk in read_chunks(content):
        if not chunk.name.isalpha():
            damage.suspect("it holds something else between its chunks")
            break
        if chunk.name == b"IEND":
            break
        if chunk.critical or chunk.name in KEPT:
            _check(chunk, damage)
            if chunk.name == b"IDAT":
                pixels.append(chunk.data)
            else:
                head += frame(chunk.name, [chunk.data])
        elif chunk.name in TOLD:
            _keep(metadata, chunk, notes, behind_pixels=bool(pixels))
        elif not chunk.whole:
            damage.suspect(CUT_OFF)
    else:
        damage.suspect(NO_END)
    return Parts(b"".join(head), pixels, _tell(metadata, notes))


def _check(chunk: Chunk, damage: Damage) -> None:
    """Note whether a chunk that pixels need is cut off or changed; refuse an unknown one."""
    if chunk.critical and chunk.name not in CRITICAL:
        name = chunk.name.decode("ascii", "replace")
        raise PoolcliError(f"holds a chunk {name!r} that PNG does not know; save it again")
    if not chunk.whole:
        damage.suspect(CUT_OFF)
    elif not chunk.intact:
        damage.suspect(WRONG_CHECKSUM)


def frame(name: bytes, data: Sequence[bytes | memoryview]) -> list[bytes | memoryview]:
    """Return the parts of a chunk with the right length and checksum."""
    checksum = zlib.crc32(name)
    for part in data:
        checksum = isal_zlib.crc32(part, checksum)
    head = struct.pack(">I4s", sum(map(len, data)), name)
    return [head, *data, struct.pack(">I", checksum)]


def _keep(metadata: _Metadata, chunk: Chunk, notes: list[str], *, behind_pixels: bool) -> None:
    """Keep a chunk of metadata; of texts only those with a wanted keyword."""
    keyword = bytes(chunk.data[:80]).partition(b"\0")[0]
    text = chunk.name in TEXTS
    if text and keyword not in WANTED_TEXTS:
        return
    if not chunk.intact:
        name = chunk.name.decode()
        notes.append(f"its chunk {name} has a wrong checksum and is left out")
    elif text:
        metadata.texts.setdefault(keyword, _text(chunk.name, bytes(chunk.data[len(keyword) + 1 :])))
    else:
        metadata.animated_from_start |= chunk.name == b"fcTL" and not behind_pixels
        metadata.chunks.setdefault(chunk.name, bytes(chunk.data))


def _text(name: bytes, data: bytes) -> bytes:
    """Return the text behind a keyword; nothing if it is damaged or too long."""
    if name == b"tEXt":
        return data[:MAX_TEXT_BYTES]
    if name == b"zTXt":
        return _inflate(data[1:]) or b""
    compressed = data[:1] == b"\1"
    parts = data[2:].split(b"\0", 2)
    if len(parts) < 3:
        return b""
    return (_inflate(parts[2]) or b"") if compressed else parts[2][:MAX_TEXT_BYTES]


def _inflate(data: bytes) -> bytes | None:
    """Inflate up to a byte more than the limit; None if the data is damaged."""
    try:
        return zlib.decompressobj().decompress(data, MAX_TEXT_BYTES + 1)
    except zlib.error:
        return None


def _tell(metadata: _Metadata, notes: list[str]) -> Told:
    exif = metadata.chunks.get(b"eXIf", b"")
    if not exif:
        raw = next(
            (metadata.texts[name] for name in RAW_EXIF_KEYWORDS if name in metadata.texts), b""
        )
        exif = _raw_profile(raw)
    return Told(
        exif=read_exif(exif, notes),
        xmp=metadata.texts.get(XMP_KEYWORD),
        density=_density(metadata.chunks.get(b"pHYs", b"")),
        profile=_profile(metadata.chunks.get(b"iCCP")),
        frames=_frames(metadata),
    )


def _raw_profile(text: bytes) -> bytes:
    """Return the data of a raw profile: a line of its name, one of its length, and digits."""
    try:
        return bytes.fromhex(b"".join(text.split(b"\n")[3:]).decode("ascii"))
    except ValueError:
        return b""


def _density(data: bytes) -> object:
    if len(data) < 9 or data[8] != PER_METRE:
        return None
    across, down = struct.unpack_from(">II", data)
    return across * INCH_IN_METRES, down * INCH_IN_METRES


def _profile(data: bytes | None) -> object:
    """Return a colour profile unchecked; one that does not inflate is empty text."""
    if data is None:
        return None
    _, _, compressed = data.partition(b"\0")
    inflated = _inflate(compressed[1:]) if compressed[:1] == b"\0" else None
    return "" if inflated is None else inflated


def _frames(metadata: _Metadata) -> int:
    """Count the frames of an animation, whose first may be another than the image itself."""
    control = metadata.chunks.get(b"acTL", b"")
    frames = int.from_bytes(control[:4], "big") if len(control) >= 8 else 0
    if not 0 < frames < 2**31:
        return 1
    return frames if metadata.animated_from_start else frames + 1
