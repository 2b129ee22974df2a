"""The routes of routers with what every route has, examined once for all apps of a process."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter, Depends
from starlette.routing import BaseRoute

from chassis.web.description import problem_responses
from chassis.web.query import known_query

ROUTERS_KEPT: Final = 64
"""A service has about ten. Those that were made for one app only make room for others again."""

_kept: Final[dict[int, tuple[APIRouter, Sequence[BaseRoute]]]] = {}
"""By identity, because routers have no hash; each is held, so that its identity stays its own."""


def prepared(router: APIRouter) -> Sequence[BaseRoute]:
    """The routes of a router; each may answer with the usual problems and refuses parameters that it does not describe.

    To examine the signatures of a service's routes takes longer than to answer a request.
    """
    kept = _kept.get(id(router))
    if kept is None:
        if len(_kept) >= ROUTERS_KEPT:
            del _kept[next(iter(_kept))]
        kept = _kept[id(router)] = router, _prepare(router)
    return kept[1]


def _prepare(router: APIRouter) -> Sequence[BaseRoute]:
    whole = APIRouter(
        responses=problem_responses(400, 401, 403, 404, 422, 503),
        generate_unique_id_function=lambda route: route.name,  # names in clients are made from it
    )
    whole.include_router(router, dependencies=[Depends(known_query)])
    return whole.routes
