"""Styles and scripts: read once, named by their content, so that browsers keep them until they change."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

_OURS: Final = Path(__file__).parents[1] / "static"
_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_FOR_EVER: Final = "public, max-age=31536000, immutable"
FETCHED: Final = "govuk-frontend.min.css"
"""The style that was fetched; ``local_stack`` takes fonts and crest out of it."""


@dataclass(frozen=True)
class Asset:
    """One file, plain and packed."""

    media_type: str
    plain: bytes
    packed: bytes


class Assets:
    """Every file there is, by its versioned name."""

    def __init__(self, fetched: Path) -> None:
        """Raises ``OSError`` when the folder of fetched assets lacks its style."""
        files = [fetched / FETCHED, *sorted(_OURS.iterdir())]
        self._by_name: dict[str, Asset] = {}
        self._addresses: dict[str, str] = {}
        for file in files:
            content = file.read_bytes()
            name = f"{hashlib.sha256(content).hexdigest()[:16]}-{file.name}"
            self._by_name[name] = Asset(_TYPES[file.suffix], content, gzip.compress(content, 9, mtime=0))
            self._addresses[file.name] = f"/assets/{name}"

    def address(self, name: str) -> str:
        """Where browsers find a file."""
        return self._addresses[name]

    def router(self) -> APIRouter:
        """``/assets/…``, for anybody: nothing here is about anybody."""
        router = APIRouter()

        @router.get("/assets/{name}")
        async def read_asset(name: str, request: Request) -> Response:
            asset = self._by_name.get(name)
            if asset is None:
                raise HTTPException(404)
            headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
            if "gzip" not in request.headers.get("accept-encoding", ""):
                return Response(asset.plain, media_type=asset.media_type, headers=headers)
            return Response(asset.packed, media_type=asset.media_type, headers={**headers, "Content-Encoding": "gzip"})

        return router
