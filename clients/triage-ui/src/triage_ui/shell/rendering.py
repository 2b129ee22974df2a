"""Pages from templates: one environment for all rooms, in which nothing that was typed can become markup."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import Request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, select_autoescape
from starlette.responses import HTMLResponse

from triage_ui.shell import formats
from triage_ui.shell.assets import Assets
from triage_ui.shell.headers import NONCE
from triage_ui.shell.menu import AGENCY, TEAM
from triage_ui.shell.visitor import Visitor
from triage_ui.shell.words import codes

_ROOMS: Final = Path(__file__).parents[1]


class Pages:
    """Renders templates, named by their place in the package: ``pages/queue/queue.html``."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets

    def render(
        self, request: Request, template: str, *, visitor: Visitor | None = None, status: int = 200, **shown: Any
    ) -> HTMLResponse:
        """A page. ``visitor`` is the person who is signed in; the layout shows their menu and their time left."""
        found = _environment().get_template(template)
        known = {"visitor": visitor, "whom_to_ask": whom_to_ask(visitor), "path": request.url.path}
        text = found.render(cspNonce=request.scope.get(NONCE, ""), asset=self._assets.address, **known, **shown)
        return HTMLResponse(text, status_code=status)


@cache
def _environment() -> Environment:
    """One for the process: it compiles each template once, which takes longer than to render it."""
    govuk = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(_ROOMS), govuk]),
        autoescape=select_autoescape(["html"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_FILTERS)
    environment.globals.update(codes=codes, govukRebrand=False)
    return environment


def whom_to_ask(visitor: Visitor | None) -> str:
    """What somebody does for whom a page does not work: agencies and teams have the front door team, staff are it."""
    outside = visitor is None or bool(visitor.person.roles & (AGENCY | TEAM))
    return "phone your front door team" if outside else "ask your manager"


_FILTERS: Final = {
    "moment": formats.moment,
    "short_moment": formats.short_moment,
    "day": formats.day,
    "time_left": formats.time_left,
    "count": formats.count,
    "label": formats.label,
    "mid_sentence": formats.mid_sentence,
    "request_state": lambda code: formats.said(code, formats.REQUEST_STATES),
    "handover_state": lambda code: formats.said(code, formats.HANDOVER_STATES),
}


def pages_of(request: Request) -> Pages:
    """The pages of this app."""
    pages: Pages = request.app.state.pages
    return pages
