"""More than 8 bits a channel: telling how many a file holds, and reading 16-bit colour.

Pillow cuts 16-bit colour to 8 bits; OpenCV reads it, but trusts files too much. So OpenCV only
sees what Pillow has decoded whole, and PNG only with chunk lengths that are true.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from poolcli.arrays import Array, np
from poolcli.errors import PoolcliError
from poolcli.images.boxes import avif_depth, jpeg2000_depth

if TYPE_CHECKING:
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours

BITS_PER_SAMPLE, PLANAR, EXTRA_SAMPLES, SAMPLE_FORMAT = 258, 284, 338, 339
SEPARATE, ASSOCIATED, SIGNED = 2, 1, 2


@dataclass(frozen=True)
class Depth:
    """How many bits a channel holds in a file, and the value that white has there."""

    bits: int
    white: int


def read_depth(picture: pillow.Image, content: bytes) -> Depth:
    """Read the depth from the header of a picture that Pillow has opened."""
    bits = 8
    if picture.format == "PNG":
        bits = content[24]
    elif picture.format == "TIFF":
        bits = max(_tags(picture).get(BITS_PER_SAMPLE, (1,)))
    elif picture.format == "PPM":
        # Pillow's decoder of whole bytes is told a mode, the others are told white.
        told = getattr(picture, "tile")[0].args  # noqa: B009 - Pillow types it for files only
        white = int(told[1]) if isinstance(told, tuple) else 65535 if "16" in told else 255
        return Depth(8 if white < 256 else 16, white)
    elif picture.format == "JPEG2000":
        bits = jpeg2000_depth(content)
    elif picture.format == "AVIF":
        bits = avif_depth(content)
    return Depth(bits, 2**bits - 1)


def check_depth(picture: pillow.Image, bits: int) -> None:
    """Refuse pixels that would be read with fewer bits, or wrongly."""
    tags = _tags(picture)
    signed = SIGNED in tags.get(SAMPLE_FORMAT, ())
    deep_colour = bits > 8 and picture.mode in ("RGB", "RGBA")
    if picture.format == "TIFF":
        if deep_colour and tags.get(PLANAR) == SEPARATE:
            raise PoolcliError("stores 16-bit colour plane by plane; save it pixel by pixel")
        if (bits == 8 and signed) or (bits == 32 and picture.mode == "I" and not signed):
            kind = "signed 8" if signed else "unsigned 32"
            raise PoolcliError(f"holds {kind}-bit integers, which tif files get wrong; use npy")
    if picture.format in ("AVIF", "JPEG2000") and bits not in (8, 16):
        raise PoolcliError(f"holds {bits} bits a channel; save it with 8 or 16, as png or tif")


def decode_deep_colour(picture: pillow.Image, content: bytes, white: int) -> Array:
    """Read 16-bit colour, (H, W, C), of a picture that Pillow has decoded whole."""
    from poolcli.opencv import cv2

    # A PPM of text may end with its last digit, which OpenCV does not see.
    ended = content + b"\n" if picture.format == "PPM" else content
    pixels = cv2.imdecode(np.frombuffer(ended, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 3:
        raise PoolcliError("holds 16-bit colour that cannot be decoded")
    if pixels.shape[:2] != picture.size[::-1]:
        raise PoolcliError("holds 16-bit colour of another size than it says")
    if picture.format == "TIFF" and picture.mode == "RGB":
        pixels = pixels[:, :, :3]  # what more there is, the file does not explain
    code = cv2.COLOR_BGR2RGB if pixels.shape[2] == 3 else cv2.COLOR_BGRA2RGBA
    pixels = cv2.cvtColor(pixels, code)
    if white < 65535:
        # As Pillow does for gray: white becomes 65535.
        scaled: Array = np.floor(pixels * (65535 / white) + 0.5).astype(np.uint16)
        return scaled
    if ASSOCIATED in _tags(picture).get(EXTRA_SAMPLES, ()):
        pixels = straighten(pixels)
    if picture.format == "PNG" and content[25] == 4:
        # OpenCV makes colour of gray with alpha.
        return np.ascontiguousarray(pixels[:, :, [0, 3]])
    return np.asarray(pixels)


def straighten(pixels: Array) -> Array:
    """Divide 16-bit colour by the α, the last channel, that it was multiplied by."""
    share = np.maximum(pixels[:, :, -1:], 1) / 65535
    colour = np.rint(np.minimum(pixels[:, :, :-1] / share, 65535)).astype(np.uint16)
    return np.concatenate((colour, pixels[:, :, -1:]), axis=2)


def _tags(picture: pillow.Image) -> dict[int, Any]:
    tags: dict[int, Any] = getattr(picture, "tag_v2", {})
    return tags
