"""Everything under ``/operator``, the same in every service."""

from collections.abc import Callable

from chassis.settings import GivenSettings
from chassis.web.operator import Operated, add_versions
from chassis.web.operator_about import add_about
from chassis.web.operator_flow import CountFlow, add_flow, no_stages
from chassis.web.operator_parked import add_parked
from chassis.web.operator_reading import add_reading
from chassis.web.operator_settings import add_settings
from chassis.web.service_router import ServiceRouter


def router(
    operated: Callable[[], Operated],
    settings: GivenSettings,
    *,
    service: str,
    may_discard: bool = True,
    flow: CountFlow = no_stages,
) -> ServiceRouter:
    """The routes. ``operated`` gives the service's database and clock, ``flow`` counts its stages.
    Of ``settings`` only what is no secret is shown.

    A service that must hold every event says ``may_discard=False``: only what is no event can be discarded there.
    """
    routes = ServiceRouter(prefix="/operator", tags=["operator"])
    add_parked(routes, operated, may_discard=may_discard)
    add_reading(routes, operated, service=service)
    add_versions(routes, operated)
    add_flow(routes, operated, flow=flow)
    add_about(routes, operated, service=service)
    add_settings(routes, settings, service=service)
    return routes
