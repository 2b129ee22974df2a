"""Every page there is."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter

from triage_ui.pages.ask import ask
from triage_ui.pages.ask_sender import ask_sender
from triage_ui.pages.authorise import authorise
from triage_ui.pages.case import case
from triage_ui.pages.close import close
from triage_ui.pages.hand_over import hand_over
from triage_ui.pages.queue import queue
from triage_ui.pages.rate import rate
from triage_ui.pages.recommend import recommend

ROUTERS: Final[Sequence[APIRouter]] = (
    queue.router,
    case.router,
    rate.router,
    ask.router,
    ask_sender.router,
    recommend.router,
    authorise.router,
    hand_over.router,
    close.router,
)
