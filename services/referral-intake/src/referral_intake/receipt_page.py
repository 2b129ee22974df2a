"""The receipt as a page to print: plain English, nothing from elsewhere, and no word about any person."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_STYLE: Final = _TEMPLATES.get_template("receipt_page.css").render()

CONTENT_SECURITY_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""This page's own style and nothing else: no script, image, font or form could act even if one got in."""


@dataclass(frozen=True)
class ReceiptText:
    """What the page says, in words. ``facts`` are names with their values.

    ``leads_back_to`` is the referral to which it leads back on a screen, and from there to the list: by relative links,
    since the page then stands in a web client that shows referrals at the same paths below a root of its own.
    """

    reference: str
    facts: Sequence[tuple[str, str]]
    what_happens_next: Sequence[str]
    missing: Sequence[str]
    advice: str | None
    not_taken: Sequence[str] = ()
    leads_back_to: UUID | None = None


def page_of(text: ReceiptText) -> bytes:
    """The page, in UTF-8."""
    return _TEMPLATES.get_template("receipt_page.html").render(text=text).encode()
