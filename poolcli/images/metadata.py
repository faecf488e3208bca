"""Metadata of a file, checked once: orientation, resolution and colour profile.

Any value may stand in a file's tags: text, NaN, a rational of 0/0. Each function takes what a
decoder returned and returns a value that every writer accepts; a value without meaning is left out
and a warning added to `notes`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import SupportsFloat

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError
from poolcli.formats import LEAST_RESOLUTION, MOST_RESOLUTION
from poolcli.images.damage import damage_in_one_line

Resolution = tuple[float, float]

ORIENTATION = 274
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 282, 283, 296
INCH, CENTIMETRE, CENTIMETRES_PER_INCH = 2, 3, 2.54
EXIF_TAGS = (ORIENTATION, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT)
UPRIGHT = 1
SIDEWAYS = range(5, 9)
ORIENTATIONS = range(1, 9)

# The most that Pillow unpacks from a PNG, so that every PNG written can be read again.
MAX_PROFILE_BYTES = 2**20
# ICC.1:2022, section 7.2: the profile's size, its colour space and its signature.
PROFILE_HEADER_BYTES = 128
COLOUR_SPACES = {1: b"GRAY", 3: b"RGB "}

# An XML parser would expand entities; the one value that matters is found by its name.
XMP_ORIENTATION = re.compile(rb"""([\w.-]+):Orientation\s*(?:=\s*["']|>)\s*([0-9]{1,2})\s*["'<]""")
XMP_PREFIX = re.compile(rb"""xmlns:([\w.-]+)\s*=\s*["']([^"']*)["']""")
TIFF_NAMESPACE = b"http://ns.adobe.com/tiff/1.0/"
# Comments, and thumbnails, which have an orientation of their own.
XMP_LEFT_OUT = (
    (b"<!--", b"-->"),
    (b"<xmp:Thumbnails", b"</xmp:Thumbnails"),
    (b"<xap:Thumbnails", b"</xap:Thumbnails"),
)
MAX_XMP_BYTES = 2**20


@dataclass(frozen=True)
class Told:
    """Metadata of a file, unchecked.

    Attributes
    ----------
    exif : mapping
        The tags of `EXIF_TAGS` that the file holds.
    xmp : object
        An XMP packet.
    density : object
        (x, y) in pixels an inch, from elsewhere than EXIF.
    profile : object
        The ICC profile.
    frames : int
        How many frames or pages the file holds.
    """

    exif: Mapping[int, object] = field(default_factory=dict)
    xmp: object = None
    density: object = None
    profile: object = None
    frames: int = 1

    def orientation(self, notes: list[str]) -> int:
        """Return the orientation that EXIF holds, or where it holds none, that of XMP."""
        told = self.exif.get(ORIENTATION)
        return clean_orientation(xmp_orientation(self.xmp) if told is None else told, notes)

    def resolution(self, notes: list[str], orientation: int = UPRIGHT) -> Resolution | None:
        """Return the first resolution that means something, of the upright pixels."""
        faults: list[str] = []
        resolution = clean_resolution(self.density, faults)
        resolution = resolution or clean_resolution(tagged_resolution(self.exif), faults)
        if resolution is None:
            notes.extend(faults[:1])
        elif orientation in SIDEWAYS:
            return resolution[::-1]
        return resolution


def read_exif(
    data: bytes, notes: list[str], wanted: Sequence[int] = EXIF_TAGS
) -> dict[int, object]:
    """Return the wanted tags of EXIF data, unchecked; none if the data is damaged."""
    if not data:
        return {}
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours

    def load() -> pillow.Exif:
        exif = pillow.Exif()
        exif.load(data)
        return exif

    return pick_exif(load, notes, wanted)


def pick_exif(
    load: Callable[[], Mapping[int, object]], notes: list[str], wanted: Sequence[int] = EXIF_TAGS
) -> dict[int, object]:
    """Return the wanted tags of what `load` returns; none if it, or one of them, is damaged."""
    try:
        with damage_in_one_line():
            exif = load()
            return {tag: exif[tag] for tag in wanted if tag in exif}
    except PoolcliError:
        notes.append("its EXIF data is damaged and left out")
        return {}


def clean_orientation(value: object, notes: list[str]) -> int:
    """Return the EXIF orientation, 1 to 8; 1 if there is none that means anything."""
    if value is None or value == 0:
        # Some cameras write 0 for unknown.
        return UPRIGHT
    if isinstance(value, int) and value in ORIENTATIONS:
        return int(value)
    notes.append("its orientation means nothing and is left out")
    return UPRIGHT


def xmp_orientation(xmp: object) -> int | None:
    """Return the orientation that an XMP packet holds, or None."""
    if isinstance(xmp, str):
        xmp = xmp.encode(errors="replace")
    if not isinstance(xmp, bytes):
        return None
    packet = xmp[:MAX_XMP_BYTES]
    for opening, closing in XMP_LEFT_OUT:
        packet = _without(packet, opening, closing)
    spaces = {b"tiff": TIFF_NAMESPACE} | dict(XMP_PREFIX.findall(packet))
    for prefix, orientation in XMP_ORIENTATION.findall(packet):
        if spaces.get(prefix) == TIFF_NAMESPACE:
            return int(orientation)
    return None


def _without(text: bytes, opening: bytes, closing: bytes) -> bytes:
    """Return text without the parts from each opening to its closing."""
    kept, at = [], 0
    while (first := text.find(opening, at)) >= 0 and (last := text.find(closing, first)) >= 0:
        kept.append(text[at:first])
        at = last + len(closing)
    return b"".join((*kept, text[at:]))


def tagged_resolution(tags: Mapping[int, object]) -> object:
    """Return the resolution that TIFF or EXIF tags hold, in pixels an inch, for `clean_resolution`.

    None if there is none, or none with a unit of length.
    """
    if X_RESOLUTION not in tags or Y_RESOLUTION not in tags:
        return None
    unit = tags.get(RESOLUTION_UNIT, INCH)
    across, down = tags[X_RESOLUTION], tags[Y_RESOLUTION]
    if unit == CENTIMETRE:
        return _per_inch(across), _per_inch(down)
    return (across, down) if unit == INCH else None


def _per_inch(per_centimetre: object) -> float | None:
    number = _number(per_centimetre)
    return number * CENTIMETRES_PER_INCH if number else None


def clean_resolution(value: object, notes: list[str]) -> Resolution | None:
    """Return (x, y) in pixels an inch, both finite and above 0, or None."""
    if value is None:
        return None
    if isinstance(value, tuple) and len(value) == 2:
        across, down = map(_number, value)
        if across is not None and down is not None:
            return across, down
    notes.append("its resolution means nothing and is left out")
    return None


def _number(value: object) -> float | None:
    """Return a sensible number of pixels an inch, or None."""
    if isinstance(value, (str, bytes)) or not isinstance(value, SupportsFloat):
        return None
    try:
        number = float(value)
    except (ValueError, TypeError, ArithmeticError):
        return None
    return number if LEAST_RESOLUTION <= number <= MOST_RESOLUTION else None


def clean_profile(value: object, channels: int, notes: list[str]) -> bytes | None:
    """Return an ICC profile for an image of so many colour channels, or None.

    Parameters
    ----------
    value : object
        What a decoder returned.
    channels : int
        Without alpha: 1 for gray, 3 for colour.
    notes : list of str
        Gets a warning if a profile is left out.
    """
    if value is None or value == b"":
        return None
    if not isinstance(value, bytes):
        fault: str | None = "is no profile"
    else:
        fault = _profile_fault(value, channels)
        if fault is None:
            return value[: int.from_bytes(value[:4], "big")]
    notes.append(f"its colour profile {fault} and is left out")
    return None


def _profile_fault(value: bytes, channels: int) -> str | None:
    size = int.from_bytes(value[:4], "big")
    if size < PROFILE_HEADER_BYTES or value[36:40] != b"acsp":
        return "is no profile"
    if min(size, len(value)) > MAX_PROFILE_BYTES:
        return f"is longer than {MAX_PROFILE_BYTES:,} bytes"
    if size > len(value):
        return "is cut off"
    if value[16:20] != COLOUR_SPACES.get(channels):
        return "does not fit its channels"
    return None


def count_frames(frames: int) -> list[str]:
    """Return the warning that is due if a file holds several frames or pages."""
    return [] if frames == 1 else [f"only the first of {frames} frames or pages is used"]


def turn(pixels: Array, orientation: int) -> Array:
    """Turn pixels upright by the EXIF orientation, 1 to 8."""
    if orientation in SIDEWAYS:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
