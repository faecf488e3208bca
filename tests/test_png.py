"""Files that are written as PNG hold the pixels exactly, and are small."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package

from poolcli.images.png import encode_png
from poolcli.images.png.chunks import read_chunks
from poolcli.opencv import cv2

Array = NDArray[Any]


def encode(pixels: Array, *chunks: tuple[bytes, bytes]) -> bytes:
    return b"".join(encode_png(pixels, chunks))


def noise(dtype: str, *shape: int) -> Array:
    random = np.random.default_rng(len(shape))
    return random.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def decode(content: bytes) -> Array:
    """Decode a PNG by OpenCV, which reads 16-bit colour; return channels in the order of PNG."""
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    return np.asarray(pixels if pixels.ndim == 2 else pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]])


def size_by_pillow(pixels: Array) -> int:
    stream = io.BytesIO()
    pillow.fromarray(pixels).save(stream, "PNG")
    return len(stream.getvalue())


@pytest.mark.parametrize("band_bytes", [1, 100, 1 << 21])
@pytest.mark.parametrize("channels", [(), (2,), (3,), (4,)])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_all_kinds_of_pixels_are_read_back(
    dtype: str, channels: tuple[int, ...], band_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("poolcli.images.png.encoding.BAND_BYTES", band_bytes)
    for rows, columns in ((1, 1), (1, 9), (9, 1), (17, 13)):
        pixels = noise(dtype, rows, columns, *channels)
        content = encode(pixels)
        # OpenCV reads gray with alpha as colour.
        shown = pixels[:, :, [0, 0, 0, 1]] if channels == (2,) else pixels
        np.testing.assert_array_equal(decode(content), shown, strict=True)
        with pillow.open(io.BytesIO(content)) as picture:
            picture.load()
            assert picture.size == (columns, rows)


@pytest.mark.parametrize("layout", ["turned", "every second", "big-endian"])
def test_pixels_may_lie_in_any_order(layout: str) -> None:
    pixels = noise("uint16", 12, 10, 3)
    pixels = {
        "turned": pixels.swapaxes(0, 1)[::-1],
        "every second": pixels[::2, 1::2],
        "big-endian": pixels.astype(">u2"),
    }[layout]
    np.testing.assert_array_equal(decode(encode(pixels)), pixels)


def test_every_checksum_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("poolcli.images.png.encoding.BAND_BYTES", 3000)
    chunks = list(read_chunks(encode(noise("uint8", 200, 100, 3))))
    assert all(chunk.intact for chunk in chunks)
    assert [chunks[0].name, chunks[-1].name] == [b"IHDR", b"IEND"]
    assert len(chunks) > 20
    # zlib compares the checksum of the stream.
    stream = b"".join(chunk.data for chunk in chunks if chunk.name == b"IDAT")
    assert len(zlib.decompress(stream)) == 200 * 301


def test_chunks_stand_before_the_pixels() -> None:
    content = encode(noise("uint8", 3, 4), (b"pHYs", struct.pack(">IIB", 2835, 2835, 1)))
    assert [chunk.name for chunk in read_chunks(content)][1] == b"pHYs"
    with pillow.open(io.BytesIO(content)) as picture:
        assert picture.info["dpi"] == pytest.approx((72, 72), abs=0.01)


def test_drawings_and_enlarged_pixels_make_files_about_as_small_as_pillows() -> None:
    drawn = np.full((300, 400, 3), 255, np.uint8)
    for radius in range(20, 120, 9):
        cv2.circle(drawn, (200, 150), radius, (radius, 2 * radius, 0), 2, cv2.LINE_AA)
    enlarged = noise("uint8", 40, 50, 3).repeat(6, axis=0).repeat(6, axis=1)
    for pixels in (drawn, enlarged):
        assert len(encode(pixels)) < 1.3 * size_by_pillow(pixels)
