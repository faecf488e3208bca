"""The words of the command line: one module for all others."""

from __future__ import annotations

import ast
from pathlib import Path

from poolcli import vocabulary
from poolcli.geometry import MAX_PIXELS
from poolcli.prepare import FILTERS


def test_it_imports_nothing_of_the_package() -> None:
    tree = ast.parse(Path(vocabulary.__file__).read_text(encoding="utf-8"))
    modules = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert modules == ["__future__", "typing"]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import)]


def test_other_modules_take_their_words_from_it() -> None:
    assert FILTERS is vocabulary.FILTERS
    assert MAX_PIXELS is vocabulary.MAX_PIXELS
    assert vocabulary.FILTERS == ("prewitt", "prewitt-v", "prewitt-h", "laplacian")
    assert vocabulary.LAYOUTS == ("hwc", "chw", "nhwc", "nchw")
