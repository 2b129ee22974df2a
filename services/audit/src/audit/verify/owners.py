"""The services that own what the log is about, and the versions that they themselves have recorded."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from audit.merkle import VerificationError
from audit.sources import Headers, HttpSource, Missing, Unreachable
from audit.verify.ledger import Heads


@dataclass(frozen=True)
class Owner:
    """A service, and how its newest versions are read."""

    name: str
    heads: Callable[[], Heads]

    @classmethod
    def parse(cls, text: str, headers: Headers) -> "Owner":
        """From ``NAME=LOCATION``: an address, or a file with one JSON object. Raises ``Unreachable``."""
        name, is_named, location = text.partition("=")
        if not is_named or not name or not location:
            raise Unreachable("--owner: write it like triage=https://triage.example.org")
        if location.startswith(("http://", "https://")):
            return cls(name, lambda: _ask(location, headers))
        return cls(name, lambda: _load(Path(location)))


def _ask(address: str, headers: Headers) -> Heads:
    """Page by page, as the operators' API gives them."""
    heads: dict[str, int] = {}
    after = ""
    with closing(HttpSource(address, headers)) as source:
        while page := _page(source, after):
            heads.update(page)
            after = max(page)
    return heads


def _page(source: HttpSource, after: str) -> dict[str, int]:
    try:
        page = _parse(source.read(f"operator/heads?after={quote(after, safe='')}"))
    except Missing as error:
        raise Unreachable("An owner does not say which versions it has recorded") from error
    if page and max(page) <= after:
        raise VerificationError("An owner's versions do not come in order")
    return page


def _load(file: Path) -> Heads:
    try:
        return _parse(file.read_bytes())
    except OSError as error:
        raise Unreachable(f"--owner: {file} cannot be read: {error.strerror}") from error


def _parse(text: bytes) -> dict[str, int]:
    try:
        page = json.loads(text)
    except ValueError as error:
        raise Unreachable("An owner's versions are not JSON") from error
    if not isinstance(page, dict) or not all(type(version) is int for version in page.values()):
        raise Unreachable("An owner's versions are not of the form aggregate: version")
    return page
