"""PNG files hold the pixels exactly, however they were cut into pieces."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package

from poolcli.images.chunks import read_chunks
from poolcli.images.png import (
    REPEATS,
    RUNS,
    Deflation,
    choose_deflation,
    join_png,
    png_pieces,
)
from poolcli.opencv import cv2

Array = NDArray[Any]


def encode(
    pixels: Array, deflation: Deflation | None = None, chunks: Sequence[tuple[bytes, bytes]] = ()
) -> bytes:
    return b"".join(join_png(pixels, chunks, [piece() for piece in png_pieces(pixels, deflation)]))


def noise(dtype: str, *shape: int) -> Array:
    random = np.random.default_rng(len(shape))
    return random.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def decode(content: bytes) -> Array:
    """Read a PNG by OpenCV, which knows 16-bit colour, in the order of channels of a PNG."""
    pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    return np.asarray(pixels if pixels.ndim == 2 else pixels[:, :, [2, 1, 0, 3][: pixels.shape[2]]])


@pytest.mark.parametrize("deflation", [RUNS, REPEATS])
@pytest.mark.parametrize("piece_bytes", [1, 100, 1 << 19])
@pytest.mark.parametrize("channels", [(), (2,), (3,), (4,)])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_all_kinds_of_pixels_are_read_back(
    dtype: str,
    channels: tuple[int, ...],
    piece_bytes: int,
    deflation: Deflation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("poolcli.images.png.PIECE_BYTES", piece_bytes)
    for rows, columns in ((1, 1), (1, 9), (9, 1), (17, 13)):
        pixels = noise(dtype, rows, columns, *channels)
        content = encode(pixels, deflation)
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


def test_every_checksum_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("poolcli.images.png.PIECE_BYTES", 3000)
    pixels = noise("uint8", 200, 100, 3)
    # This raises where the checksum of a chunk is wrong.
    chunks = [(chunk.name, bytes(chunk.data)) for chunk in read_chunks(encode(pixels))]
    assert [name for name, _ in chunks][:1] == [b"IHDR"]
    assert len(chunks) > 20
    # zlib checks what it inflates.
    stream = b"".join(data for name, data in chunks if name == b"IDAT")
    assert len(zlib.decompress(stream)) == 200 * 301


def test_pieces_may_be_made_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("poolcli.images.png.PIECE_BYTES", 500)
    pixels = noise("uint8", 60, 50)
    pieces = png_pieces(pixels, RUNS)
    made: dict[int, Any] = {}
    for number in np.random.default_rng(3).permutation(len(pieces)):
        made[number] = pieces[number]()
    content = b"".join(join_png(pixels, (), [made[number] for number in range(len(pieces))]))
    assert content == encode(pixels, RUNS)
    np.testing.assert_array_equal(decode(content), pixels)


def test_chunks_stand_before_the_pixels() -> None:
    about = (b"pHYs", struct.pack(">IIB", 2835, 2835, 1))
    content = encode(noise("uint8", 3, 4), chunks=[about])
    assert [chunk.name for chunk in read_chunks(content)][1] == b"pHYs"
    with pillow.open(io.BytesIO(content)) as picture:
        assert picture.info["dpi"] == pytest.approx((72, 72), abs=0.01)


def test_repeats_are_looked_for_where_they_make_a_file_smaller() -> None:
    grain = noise("uint8", 300, 300, 3)
    assert choose_deflation(grain) == RUNS
    tiled = np.tile(noise("uint8", 8, 8, 3), (40, 40, 1))
    assert choose_deflation(tiled) == REPEATS
    assert len(encode(tiled)) < len(encode(tiled, RUNS)) / 2
