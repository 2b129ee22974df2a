"""Every page there is."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter

from triage_ui.pages.queue import queue

ROUTERS: Final[Sequence[APIRouter]] = (queue.router,)
