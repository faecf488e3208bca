"""The wheel and the source distribution contain what they need, and the package page is whole."""

from __future__ import annotations

import tarfile
from email import message_from_bytes
from email.message import Message
from html.parser import HTMLParser
from pathlib import Path
from zipfile import ZipFile

import pytest
from readme_renderer import markdown

from poolcli.cli import group

BUILT = Path(__file__).parents[2] / "dist"
PAGES = {"poolcli.1", *(f"poolcli-{name}.1" for name in group.commands)}


class Addresses(HTMLParser):
    """The addresses of the links and of the pictures of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {"href": [], "src": []}

    def handle_starttag(self, _tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name in self.found and value is not None:
                self.found[name].append(value)


@pytest.fixture(scope="module")
def wheel() -> Path:
    (path,) = BUILT.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def source() -> Path:
    (path,) = BUILT.glob("*.tar.gz")
    return path


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name))


def source_names(source: Path) -> set[str]:
    with tarfile.open(source) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def test_the_source_distribution_leaves_out_the_pictures_of_the_documents(source: Path) -> None:
    assert source.stat().st_size < 2_000_000
    assert not any(name.startswith("docs/pictures") for name in source_names(source))


def test_the_source_distribution_contains_what_builds_and_tests_it(source: Path) -> None:
    assert source_names(source) >= {
        "pyproject.toml",
        "hatch_build.py",
        "Makefile",
        "README.md",
        "LICENSE",
        "samples/LICENSES.md",
        "samples/cat.jpg",
        "docs/semantics.md",
        "tests/test_readme.py",
    }


def test_the_wheel_contains_the_package_the_licences_and_the_manual_pages_only(
    wheel: Path,
) -> None:
    with ZipFile(wheel) as archive:
        names = [Path(name) for name in archive.namelist()]
    assert {name.parts[0].partition("-")[0] for name in names} == {"poolcli", "poolcli_image"}
    licences = {"/".join(name.parts[2:]) for name in names if name.parts[1] == "licenses"}
    assert licences == {"LICENSE", "samples/LICENSES.md"}
    pages = [name for name in names if name.suffix == ".1"]
    assert {name.name for name in pages} == PAGES
    assert {name.parts[1:-1] for name in pages} == {("data", "share", "man", "man1")}


def test_links_and_pictures_of_the_package_page_are_absolute(metadata: Message) -> None:
    page = markdown.render(str(metadata.get_payload()))
    assert page is not None
    addresses = Addresses()
    addresses.feed(page)
    assert len(addresses.found["src"]) >= 7
    assert all(address.startswith("https://") for address in addresses.found["src"])
    assert len(addresses.found["href"]) >= 7
    assert all(address.startswith(("https://", "#")) for address in addresses.found["href"])


def test_the_package_page_installs_by_name(metadata: Message) -> None:
    page = str(metadata.get_payload())
    for program in ("pipx", "uv tool", "python -m pip"):
        assert f"{program} install poolcli-image" in page
        assert f"{program} install ." not in page
    assert "install '.[cluster]'" not in page


def test_the_metadata_name_the_addresses_of_the_project(metadata: Message) -> None:
    addresses = dict(line.split(", ") for line in metadata.get_all("Project-URL", []))
    assert {"Homepage", "Source", "Issues", "Changelog", "Documentation"} <= set(addresses)
