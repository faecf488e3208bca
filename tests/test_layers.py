"""Imports run strictly downwards through the layers of the project."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import poolcli

PACKAGE = Path(poolcli.__file__).parent

# From the top: a module may import from the lines below its own, and from itself.
LAYERS = [
    {"cli"},
    {"batch"},
    {"plan", "executors"},
    {"pipeline", "explanation", "verification"},
    {"figures", "frameworks"},
    {"captions", "images", "prepare"},
    {"operations"},
    {"pooling", "reference", "storage"},
    {"geometry"},
    {"memory"},
    {"spelling"},
    {"arrays", "errors", "formats", "opencv", "quoting", "serial", "silence", "vocabulary"},
]
LEVEL = {module: level for level, modules in enumerate(LAYERS) for module in modules}
FILES = sorted(PACKAGE.rglob("*.py"))
WHOLE = {"__init__", "__main__"}


def module_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Yield every module that is imported anywhere in a file, in functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_module_has_its_layer() -> None:
    assert {module_of(path) for path in FILES} - WHOLE == set(LEVEL)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_strictly_downwards(path: Path) -> None:
    module = module_of(path)
    if module in WHOLE:
        return
    for name in imports(path):
        first, *rest = name.split(".")
        if first == "poolcli" and rest and rest[0] in LEVEL and rest[0] != module:
            assert LEVEL[rest[0]] > LEVEL[module], f"{path} imports {name}"


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("click", {"cli"}),
        ("tqdm", {"cli"}),
        ("matplotlib", {"figures"}),
        ("cv2", {"opencv"}),
        ("PIL", {"images"}),
        ("fsspec", {"storage"}),
        ("dask", {"executors"}),
        ("distributed", {"executors"}),
        ("onnx", {"frameworks"}),
        ("onnxruntime", {"frameworks"}),
        ("torch", {"frameworks"}),
        ("keras", {"frameworks"}),
        ("skimage", {"frameworks"}),
    ],
)
def test_a_library_is_used_in_its_place_alone(library: str, allowed: set[str]) -> None:
    users = {
        module_of(path)
        for path in FILES
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert users == allowed


@pytest.mark.parametrize("module", ["geometry", "captions", "spelling", "errors", "formats"])
def test_what_only_counts_needs_no_numpy(module: str) -> None:
    for path in FILES:
        if module_of(path) == module:
            assert not [name for name in imports(path) if name.split(".")[0] == "numpy"]


def test_nobody_below_the_command_line_prints_or_exits() -> None:
    for path in FILES:
        if module_of(path) in {"cli", *WHOLE}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                assert ast.unparse(node.func) not in {"print", "sys.exit", "exit"}, path


def test_only_the_commands_are_imported_by_string() -> None:
    dynamic = {
        str(path.relative_to(PACKAGE))
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module")
    }
    other_libraries = {"frameworks/keras.py", "images/plugins.py"}
    assert dynamic - other_libraries == {"cli/commands.py"}
