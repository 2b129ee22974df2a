"""Opens the web client as a manager does: signs in on the issuer's page, reads the queue and a case."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any, Final

import httpx2

from frontdoor.errors import Wrong
from local_stack.tokens import form_action, person_client

MANAGER: Final = "wandsworth-manager"
_QUEUE: Final = "/queue?status=closed"
"""The walk closes every case, and closed ones are a part of the queue."""
_EVERYTHING: Final = "/queue?all=yes"
"""Anyone who signs in as the manager next is not to find the list narrowed."""
_CASE: Final = re.compile(r'href="(/cases/[0-9a-f-]{36})">([A-Z]+-[0-9A-Z]{4}-[0-9A-Z]{4})</a>')
_HEADING: Final = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)


def read_pages(address: str, staff: Mapping[str, Any]) -> str:
    """The reference of a case that the manager saw, in the queue and on its own page. Raises ``Wrong``."""
    with person_client() as http:
        page = _signed_in(http, address, str(staff[MANAGER]["password"]))
        _must_say(page, "Queue: what needs you next")
        found = _CASE.search(page.text)
        if found is None:
            raise Wrong("The web client shows a queue without any case")
        case = http.get(address + found[1], follow_redirects=True)
        _must_say(case, f"Case {found[2]}: what is known, due and missing")
        http.get(address + _EVERYTHING, follow_redirects=True)
    return found[2]


def _signed_in(http: httpx2.Client, address: str, password: str) -> httpx2.Response:
    """The queue, after signing in on the issuer's page."""
    try:
        sign_in = http.get(address + _QUEUE, follow_redirects=True)
        action = form_action(sign_in)
        return http.post(action, data={"username": MANAGER, "password": password}, follow_redirects=True)
    except httpx2.HTTPError as error:
        raise Wrong("The web client or its sign-in page does not answer") from error


def _must_say(page: httpx2.Response, heading: str) -> None:
    found = _HEADING.search(page.text)
    said = unescape(found[1]).strip() if found else "nothing"
    if page.status_code != httpx2.codes.OK or said != heading:
        raise Wrong(f"The web client shows “{said}” (status {page.status_code}) instead of “{heading}”")
