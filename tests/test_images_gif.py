"""GIF: the first frame as browsers draw it; damage is found, comments and frames cost little."""

from __future__ import annotations

import io
import tracemalloc
from typing import Any

import cv2
import numpy as np
import pytest
from helpers.formats import noise
from helpers.handmade import gif, read, refusal
from numpy.typing import NDArray
from PIL import Image as pillow  # noqa: N813 - as in the package

Array = NDArray[Any]

PALETTE, OTHER = noise("u1", 3).reshape(-1, 3)[:128], noise("u1", 3, seed=1).reshape(-1, 3)[:128]
INDEX = noise("u1") >> 1


@pytest.mark.parametrize("interlaced", [False, True])
def test_numbers_are_looked_up_in_the_palette(interlaced: bool) -> None:
    content = gif((23, 34), [((0, 0), INDEX)], PALETTE, interlaced=interlaced)
    image = read(content)
    np.testing.assert_array_equal(image.pixels, PALETTE[INDEX])
    np.testing.assert_array_equal(
        np.asarray(pillow.open(io.BytesIO(content)).convert("RGB")), PALETTE[INDEX]
    )
    assert not image.alpha


def test_a_frames_own_palette_goes_before_the_shared_one() -> None:
    both = gif((23, 34), [((0, 0), INDEX)], PALETTE, local=OTHER)
    alone = gif((23, 34), [((0, 0), INDEX)], local=OTHER)
    np.testing.assert_array_equal(read(both).pixels, OTHER[INDEX])
    np.testing.assert_array_equal(read(alone).pixels, OTHER[INDEX])


def test_outside_a_small_frame_the_canvas_is_transparent() -> None:
    content = gif((30, 40), [((2, 5), INDEX)], PALETTE)
    image = read(content)
    wanted = np.zeros((30, 40, 4), np.uint8)
    wanted[2:25, 5:39] = np.dstack((PALETTE[INDEX], np.full_like(INDEX, 255)))
    assert image.alpha
    np.testing.assert_array_equal(image.pixels, wanted)


def test_a_number_may_be_transparent_inside_a_small_frame_too() -> None:
    for canvas, (top, left) in (((23, 34), (0, 0)), ((30, 40), (7, 6))):
        image = read(gif(canvas, [((top, left), INDEX)], PALETTE, hidden=9))
        wanted = np.zeros((*canvas, 4), np.uint8)
        shown = np.dstack((PALETTE[INDEX], np.full_like(INDEX, 255)))
        wanted[top : top + 23, left : left + 34] = np.where((INDEX == 9)[..., np.newaxis], 0, shown)
        assert image.alpha
        np.testing.assert_array_equal(image.pixels, wanted)


def test_a_frame_larger_than_the_canvas_widens_it() -> None:
    image = read(gif((5, 5), [((0, 0), INDEX)], PALETTE))
    np.testing.assert_array_equal(image.pixels, PALETTE[INDEX])


def test_frames_behind_the_first_are_counted_only_as_far_as_wanted() -> None:
    one = ((0, 0), INDEX[:1, :1])
    assert read(gif((1, 1), [one] * 3, PALETTE)).warnings == (
        "only the first of 3 frames or pages is used",
    )
    first = gif((1, 1), [one], PALETTE)
    frame = first[first.index(b"\x2c\0\0\0\0\1\0\1\0\0") : -1]
    many = first[:-1] + frame * 300_000
    assert read(many).warnings == ("only the first of more than 10000 frames or pages is used",)


def test_comments_are_not_kept() -> None:
    comment = b"\x21\xfe" + (b"\xff" + b"c" * 255) * 40_000 + b"\0"
    content = gif((23, 34), [((0, 0), INDEX)], PALETTE, between=comment)
    tracemalloc.start()
    try:
        np.testing.assert_array_equal(read(content).pixels, PALETTE[INDEX])
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_missing_pixels_of_a_frame_are_damage() -> None:
    content = gif((23, 34), [((0, 0), INDEX)], PALETTE)
    assert refusal(content[:-300]).endswith("; --tolerant reads what can be read")
    image = read(content[:-300], tolerant=True)
    assert len(image.warnings) == 1
    np.testing.assert_array_equal(image.pixels[:7], PALETTE[INDEX[:7]])


def test_a_colour_beyond_the_palette_is_damage() -> None:
    content = bytearray(gif((23, 34), [((0, 0), INDEX)], PALETTE))
    short = content[:10] + b"\xf5" + content[11 : 13 + 192] + content[13 + 384 :]
    assert "colour is not in its palette" in refusal(bytes(short))
    image = read(bytes(short), tolerant=True)
    np.testing.assert_array_equal(image.pixels, np.where(INDEX[..., None] < 64, PALETTE[INDEX], 0))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"GIF89a", "is damaged"),
        (b"GIF89a\1\0\1\0\0\0\0\x3b", "holds no frame"),
        (gif((1, 1), [((0, 0), INDEX[:1, :1])]), "has no palette"),
    ],
)
def test_files_without_a_frame_or_colours_are_refused(content: bytes, message: str) -> None:
    assert message in refusal(content)


def test_opencv_reads_the_same() -> None:
    content = gif((23, 34), [((0, 0), INDEX)], PALETTE)
    other = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if other is None and not hasattr(cv2, "IMWRITE_GIF_LOOP"):
        pytest.skip("OpenCV reads GIF since 4.11")
    assert other is not None
    np.testing.assert_array_equal(read(content).pixels, other[:, :, ::-1])
