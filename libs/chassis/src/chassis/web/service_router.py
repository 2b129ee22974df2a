"""The router of a subject's routes: what every route of every service has, it has from its declaration on."""

from collections.abc import Sequence

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

from chassis.web.description import problem_responses
from chassis.web.query import known_query


class ServiceRouter(APIRouter):
    """Routes that may answer with the usual problems and refuse parameters that they do not describe.

    Each is examined once, as it is declared: apps take it as it is, because to examine the signatures of a service's
    routes takes longer than to answer a request.
    """

    def __init__(
        self,
        *,
        prefix: str = "",
        tags: Sequence[str] = (),
        route_class: type[APIRoute] = APIRoute,
        include_in_schema: bool = True,
    ) -> None:
        super().__init__(
            prefix=prefix,
            tags=list(tags),
            route_class=route_class,
            include_in_schema=include_in_schema,
            dependencies=[Depends(known_query)],
            responses=problem_responses(400, 401, 403, 404, 422, 503),
            generate_unique_id_function=lambda route: route.name,  # names in clients are made from it
        )
