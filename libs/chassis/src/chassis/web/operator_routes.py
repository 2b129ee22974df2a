"""Everything under ``/operator``, the same in every service; an app that has it says what it is ``operated`` by."""

from typing import Final

from chassis.web import (
    operator,
    operator_about,
    operator_flow,
    operator_parked,
    operator_reading,
    operator_settings,
)
from chassis.web.service_router import ServiceRouter

ROUTER: Final = ServiceRouter(prefix="/operator", tags=["operator"])
for _routes in (
    operator_parked.routes,
    operator_reading.routes,
    operator.routes,
    operator_flow.routes,
    operator_about.routes,
    operator_settings.routes,
):
    ROUTER.include_router(_routes)
