"""The receipt as a page to print: plain English, nothing from elsewhere, and no word about any person."""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Final

_STYLE: Final = """
body { font-family: Arial, Helvetica, sans-serif; font-size: 1.1875rem; line-height: 1.4; color: #0b0c0c;
       background: #fff; max-width: 42rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 2rem; line-height: 1.2; }
h2 { font-size: 1.5rem; }
h1, h2, dt { break-after: avoid; }
li, dd, .advice { break-inside: avoid; }
.whole { white-space: nowrap; }
.reference { border: 2px solid #0b0c0c; padding: 1rem; font-size: 1.5rem; font-weight: bold; }
.advice { border-left: 10px solid #942514; padding: 0.5rem 1rem; font-weight: bold; }
dt { font-weight: bold; margin-top: 0.75rem; }
dd { margin: 0; }
@media (max-width: 30rem) { h1 { font-size: 1.625rem; } }
@media print { body { font-size: 12pt; margin: 0; padding: 0; max-width: none; } }
@page { size: A4; margin: 20mm; }
"""

CONTENT_SECURITY_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""This page's own style and nothing else: no script, image, font or form could act even if one got in."""


@dataclass(frozen=True)
class ReceiptText:
    """What the page says, in words. ``facts`` are names with their values."""

    reference: str
    facts: Sequence[tuple[str, str]]
    what_happens_next: Sequence[str]
    missing: Sequence[str]
    advice: str | None
    not_taken: Sequence[str] = ()


def page_of(text: ReceiptText) -> bytes:
    """The page, in UTF-8."""
    reference = f'<span class="whole">{escape(text.reference)}</span>'
    parts = (
        f"<h1>Receipt for referral {reference}</h1>",
        f'<p class="advice">{escape(text.advice)}</p>' if text.advice else "",
        f'<p class="reference">{reference}</p>',
        "<p>Keep this reference. Say it when you phone the front door team about this referral.</p>",
        "<h2>Your referral</h2>",
        f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(value)}</dd>' for name, value in text.facts)}</dl>",
        "<h2>What happens next</h2>",
        "".join(f"<p>{escape(sentence)}</p>" for sentence in text.what_happens_next),
        "<h2>What we do not know yet</h2>",
        _missing(text.missing),
        _not_taken(text.not_taken),
        f"<p>This receipt for {reference} names nobody. It may be kept with your own records.</p>",
    )
    head = _head(f"Receipt for referral {text.reference}")
    return f"{head}<body>\n<main>\n{_lines(parts)}\n</main>\n</body>\n</html>\n".encode()


def _head(title: str) -> str:
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
    )


def _missing(labels: Sequence[str]) -> str:
    if not labels:
        return "<p>Nothing. Thank you.</p>"
    items = "".join(f"<li>{escape(label)}</li>" for label in labels)
    return f"<p>We took your referral without these. Please send them when you know them:</p><ul>{items}</ul>"


def _not_taken(places: Sequence[str]) -> str:
    if not places:
        return ""
    items = "".join(f"<li>{escape(place)}</li>" for place in places)
    return (
        "<h2>What we did not take</h2>"
        "<p>Your system sent these parts of its message, and the referral does not have them. If somebody needs to "
        f"know what they say, phone the front door team or add it to the referral.</p><ul>{items}</ul>"
    )


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(filter(None, parts))
