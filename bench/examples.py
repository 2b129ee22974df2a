"""Made-up requests and events for the scenarios."""

import json
import secrets
import uuid
from collections.abc import Sequence
from datetime import timedelta
from itertools import cycle

from bench.load import Make
from bench.processes import ROOT
from chassis.clock import SystemClock
from contracts.codes import ConcernType, ContactSource, MissingItem
from contracts.events import ChildReference, ReferralReceived


def requests(token: str) -> Make:
    """Each call is the next example as a POST with a key of its own."""
    files = sorted((ROOT / "examples" / "referrals").glob("*.json"))
    bodies = cycle([json.dumps(json.loads(file.read_text())["referral"]).encode() for file in files])
    head = f"POST /v1/referrals HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n".encode()

    def make() -> Sequence[bytes]:
        body = next(bodies)
        rest = f"Idempotency-Key: {secrets.token_hex(16)}\r\nContent-Type: application/json\r\n"
        return head, f"{rest}Content-Length: {len(body)}\r\n\r\n".encode(), body

    return make


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
