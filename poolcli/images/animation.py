"""Encode animations: pictures that follow each other in one file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SETTINGS: dict[str, dict[str, Any]] = {
    ".gif": {"format": "GIF"},
    ".webp": {"format": "WEBP", "lossless": True, "quality": 0, "method": 0},
}


def encode_animation(frames: Sequence[NDArray[np.uint8]], suffix: str, milliseconds: int) -> bytes:
    """Encode pictures (H, W, 3) of one size as a `.gif` or `.webp` that repeats endlessly.

    GIF holds 256 colours per frame. They are chosen for each frame, without dithering, which would
    show in enlarged pixels.
    """
    from PIL import Image as pillow  # noqa: N813 - `Image` is ours

    pictures = [pillow.fromarray(frame) for frame in frames]
    if suffix == ".gif":
        pictures = [
            # Other methods lose colours of few pixels, such as the eyes of a cat.
            picture.quantize(256, pillow.Quantize.MAXCOVERAGE, kmeans=3, dither=pillow.Dither.NONE)
            for picture in pictures
        ]
    stream = io.BytesIO()
    first, *others = pictures
    first.save(
        stream,
        save_all=True,
        append_images=others,
        duration=milliseconds,
        loop=0,
        **_SETTINGS[suffix],
    )
    return stream.getvalue()
