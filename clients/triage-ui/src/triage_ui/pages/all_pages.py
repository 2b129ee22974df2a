"""Every page there is."""

from collections.abc import Sequence
from typing import Final

from fastapi import APIRouter

from triage_ui.acts.routes import ActPages
from triage_ui.pages.all_acts import ACTS
from triage_ui.pages.audit import audit, proof
from triage_ui.pages.case import case
from triage_ui.pages.draft_list import draft_list
from triage_ui.pages.handover_in import handover_in
from triage_ui.pages.home import home
from triage_ui.pages.inbox import inbox
from triage_ui.pages.operator import operator
from triage_ui.pages.own_referrals import own_referrals
from triage_ui.pages.queue import assigning, queue, search
from triage_ui.pages.records import records
from triage_ui.pages.refer import refer, sending
from triage_ui.pages.request import request

ROUTERS: Final[Sequence[APIRouter]] = (
    home.router,
    queue.router,
    search.router,
    assigning.router,
    case.router,
    request.router,
    inbox.router,
    handover_in.router,
    draft_list.router,
    sending.router,
    refer.router,
    own_referrals.router,
    audit.router,
    proof.router,
    records.router,
    operator.router,
    *(ActPages(act).router() for act in ACTS),
)
