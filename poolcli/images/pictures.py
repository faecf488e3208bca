"""Picture files to arrays: each format has a function that opens its files."""

from __future__ import annotations

import re
from collections.abc import Callable

from poolcli.formats import READ_PICTURES
from poolcli.images.bmp import open_bmp
from poolcli.images.damage import Damage, damage_in_one_line
from poolcli.images.gif import open_gif
from poolcli.images.image import Reading, Source
from poolcli.images.jpeg import open_jpeg
from poolcli.images.pillow_pictures import open_avif, open_jpeg2000, open_webp
from poolcli.images.plugins import UnidentifiedError
from poolcli.images.png import open_png
from poolcli.images.ppm import open_ppm
from poolcli.images.tiff import open_tiff

SIGNATURES = {
    each.name: re.compile(each.signature, re.DOTALL) for each in READ_PICTURES if each.signature
}
OPENERS: dict[str, Callable[[bytes, Damage], Source]] = {
    "png": open_png,
    "jpg": open_jpeg,
    "webp": open_webp,
    "tif": open_tiff,
    "bmp": open_bmp,
    "gif": open_gif,
    "ppm": open_ppm,
    "jp2": open_jpeg2000,
    "avif": open_avif,
}


def is_picture(head: bytes) -> bool:
    """Tell whether a file that begins so may be a picture."""
    return _identify(head) is not None


def _identify(head: bytes) -> str | None:
    """Return the format of a file that begins so, or None."""
    matches = (name for name, signature in SIGNATURES.items() if signature.match(head))
    return next(matches, None)


def open_picture(content: bytes, reading: Reading = Reading()) -> Source | None:
    """Read the header of a picture file, or give None if it is not one.

    Raises
    ------
    PoolcliError
        If the file is damaged, or holds pixels that could not be read exactly.
    """
    damage = Damage(tolerant=reading.tolerant)
    format_ = _identify(content)
    if format_ is None:
        return None
    try:
        with damage_in_one_line(UnidentifiedError):
            return OPENERS[format_](content, damage)
    except UnidentifiedError:
        return None
