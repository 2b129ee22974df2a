"""The style of GOV.UK Frontend for the web client, without its fonts and crest, which are for gov.uk alone."""

import re
import zipfile
from pathlib import Path
from typing import Final

from local_stack.artefacts import fetched, locked
from local_stack.errors import StackError
from local_stack.made_once import made_once

STYLE: Final = "govuk-frontend.min.css"
_FONT_FACE: Final = re.compile(r"@font-face\{[^}]*\}")
_WITH_ADDRESS: Final = re.compile(r"[^{}]+\{[^{}]*url\([^)]*\)[^{}]*\}")
_FAMILY: Final = re.compile(r"[\"']?GDS Transport[\"']?,")


def prepared() -> Path:
    """The folder that holds the style; fetches what is missing."""
    return made_once(f"govuk-frontend-{locked('govuk-frontend')[0].version}-plain", _make)


def _make(draft: Path) -> None:
    (archive,) = fetched("govuk-frontend")
    with zipfile.ZipFile(archive) as opened:
        (name,) = [name for name in opened.namelist() if name.endswith(f"/dist/govuk/{STYLE}")]
        style = plain(opened.read(name).decode())
    draft.mkdir()
    (draft / STYLE).write_text(style)


def plain(style: str) -> str:
    """The style without anything that a browser would fetch, and without the name of the font.

    Raises ``StackError`` when something is left: another version writes its rules otherwise.
    """
    style = _FAMILY.sub("", _WITH_ADDRESS.sub("", _FONT_FACE.sub("", style)))
    if "url(" in style or "Transport" in style:
        raise StackError(f"{STYLE} still names a font or a picture: adapt local_stack/web_assets.py to its version")
    return style
