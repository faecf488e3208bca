"""Decode PNG files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from poolcli.errors import PoolcliError
from poolcli.images.damage import Damage, damage_in_one_line, load_picture
from poolcli.images.image import Source
from poolcli.images.pillow_pictures import PillowPicture
from poolcli.images.plugins import UnidentifiedError, open_with_pillow
from poolcli.images.png.chunks import frame, read_parts
from poolcli.images.png.pixels import Header, store_pixels

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

END = b"".join(frame(b"IEND", []))
NO_PIXELS = b"".join(frame(b"IDAT", []))


def open_png(content: bytes, damage: Damage) -> Source:
    """Read the header of a PNG file.

    Raises
    ------
    PoolcliError
        If the file is damaged and that is not tolerated, or its pixels could not be read exactly.
    """
    return PngPicture(content, damage).source


class PngPicture(PillowPicture):
    """A PNG picture, whose pixels are inflated before Pillow reads them."""

    def __init__(self, content: bytes, damage: Damage) -> None:
        notes: list[str] = []
        self._parts = read_parts(content, damage, notes)
        with damage_in_one_line(UnidentifiedError):
            opened = open_with_pillow(self._parts.head + NO_PIXELS + END, "PNG")
        self._header = Header.of(self._parts.head)
        super().__init__(opened, self._header.bits, self._parts.told, notes, damage)

    def _load(self) -> tuple[ImageFile, bytes]:
        if not self._parts.pixels:
            raise PoolcliError("is damaged: it holds no pixels")
        stream = io.BytesIO()
        stream.write(self._parts.head)
        stream.writelines(store_pixels(self._header, self._parts.pixels, self._damage))
        stream.write(END)
        picture = open_with_pillow(stream, "PNG")
        if not load_picture(picture, self._damage) and not self._damage.tolerant:
            self._damage.settle()
        # Only colour of 16 bits is read from the file again.
        content = stream.getvalue() if self._bits == 16 else b""
        # Pillow keeps the stream, whose memory this frees.
        stream.close()
        return picture, content
