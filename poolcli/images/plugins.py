"""Open picture files by the plugins of Pillow, each loaded when a file of its format is opened."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from PIL.ImageFile import ImageFile


class UnidentifiedError(Exception):
    """Pillow does not recognise the header of a file."""


def open_with_pillow(content: bytes | io.BytesIO, format_: str) -> ImageFile:
    """Read the header of a picture file.

    Parameters
    ----------
    content : bytes or BytesIO
        The file, or a stream of it.
    format_ : str
        The name that Pillow has for the format.

    Raises
    ------
    UnidentifiedError
        If Pillow does not recognise the header.
    Exception
        Whatever Pillow raises for a damaged file.
    """
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours
    from PIL import UnidentifiedImageError

    _LOADERS[format_]()
    # The size is compared with poolcli's own limit once the header is read.
    pillow.MAX_IMAGE_PIXELS = None
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    # Pillow runs other programs for some formats, so it may try only this one.
    try:
        return pillow.open(stream, formats=[format_])
    except UnidentifiedImageError:
        raise UnidentifiedError("its header cannot be read") from None


def _load_avif() -> ModuleType:
    from PIL import AvifImagePlugin

    return AvifImagePlugin


def _load_gif() -> ModuleType:
    from PIL import GifImagePlugin

    return GifImagePlugin


def _load_jpeg2000() -> ModuleType:
    from PIL import Jpeg2KImagePlugin

    return Jpeg2KImagePlugin


def _load_png() -> ModuleType:
    from PIL import PngImagePlugin

    return PngImagePlugin


def _load_tiff() -> ModuleType:
    from PIL import TiffImagePlugin

    return TiffImagePlugin


def _load_webp() -> ModuleType:
    from PIL import WebPImagePlugin

    return WebPImagePlugin


# All plugins together would take as long to load as NumPy.
_LOADERS: dict[str, Callable[[], ModuleType]] = {
    "AVIF": _load_avif,
    "GIF": _load_gif,
    "JPEG2000": _load_jpeg2000,
    "PNG": _load_png,
    "TIFF": _load_tiff,
    "WEBP": _load_webp,
}
