"""Bits per channel of pictures that Pillow has opened, and decoding of 16-bit colour.

Pillow reduces 16-bit colour to 8 bits. OpenCV decodes all bits, but does not detect damage, and a
PNG with a wrong chunk length takes it seconds and gigabytes. It is called for files that Pillow has
decoded completely, and for PNG only after its chunk lengths were checked.
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

# Positions in a PNG file, and a colour type.
_PNG_DEPTH, _PNG_COLOUR_TYPE = 24, 25
_GRAY_WITH_ALPHA = 4


def read_depth(picture: pillow.Image, content: bytes) -> int:
    """Read the number of bits per channel from the header of a file.

    Parameters
    ----------
    picture : PIL.Image.Image
        The file, opened by Pillow.
    content : bytes
        The whole file.

    Returns
    -------
    int
        1 to 16.
    """
    if picture.format == "PNG":
        return content[_PNG_DEPTH]
    if picture.format == "JPEG2000":
        return jpeg2000_depth(content)
    if picture.format == "AVIF":
        return avif_depth(content)
    return 8


def check_depth(picture: pillow.Image, bits: int) -> None:
    """Refuse pixels that Pillow would decode with fewer bits, or wrongly.

    Parameters
    ----------
    picture : PIL.Image.Image
    bits : int
        Bits per channel, as in the file.

    Raises
    ------
    PoolcliError
        If the mode of the picture is not in `MODES`, or if Pillow decodes other depths only.
    """
    if picture.mode not in MODES.get(picture.format or "", ()):
        raise PoolcliError(f"holds pixels of Pillow's mode {picture.mode}, which are not read")
    if picture.format in ("AVIF", "JPEG2000") and bits not in (8, 16):
        raise PoolcliError(f"holds {bits} bits per channel; save it with 8 or 16, as png or tif")


def decode_deep_colour(picture: pillow.Image, content: bytes) -> Array:
    """Decode 16-bit colour.

    Parameters
    ----------
    picture : PIL.Image.Image
        The file, decoded by Pillow without an error.
    content : bytes
        The whole file.

    Returns
    -------
    ndarray of uint16, (rows, columns, channels)
        RGB or RGBA, or gray with alpha.

    Raises
    ------
    PoolcliError
        If OpenCV cannot decode the file, or returns another size.
    """
    from poolcli.opencv import cv2

    # Libraries of OpenCV print their warnings.
    with silence():
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 3:
        raise PoolcliError("holds 16-bit colour that cannot be decoded")
    if pixels.shape[:2] != picture.size[::-1]:
        raise PoolcliError("holds 16-bit colour of another size than its header states")
    code = cv2.COLOR_BGR2RGB if pixels.shape[2] == 3 else cv2.COLOR_BGRA2RGBA
    pixels = cv2.cvtColor(pixels, code)
    if picture.format == "PNG" and content[_PNG_COLOUR_TYPE] == _GRAY_WITH_ALPHA:
        # OpenCV converts gray with alpha to colour.
        return np.ascontiguousarray(pixels[:, :, [0, 3]])
    return np.asarray(pixels)
