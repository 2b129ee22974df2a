"""What operators did with the addresses that agencies are pushed to: acts are events like any other."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from contracts.codes import Channel
from contracts.events.base import Event
from contracts.events.partner import NO_REFERRAL


class EndpointTested(Event):
    """An operator asked for a test notice to one endpoint, to see whether it answers. It is about no referral."""

    TYPE: ClassVar[str] = "endpoint.tested.v1"

    test_id: UUID
    endpoint_id: UUID
    agency: str
    channel: Channel
    tested_by: str
    tested_at: AwareDatetime

    @property
    def subject(self) -> str:
        return f"endpoint/{self.endpoint_id}"

    @property
    def correlation(self) -> UUID:
        return NO_REFERRAL
