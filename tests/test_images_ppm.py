"""PBM, PGM, PPM: any maximum is white, damage is found, comments cost nothing."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from helpers.formats import noise
from helpers.handmade import read, refusal
from numpy.typing import NDArray

Array = NDArray[Any]


@pytest.mark.parametrize("white", [1, 2, 100, 254, 255, 256, 1000, 1023, 4095, 65534, 65535])
@pytest.mark.parametrize("magic", [b"P2", b"P3", b"P5", b"P6"])
def test_any_maximum_is_white(magic: bytes, white: int) -> None:
    channels = 3 if magic in (b"P3", b"P6") else 1
    values = noise("u2", channels).astype(int) % (white + 1)
    values[0, 0] = white
    if magic in (b"P2", b"P3"):
        stored = " ".join(map(str, values.reshape(-1).tolist())).encode()
    else:
        stored = values.astype(">u2" if white > 255 else "u1").tobytes()
    image = read(magic + b"\n# by hand\n34 23\n%d\n" % white + stored)
    full = 255 if white < 256 else 65535
    wanted = np.floor(values * (full / white) + 0.5)
    assert image.depth == (np.uint8 if white < 256 else np.uint16)
    np.testing.assert_array_equal(image.pixels, wanted if channels == 3 else wanted[..., 0])
    assert not image.warnings


def test_bitmaps_are_black_where_they_are_1() -> None:
    bits = noise("u1")[:, :11] & 1
    wanted = np.where(bits, 0, 255)
    raw = b"P4 11 23\n" + np.packbits(bits, axis=1).tobytes()
    np.testing.assert_array_equal(read(raw).pixels, wanted)
    digits = "\n# a comment of 101\n".join("".join(map(str, row)) for row in bits.tolist())
    np.testing.assert_array_equal(read(b"P1\n11\n23\n" + digits.encode()).pixels, wanted)
    spaced = " ".join(map(str, bits.reshape(-1).tolist())).encode()
    np.testing.assert_array_equal(read(b"P1 11 23 " + spaced).pixels, wanted)


def test_comments_may_stand_anywhere_in_a_header_and_in_text() -> None:
    content = b"P2#c\n# 9 9\r2 # x\n#\n2\n#y\n255 1#2 3\n2 # 4\n3 4"
    np.testing.assert_array_equal(read(content).pixels, [[1, 2], [3, 4]])


def test_floats_are_read_from_the_bottom() -> None:
    for order, scale in (("<", b"-1.0"), (">", b"1")):
        values = np.array([[1.5, -2], [3, np.inf]], f"{order}f4")
        image = read(b"Pf\n2 2\n" + scale + b"\n" + values.tobytes())
        assert image.pixels.dtype == np.float32
        np.testing.assert_array_equal(image.pixels, values[::-1])


def test_a_further_image_in_the_file_is_said() -> None:
    image = read(b"P5 2 1 255\n\1\2" * 2)
    assert image.warnings == ("only the first of several images in the file is used",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"P5 2 2 255\n\1\2\3", "3 of its 4 values are there"),
        (b"P5 2 2 256\n\0\1\0\2\0\3\0", "3 of its 4 values are there"),
        (b"P2 2 2 255\n1 2 3", "3 of its 4 values are there"),
        (b"P2 2 2 255\n", "0 of its 4 values are there"),
        (b"P1 2 2\n101", "3 of its 4 values are there"),
        (b"P4 2 2\n\1", "1 of its 2 rows are there"),
        (b"P5 2 1 100\n\1\x65", "holds values above its maximum of 100"),
        (b"P2 2 1 100\n1 101", "holds values above its maximum of 100"),
        (b"P2 2 1 100\n1 99999999999999999999999", "holds values above its maximum of 100"),
        (b"P6 1 1 300\n\0\1\1\x2d\0\0", "holds values above its maximum of 300"),
    ],
)
def test_values_that_are_missing_or_too_large_are_damage(content: bytes, message: str) -> None:
    assert message in refusal(content)
    image = read(content, tolerant=True)
    assert message in image.warnings[0]


@pytest.mark.parametrize(
    "content",
    [
        b"P5", b"P5 2", b"P5 2 2", b"P5 2 x 255\n", b"P5 0 2 255\n", b"P5 2 2 0\n\1\2\3\4",
        b"P5 2 2 65536\n" + bytes(8), b"P5 -2 2 255\n\1\2\3\4", b"P2 1 1 255\n-1",
        b"P2 1 1 255\n1e1", b"P2 1 1 255\n1.0", b"P1 1 1\n2", b"P1 1 1\nx", b"P5 12345678901 1 1\n",
        b"P0CMYK 1 1 255\n" + bytes(4), b"PyRGBA\n1 1 255\n" + bytes(4), b"Pf 1 1\n", b"Pf 1 1 x\n",
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_refused(content: bytes) -> None:
    assert refusal(content).startswith("is ")


def test_millions_of_comments_cost_no_more_than_their_bytes() -> None:
    """3 MB of them took 17 seconds, and a list of what is left of them a hundred times the file."""
    comments = b"#\n" * 400_000
    tracemalloc.start()
    try:
        for content in (
            b"P2\n" + comments + b"2 1 255\n1 2",
            b"P2 2 1 255\n" + comments + b"1 2",
            b"P1 2 1\n" + comments + b"1 0",
        ):
            assert read(content).pixels.shape == (1, 2)
            assert tracemalloc.get_traced_memory()[1] < 6 * len(content) + 10_000_000
    finally:
        tracemalloc.stop()
