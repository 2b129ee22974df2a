"""Pure-ASGI middleware: the headers of every page, and a nonce for the scripts of each."""

import secrets
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NONCE: Final = "frontdoor.nonce"
"""Where in the scope the nonce is that this answer's policy allows."""


class PageHeaders:
    """Keeps pages out of caches, frames, search engines and other sites; says what may run and load in them.

    ``form_targets`` are the origins that a form may lead to by redirect: the issuer's, after signing out.
    """

    def __init__(self, app: ASGIApp, *, form_targets: tuple[str, ...] = ()) -> None:
        self.app = app
        self._forms = " ".join(("'self'", *form_targets))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = scope[NONCE] = secrets.token_urlsafe(16)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                ours = [(name, value) for name, value in self._headers(nonce) if name not in said]
                message["headers"] = [*message["headers"], *ours]
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _headers(self, nonce: str) -> list[tuple[bytes, bytes]]:
        policy = (
            "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            f"script-src 'nonce-{nonce}'; form-action {self._forms}; "
            "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
        )
        return [
            (b"content-security-policy", policy.encode()),
            (b"cache-control", b"no-store"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
            (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
            (b"x-content-type-options", b"nosniff"),
            (b"x-robots-tag", b"noindex, nofollow"),
        ]


class SafeAddress:
    """An address with NUL in it is none of ours: it leads to the page that says so, before anybody looks for it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope.get("query_string", b"")):
            scope = {**scope, "path": "/not-an-address", "raw_path": b"/not-an-address", "query_string": b""}
        await self.app(scope, receive, send)
