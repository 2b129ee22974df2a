"""Reading what a browser posts: bounded, with its session's token, and from a page of ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.requests import ClientDisconnect

from triage_ui.session.model import csrf_matches

MAX_BYTES: Final = 1_048_576
MAX_FIELDS: Final = 500
CSRF_FIELD: Final = "csrf"
_FORM: Final = "application/x-www-form-urlencoded"
_READ: Final = "frontdoor.form"
"""Where in the scope a form is that was read: a body arrives once."""


class TooLong(Exception):
    """More than ``MAX_BYTES`` or ``MAX_FIELDS`` were posted; nothing of it was kept."""


class NotOurForm(Exception):
    """The post did not come from a page that we made for this session."""


@dataclass(frozen=True)
class Form:
    """Fields as they were typed, in order; a field may be there several times."""

    pairs: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """The last value of a field; empty when it is absent."""
        return next((value for key, value in reversed(self.pairs) if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field."""
        return tuple(value for key, value in self.pairs if key == name)

    def only(self, *names: str) -> dict[str, list[str]]:
        """The fields named, as they are kept in a draft: raw, also when they are wrong."""
        return {name: list(found) for name in names if (found := self.all(name))}

    @property
    def texts(self) -> tuple[str, ...]:
        """What somebody wrote in words, for the writer to see that it is still there."""
        return tuple(value for _, value in self.pairs if len(value.split()) > 1)


async def read(request: Request) -> Form:
    """The posted form. Raises ``TooLong``, and ``NotOurForm`` for anything but a form."""
    known = request.scope.get(_READ)
    if isinstance(known, Form):
        return known
    form = request.scope[_READ] = await _arrived(request)
    return form


async def _arrived(request: Request) -> Form:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise NotOurForm
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BYTES:
            raise TooLong
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError as error:
        raise NotOurForm from error
    except ValueError as error:
        raise TooLong from error
    return Form(tuple((key, _storable(value)) for key, value in pairs))


async def read_of_session(request: Request, secret: str) -> Form:
    """The posted form of a signed-in person. Raises as ``read`` does, and ``NotOurForm`` for a forged one."""
    check_origin(request.headers, own_origin=str(request.app.state.origin))
    form = await read(request)
    if not csrf_matches(secret, form.get(CSRF_FIELD)):
        raise NotOurForm
    return form


async def to_send_again(request: Request, secret: str) -> Form | None:
    """What a form of this session posted, to be sent from another page of ours; None when nothing of the kind was."""
    if request.method != "POST":
        return None
    try:
        return await read_of_session(request, secret)
    except (NotOurForm, TooLong, ClientDisconnect):
        return None


def check_origin(headers: Mapping[str, str], *, own_origin: str) -> None:
    """Raises ``NotOurForm`` for what another site sent, by what the browser says of itself."""
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        raise NotOurForm
    origin = headers.get("origin")
    if origin is not None and origin not in (own_origin, "null"):
        raise NotOurForm
    if site is None and origin != own_origin:
        raise NotOurForm


def _storable(value: str) -> str:
    """What browsers write as line ends becomes one kind; NUL, which no database keeps, becomes a visible mark."""
    return value.replace("\r\n", "\n").replace("\0", "\N{SYMBOL FOR NULL}")
