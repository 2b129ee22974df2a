"""The HTTP edge: the inbox for agencies and staff, endpoints and attempts for operators. One file per resource."""

from typing import Final

from fastapi import APIRouter

from agency_notify.api import endpoints, keys, notices

ROUTERS: Final[tuple[APIRouter, ...]] = (notices.router, endpoints.router, keys.router)
