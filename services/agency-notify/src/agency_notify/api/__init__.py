"""The HTTP edge: the inbox for agencies and staff; endpoints, how they do, and attempts for operators."""

from typing import Final

from agency_notify.api import endpoint_health, endpoints, keys, notices
from chassis.web.service_router import ServiceRouter

ROUTERS: Final[tuple[ServiceRouter, ...]] = (notices.router, endpoints.router, endpoint_health.router, keys.router)
