"""The services as one signed-in person asks them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Self

from chassis.http_client import HttpClient
from triage_ui.services.audit import Audit
from triage_ui.services.caller import Caller
from triage_ui.services.endpoints import Endpoints
from triage_ui.services.intake import Intake
from triage_ui.services.intake_own import OwnReferrals
from triage_ui.services.notify import Notify
from triage_ui.services.operator import Operator
from triage_ui.services.records import Records
from triage_ui.services.triage import Triage


@dataclass(frozen=True)
class Services:
    """Each service by its subject."""

    triage: Triage
    intake: Intake
    notify: Notify
    own: OwnReferrals
    audit: Audit
    records: Records
    operator: Operator
    endpoints: Endpoints

    @classmethod
    def of(
        cls, http: HttpClient, urls: Mapping[str, str], token: Callable[[], Awaitable[str]], *, acting_for: str = ""
    ) -> Self:
        """Under the token that ``token`` gives, in the membership that ``acting_for`` names."""
        caller = Caller(http, urls, token, acting_for)
        return cls(
            Triage(caller),
            Intake(caller),
            Notify(caller),
            OwnReferrals(caller),
            Audit(caller),
            Records(caller),
            Operator(caller),
            Endpoints(caller),
        )
