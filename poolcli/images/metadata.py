"""What a file says about its pixels, checked once: orientation, resolution and colour profile.

Any value may stand in a file's tags: text, NaN, a rational of 0/0. Each function takes what a
decoder returned and returns a value that every writer accepts; a value without meaning is left out
and a warning added to `notes`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import SupportsFloat

Resolution = tuple[float, float]

X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 282, 283, 296
INCH, CENTIMETRE, CENTIMETRES_PER_INCH = 2, 3, 2.54
UPRIGHT = 1
ORIENTATIONS = range(1, 9)
# Pixels an inch. PNG counts pixels a metre, TIFF has rationals of 32 bits.
LEAST_RESOLUTION, MOST_RESOLUTION = 1e-3, 1e7

# The most that Pillow unpacks from a PNG, so that every PNG written can be read again.
MAX_PROFILE_BYTES = 2**20
# ICC.1:2022, section 7.2: the profile's size, its colour space and its signature.
PROFILE_HEADER_BYTES = 128
COLOUR_SPACES = {1: b"GRAY", 3: b"RGB "}

# An XML parser would expand entities; the one value that matters is found by its name.
XMP_ORIENTATION = re.compile(rb"""tiff:Orientation\s*(?:=\s*["']|>)\s*([0-9]{1,2})\s*["'<]""")
MAX_XMP_BYTES = 2**20


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
    found = XMP_ORIENTATION.search(xmp[:MAX_XMP_BYTES]) if isinstance(xmp, bytes) else None
    return int(found[1]) if found else None


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
    if not PROFILE_HEADER_BYTES <= size <= len(value) or value[36:40] != b"acsp":
        return "is no profile"
    if size > MAX_PROFILE_BYTES:
        return f"is longer than {MAX_PROFILE_BYTES:,} bytes"
    if value[16:20] != COLOUR_SPACES.get(channels):
        return "does not fit its channels"
    return None
