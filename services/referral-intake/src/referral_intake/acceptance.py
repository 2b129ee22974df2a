"""From a submission to everything that is to be written for it, before any transaction begins."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chassis.ids import Ids
from contracts.codes import ContactSource
from policy.pack import Pack
from referral_intake import decide, document, receipt
from referral_intake.model import Acceptance, Minted, Sender, Submission, Terms

DECISION_CLOCK: Final = "decision"
"""The pack's clock from receipt to decision. A rating may shorten it later; the sender is promised the general one."""

_PREFIX_LENGTH: Final = 3


def terms(pack: Pack, sender: Sender, *, now: datetime) -> Terms:
    """What the pack in force says. An agency that it does not name may still refer: its source is unknown."""
    agency = pack.find_agency(sender.agency)
    return Terms(
        source=agency.contact_source if agency else ContactSource.UNKNOWN,
        decision_expected_by=pack.get_clock(DECISION_CLOCK).due_at(pack.calendar, now),
        policy_version=pack.version_id,
    )


@dataclass(frozen=True)
class Press:
    """Makes what is unique to one referral: ids, reference, salt, document, receipt."""

    ids: Ids
    public_url: str
    traceparent: str | None

    def prepare(self, submission: Submission, terms: Terms, *, now: datetime) -> Acceptance:
        """What is to be written. Raises ``NotEnough`` when the rules refuse the referral."""
        salt = secrets.token_bytes(document.SALT_BYTES)
        minted, content = self._mint(submission, terms, salt, now=now)
        received = decide.receive(submission.facts, submission.sender, terms=terms, minted=minted, now=now)
        return Acceptance(
            sender=submission.sender,
            key=submission.key,
            fingerprint=document.fingerprint(submission.content),
            received=received,
            document=content,
            salt=salt,
            answer=receipt.body_of(received),
            traceparent=self.traceparent,
        )

    def _mint(self, submission: Submission, terms: Terms, salt: bytes, *, now: datetime) -> tuple[Minted, bytes]:
        referral_id, sender = self.ids.new(), submission.sender
        reference = self.ids.new_reference(sender.partnership[:_PREFIX_LENGTH].upper())
        child_ids = tuple(self.ids.new() for _ in submission.facts.children)
        header = {
            "referral_id": str(referral_id),
            "reference": reference,
            "partnership": sender.partnership,
            "agency": sender.agency,
            "source": terms.source,
            "received_at": now.isoformat(),
        }
        content = document.build(submission.content, header, child_ids)
        commitment = document.commitment(salt, content)
        detail_url = f"{self.public_url}{receipt.path_of(referral_id)}/document"
        return Minted(referral_id, reference, child_ids, commitment, detail_url), content
