"""Everything under ``/operator``, the same in every service: routes find it in ``app.state.operated``."""

from typing import Final

from chassis.web import operator, operator_about, operator_flow, operator_parked, operator_reading, operator_settings
from chassis.web.service_router import ServiceRouter

ROUTERS: Final[tuple[ServiceRouter, ...]] = (
    operator_parked.router,
    operator_reading.router,
    operator.router,
    operator_flow.router,
    operator_about.router,
    operator_settings.router,
)
