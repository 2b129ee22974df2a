"""The guide for staff names buttons, links and headings as the pages have them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from local_stack.checkout import ROOT

GUIDE: Final = ROOT / "docs" / "staff.md"
PAGES: Final = ROOT / "clients" / "triage-ui" / "src" / "triage_ui"
_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
_PICTURE: Final = re.compile(r"!\[(.+?)\]\((.+?)\)")
LARGEST_BYTES: Final = 300_000
_OF_ONE_PERSON: Final = "Work for "
"""A button whose words end with the name of an agency."""


def names() -> list[str]:
    return sorted(set(_BOLD.findall(GUIDE.read_text())))


def sources() -> Iterator[Path]:
    yield from (file for file in PAGES.rglob("*") if file.suffix in (".html", ".py"))


@pytest.mark.parametrize("name", names())
def test_what_the_guide_names_is_on_a_page(name: str) -> None:
    wanted = _OF_ONE_PERSON if name.startswith(_OF_ONE_PERSON) else name

    assert any(wanted in file.read_text() for file in sources())


def pictures() -> list[tuple[Path, str]]:
    """Of the guide and of the first page."""
    files = (GUIDE, ROOT / "README.md")
    return [(file.parent / path, said) for file in files for said, path in _PICTURE.findall(file.read_text())]


@pytest.mark.parametrize(("picture", "said"), pictures(), ids=lambda one: getattr(one, "name", None))
def test_every_picture_is_there_is_light_and_is_described(picture: Path, said: str) -> None:
    assert len(said) > 20
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size <= LARGEST_BYTES
