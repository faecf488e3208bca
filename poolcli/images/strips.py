"""16-bit TIFF that neither Pillow nor OpenCV reads right: colour by planes, gray with alpha.

Such files hold their pixels in strips, plain or deflated (TIFF 6.0, sections 2, 14 and 18);
Pillow reads their directory.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from typing import Any

from PIL.TiffImagePlugin import ImageFileDirectory_v2

from poolcli.arrays import Array, np
from poolcli.errors import PoolcliError
from poolcli.images.metadata import tagged_resolution

WIDTH, LENGTH, BITS, COMPRESSION, PHOTOMETRIC, OFFSETS = 256, 257, 258, 259, 262, 273
ORIENTATION, SAMPLES, ROWS, COUNTS, PLANAR = 274, 277, 278, 279, 284
PREDICTOR, EXTRA, FORMAT = 317, 338, 339
PLAIN, DEFLATED = (1,), (8, 32946)


@dataclass(frozen=True)
class Strips:
    """The directory of a TIFF whose 16-bit samples lie in strips.

    Attributes
    ----------
    tags : dict
        By their numbers.
    pages : int
        How many directories the file has.
    """

    content: bytes
    tags: dict[int, Any]
    pages: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """Give the (rows, columns, samples) as stored."""
        return self.tags[LENGTH], self.tags[WIDTH], self.tags.get(SAMPLES, 1)

    @property
    def alpha(self) -> bool:
        """Tell whether the last sample is α."""
        return self.shape[2] in (2, 4) and self.tags.get(EXTRA, (0,))[0] in (1, 2)

    @property
    def associated(self) -> bool:
        """Tell whether colour is stored multiplied by α."""
        return self.alpha and self.tags[EXTRA][0] == 1

    @property
    def wanted(self) -> bool:
        """Tell whether this is gray with alpha, or RGB by planes, with or without alpha."""
        if not all(isinstance(side, int) and side > 0 for side in self.shape):
            return False
        photometric, samples = self.tags.get(PHOTOMETRIC), self.shape[2]
        if photometric == 1:
            return samples == 2 and self.alpha
        by_planes = self.tags.get(PLANAR, 1) == 2
        return photometric == 2 and by_planes and (samples == 3 or (samples == 4 and self.alpha))

    @property
    def resolution(self) -> object:
        """Return the pixels an inch as stored, unchecked; None if the file tells none."""
        return tagged_resolution(self.tags)

    def read(self) -> Array:
        """Read the pixels, (H, W, C), as stored."""
        rows, columns, samples = self.shape
        planes = samples if self.tags.get(PLANAR, 1) == 2 else 1
        together = samples // planes
        expected = rows * columns * together * 2
        stored = np.dtype("<u2" if self.content[:2] == b"II" else ">u2")
        strips = list(zip(self.tags[OFFSETS], self.tags[COUNTS], strict=True))
        each = len(strips) // planes
        parts = []
        for plane in range(planes):
            data = b"".join(self._strip(*strip) for strip in strips[plane * each :][:each])
            if len(data) != expected:
                raise PoolcliError("is damaged: its strips do not hold its pixels")
            parts.append(np.frombuffer(data, stored).reshape(rows, columns, together))
        pixels = np.concatenate(parts, axis=2).astype(np.uint16)
        if self.tags.get(PREDICTOR, 1) == 2:
            # Each sample is told as the difference from its neighbour on the left.
            return np.asarray(np.cumsum(pixels, axis=1, dtype=np.uint16))
        return pixels

    def _strip(self, offset: int, count: int) -> bytes:
        data = self.content[offset : offset + count]
        if self.tags.get(COMPRESSION, 1) in PLAIN:
            return data
        rows, columns, samples = self.shape
        return zlib.decompressobj().decompress(data, rows * columns * samples * 2)


def find_strips(content: bytes) -> Strips | None:
    """Read the directory of such a TIFF; None for every other TIFF."""
    stream = io.BytesIO(content)
    directory = ImageFileDirectory_v2(content[:8])
    tags: dict[int, Any] = {}
    seen: set[int] = set()
    while directory.next and directory.next not in seen:
        seen.add(directory.next)
        stream.seek(directory.next)
        directory.load(stream)
        tags = tags or dict(directory)
    readable = (
        set(tags.get(BITS, ())) == {16}
        and set(tags.get(FORMAT, (1,))) == {1}
        and tags.get(COMPRESSION, 1) in (*PLAIN, *DEFLATED)
        and tags.get(PREDICTOR, 1) in (1, 2)
        and {WIDTH, LENGTH, OFFSETS, COUNTS} <= set(tags)
    )
    strips = Strips(content, tags, len(seen))
    return strips if readable and strips.wanted else None
