"""Options whose value is one of a few words."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from conftest import Invoke, names
from helpers.formats import noise, saved

from poolcli.cli.choices import Choice

FORMAT = Choice(("png", "tif", "jpg"), {"jpeg": "jpg", "tiff": "tif"})


@pytest.mark.parametrize(
    ("text", "word"),
    [("png", "png"), ("JPG", "jpg"), ("jpeg", "jpg"), (".tiff", "tif"), (" png ", "png")],
)
def test_a_word_is_read(text: str, word: str) -> None:
    assert FORMAT.convert(text, None, None) == word


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("exr", "'exr' is not one of png, tif, jpg"),
        ("pngs", "'pngs' is not one of png, tif, jpg; did you mean png?"),
        ("jpge", "'jpge' is not one of png, tif, jpg; did you mean jpg?"),
        ("gif", "'gif' is not one of png, tif, jpg"),
        ("", "'' is not one of png, tif, jpg"),
    ],
)
def test_another_word_is_refused(text: str, message: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        FORMAT.convert(text, None, None)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("word", "suffix"), [("jpeg", "jpg"), ("tiff", "tif"), ("PNG", "png"), (".npy", "npy")]
)
def test_a_format_has_several_names(invoke: Invoke, folder: Path, word: str, suffix: str) -> None:
    (folder / "a.png").write_bytes(saved(noise("u1", 3), "PNG"))
    invoke("max", "a.png", "-f", word, "--no-figure")
    assert names("pooled") == [f"a_max_k2_1.{suffix}"]
