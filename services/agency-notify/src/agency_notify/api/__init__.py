"""The HTTP edge: the inbox for agencies and staff; endpoints, how they do, and attempts for operators."""

from typing import Final

from fastapi import APIRouter

from agency_notify.api import endpoint_health, endpoints, keys, notices

ROUTERS: Final[tuple[APIRouter, ...]] = (notices.router, endpoints.router, endpoint_health.router, keys.router)
