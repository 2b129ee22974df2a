"""Made-up events for the scenarios."""

import secrets
import uuid
from datetime import timedelta

from chassis.clock import SystemClock
from contracts.codes import ConcernType, ContactSource, MissingItem
from contracts.events import ChildReference, ReferralReceived


def received(count: int) -> list[ReferralReceived]:
    """Events of as many referrals."""
    now = SystemClock().now()
    return [
        ReferralReceived(
            referral_id=referral_id,
            reference=f"WAN-{secrets.token_hex(4)}",
            agency="ashcroft-primary",
            source=ContactSource.SCHOOLS,
            received_at=now,
            children=(ChildReference(child_id=uuid.UUID(bytes=secrets.token_bytes(16), version=4), unborn=False),),
            concern_types=(ConcernType.NEGLECT,),
            immediate_danger=False,
            missing_information=(MissingItem.NHS_NUMBER,),
            decision_expected_by=now + timedelta(days=1),
            policy_version="wandsworth-bench",
            content_commitment=secrets.token_hex(32),
            detail_url=f"http://127.0.0.1/v1/referrals/{referral_id}/document",
        )
        for referral_id in (uuid.UUID(bytes=secrets.token_bytes(16), version=4) for _ in range(count))
    ]
