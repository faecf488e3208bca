"""Damage: one line, or a warning and the pixels before it."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.formats import noise, saved

from poolcli.errors import PoolcliError
from poolcli.images import Reading, open_source
from poolcli.images.damage import Damage, decoding, one_line


def test_damage_is_an_error_that_names_the_remedy() -> None:
    damage = Damage()
    damage.settle()
    damage.suspect("a row is missing")
    with pytest.raises(PoolcliError) as caught:
        damage.settle()
    assert str(caught.value) == "is damaged: a row is missing; --tolerant reads what can be read"
    with pytest.raises(PoolcliError, match="is damaged: a row is missing"):
        Damage().found("a row is missing")


def test_tolerated_damage_is_one_warning() -> None:
    damage = Damage(tolerant=True)
    damage.settle()
    assert not damage.warnings
    damage.found("a row is missing")
    damage.found("another row is missing")
    assert damage.warnings == ["is damaged: a row is missing; what could be read is used"]


def test_a_lack_of_memory_is_no_damage() -> None:
    # More than 2**47 bytes for what would be decoded.
    with pytest.raises(MemoryError), decoding((2**24, 2**24)):
        raise OSError("decoder error -9")
    with pytest.raises(PoolcliError, match="is damaged: decoder error -2"), decoding((2, 2)):
        raise OSError("decoder error -2")


def test_a_message_has_one_line() -> None:
    assert one_line(OSError("a\n  b\r\nc")) == "a b c"
    assert one_line(OSError()) == "OSError"


@pytest.mark.parametrize("format_", ["BMP", "PPM", "GIF"])
def test_rows_before_a_cut_are_read_where_damage_is_tolerated(format_: str) -> None:
    pixels = noise("u1")
    content = saved(pixels, format_)
    cut = content[: len(content) * 3 // 4]
    with pytest.raises(PoolcliError, match="is damaged"):
        open_source(cut, "").decode()
    image = open_source(cut, "", Reading(tolerant=True)).decode()
    assert image.pixels.shape[:2] == pixels.shape
    (warning,) = image.warnings
    assert warning.startswith("is damaged: ")
    first = image.pixels[-1:] if format_ == "BMP" else image.pixels[:1]
    wanted = pixels[-1:] if format_ == "BMP" else pixels[:1]
    np.testing.assert_array_equal(first.reshape(1, pixels.shape[1], -1)[..., 0], wanted)


def test_a_webp_whose_decoder_gives_up_proposes_no_remedy() -> None:
    content = saved(noise("u1", 3), "WEBP", lossless=True)
    for tolerant in (False, True):
        with pytest.raises(PoolcliError) as caught:
            open_source(content[: len(content) // 2], "", Reading(tolerant=tolerant)).decode()
        assert "--tolerant" not in str(caught.value)
