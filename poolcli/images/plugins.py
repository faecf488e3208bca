"""Pillow's plugins, each loaded when a file of its format is opened."""

from __future__ import annotations

import io
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

# Pillow runs other programs for some formats, so it may look for one of these alone; all of its
# plugins would take as long to load as NumPy's core.
PLUGINS = {
    "PNG": "Png",
    "WEBP": "WebP",
    "TIFF": "Tiff",
    "BMP": "Bmp",
    "GIF": "Gif",
    "PPM": "Ppm",
    "JPEG2000": "Jpeg2K",
    "AVIF": "Avif",
}


def open_with_pillow(content: bytes, format_: str) -> ImageFile:
    """Read the header of a picture file; raise what Pillow raises."""
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours

    import_module(f"PIL.{PLUGINS[format_]}ImagePlugin")
    # The limit on sizes is poolcli's own, checked from the header.
    pillow.MAX_IMAGE_PIXELS = None
    return pillow.open(io.BytesIO(content), formats=[format_])
