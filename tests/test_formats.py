"""The records of formats agree with each other and with the code that reads and writes."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from poolcli.formats import (
    ANIMATED_FIGURES,
    BY_SUFFIX,
    FORMATS,
    IMAGE_SUFFIXES,
    OUTPUTS,
    PICTURE_OUTPUTS,
    READ_PICTURES,
    STILL_FIGURES,
    join_words,
    output_format,
    output_of,
)
from poolcli.images import Image, Reading, check_format, open_source, quantise
from poolcli.images.pictures import OPENERS


def test_the_words_of_the_command_line_are_in_their_order() -> None:
    assert OUTPUTS == ("png", "tif", "jpg", "webp", "npy", "csv")
    assert OUTPUTS[:4] == PICTURE_OUTPUTS
    assert (STILL_FIGURES, ANIMATED_FIGURES) == (("png", "svg", "pdf"), ("gif", "webp"))
    named = "png jpg jpeg webp tif tiff bmp gif ppm pgm pbm jp2 avif"
    assert frozenset(named.split()) == IMAGE_SUFFIXES


def test_no_suffix_belongs_to_two_formats() -> None:
    assert len(BY_SUFFIX) == sum(len(format_.suffixes) for format_ in FORMATS)
    assert all(format_.name in format_.suffixes for format_ in FORMATS)


def test_each_picture_that_is_read_has_a_function_that_opens_it() -> None:
    assert set(OPENERS) == {format_.name for format_ in READ_PICTURES}


@pytest.mark.parametrize("name", OUTPUTS)
def test_each_type_and_channel_that_a_record_states_is_written(name: str) -> None:
    output = output_of(name)
    for type_ in output.types or ("int16", "float64"):
        for channels in output.channels or (1, 3, 4):
            if channels > 1 and type_ in ("int32", "float32"):
                # No picture with such colour is read.
                continue
            shape = (6, 5) if channels == 1 else (6, 5, channels)
            pixels = np.arange(6 * 5 * channels).reshape(shape).astype(type_)
            image = Image(pixels, pixels.dtype, matrix=output.types is None)
            check_format(image, name)
            content = b"".join(quantise(image, name).encode())
            back = open_source(content, name, Reading()).decode().pixels
            assert back.shape[:2] == (6, 5)
            if name not in ("jpg", "webp"):
                np.testing.assert_array_equal(back.squeeze(), pixels)


def test_a_suffix_names_the_format_of_results_only_where_they_are_written() -> None:
    assert output_format("jpeg") == "jpg"
    assert output_format("bmp") is None
    assert output_format("svg") is None
    with pytest.raises(ValueError, match="no results are written as bmp"):
        output_of("bmp")


def test_words_are_joined_as_in_a_sentence() -> None:
    assert join_words(["png"], "or") == "png"
    assert join_words(["png", "tif", "npy"], "or") == "png, tif or npy"


def test_the_records_load_neither_numpy_nor_pillow() -> None:
    code = "import sys, poolcli.formats; print({'numpy', 'PIL'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
