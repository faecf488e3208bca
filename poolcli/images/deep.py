"""Find the bits per channel of a file, and read 16-bit colour.

Pillow cuts 16-bit colour to 8 bits. OpenCV reads it, but not damaged files safely, so it reads only
files that Pillow has decoded whole, and PNG only with correct chunks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from poolcli.arrays import Array
from poolcli.errors import PoolcliError
from poolcli.formats import FORMATS
from poolcli.images.boxes import avif_depth, jpeg2000_depth
from poolcli.silence import silence

if TYPE_CHECKING:
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours

MODES = {each.pillow: each.modes for each in FORMATS if each.pillow}


def read_depth(picture: pillow.Image, content: bytes) -> int:
    """Return the bits per channel of a picture that Pillow has opened."""
    if picture.format == "PNG":
        return content[24]
    if picture.format == "JPEG2000":
        return jpeg2000_depth(content)
    return avif_depth(content) if picture.format == "AVIF" else 8


def check_depth(picture: pillow.Image, bits: int) -> None:
    """Raise PoolcliError for pixels that would be read with fewer bits, or wrongly."""
    if picture.mode not in MODES.get(picture.format or "", ()):
        raise PoolcliError(f"holds pixels of Pillow's mode {picture.mode}, which are not read")
    if picture.format in ("AVIF", "JPEG2000") and bits not in (8, 16):
        raise PoolcliError(f"holds {bits} bits per channel; save it with 8 or 16, as png or tif")


def decode_deep_colour(picture: pillow.Image, content: bytes) -> Array:
    """Read 16-bit colour, (H, W, C), of a picture that Pillow has decoded whole."""
    from poolcli.opencv import cv2

    # Libraries of OpenCV print their warnings.
    with silence():
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 3:
        raise PoolcliError("holds 16-bit colour that cannot be decoded")
    if pixels.shape[:2] != picture.size[::-1]:
        raise PoolcliError("holds 16-bit colour of another size than it states")
    code = cv2.COLOR_BGR2RGB if pixels.shape[2] == 3 else cv2.COLOR_BGRA2RGBA
    pixels = cv2.cvtColor(pixels, code)
    if picture.format == "PNG" and content[25] == 4:
        # OpenCV returns gray with alpha as colour.
        return np.ascontiguousarray(pixels[:, :, [0, 3]])
    return np.asarray(pixels)
