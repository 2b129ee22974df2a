"""From a referral that came in to everything that is to be written for it, before any transaction begins."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from chassis.clock import Clock
from chassis.ids import PREFIX_LENGTH, Ids
from contracts.codes import ContactSource
from policy.contact import phone_advice
from policy.pack import Pack
from policy.packs import Packs
from referral_intake import document, doubts, marking
from referral_intake.accepting import decide, receipt
from referral_intake.accepting.model import Acceptance, Earlier, Minted, Submission, Terms
from referral_intake.errors import RulesNotInForce
from referral_intake.form import ReferralForm, facts_of
from referral_intake.form.identities import identities_of
from referral_intake.form.written import joined, written
from referral_intake.model import PLAIN, Handling, Sender
from referral_intake.model.record import record
from referral_intake.served import decision_due, newest_pack, pack_in_force
from referral_intake.standing import Standing
from referral_intake.telling import path_of

_NO_LETTER: Final = re.compile(r"[^a-z]")
_RESTRICTED: Final = b'{"restricted":true}'


ReadForm = Callable[[], ReferralForm]
"""Makes the form of what came in through one of the doors; raises what its sender is told when there is none."""


@record
class Arrival:
    """A referral that came in, and is still to be read and judged."""

    read: ReadForm
    sender: Sender
    key: str
    traceparent: str | None = None
    handling: Handling = PLAIN


@dataclass(frozen=True)
class Promises:
    """When decisions are due, worked out once for all that comes within a second: it costs more than all the rest.

    A promise may be kept part of a second early, and never late.
    """

    _known: dict[str, tuple[Pack, datetime, datetime]] = field(default_factory=dict)

    def decision_due(self, pack: Pack, *, at: datetime) -> datetime:
        """When a decision is due."""
        second = at.replace(microsecond=0)
        known = self._known.get(pack.partnership)
        if known is None or known[0] is not pack or known[1] != second:
            known = pack, second, decision_due(pack, at=at)
            self._known[pack.partnership] = known
        return known[2]


@dataclass(frozen=True)
class Preparation:
    """Makes of an arrival what is to be written for it. Raises the ``Problem`` that stops it."""

    packs: Packs
    standing: Standing
    clock: Clock
    ids: Ids
    public_url: str
    promises: Promises = field(default_factory=Promises)

    def __call__(self, arrival: Arrival) -> Acceptance:
        now, sender = self.clock.now(), arrival.sender
        pack, refusal = self._pack(sender.partnership, at=now)
        due, agreed = self.promises.decision_due(pack, at=now), self.standing.source_of(sender)
        maker = ReferralMaker(self.ids, self.public_url)
        acceptance = maker.prepare(submission_of(arrival), terms(pack, sender, due=due, agreed=agreed), now=now)
        return acceptance if refusal is None else replace(acceptance, refusal=refusal)

    def _pack(self, partnership: str, *, at: datetime) -> tuple[Pack, RulesNotInForce | None]:
        """The pack, and why nothing new may be accepted under it: only looking the key up says what is new."""
        try:
            return pack_in_force(self.packs, partnership, at=at), None
        except RulesNotInForce as refusal:
            return newest_pack(self.packs, partnership, at=at), refusal


def submission_of(arrival: Arrival) -> Submission:
    """A referral as its sender means it; what the sender did not say is not in its content. Raises what reading does.

    A form is made, looked at and written in one go, while the processor has it at hand: that takes half the time.
    """
    form = arrival.read()
    facts, found = facts_of(form), arrival.handling.doubts
    return Submission(
        sender=arrival.sender,
        key=arrival.key,
        facts=replace(facts, doubts=found) if found else facts,
        content=written(form),
        identities=identities_of(form),
        traceparent=arrival.traceparent,
        handling=arrival.handling,
    )


def terms(pack: Pack, sender: Sender, *, due: datetime, agreed: ContactSource | None = None) -> Terms:
    """What the pack in force says, under the source that was agreed with a registered partner.

    An agency that the pack does not name may still refer: without an agreement its source is unknown.
    """
    agency = pack.find_agency(sender.agency)
    return Terms(
        source=agreed or (agency.contact_source if agency else ContactSource.UNKNOWN),
        decision_expected_by=due,
        policy_version=pack.version_id,
        phone_advice=phone_advice(pack),
    )


@lru_cache(maxsize=256)
def prefix_of(partnership: str) -> str:
    """With what its references begin: letters alone, ``STH`` for ``st-helens``, so that they can be read again."""
    return _NO_LETTER.sub("", partnership)[:PREFIX_LENGTH].upper()


@dataclass(frozen=True)
class ReferralMaker:
    """Makes what is unique to one referral: ids, reference, salt, document, receipt."""

    ids: Ids
    public_url: str

    def prepare(self, submission: Submission, terms: Terms, *, now: datetime) -> Acceptance:
        """What is to be written. Raises ``NotEnough`` when the rules refuse the referral."""
        salt = secrets.token_bytes(document.SALT_BYTES)
        minted, content = self._mint(submission, terms, salt, now=now)
        received, told = decide.receive(submission.facts, submission.sender, terms=terms, minted=minted, now=now)
        if submission.handling is not PLAIN:
            told = replace(told, handling=submission.handling)
        return Acceptance(
            sender=submission.sender,
            key=submission.key,
            fingerprint=sha256(_asked(submission)).digest(),
            received=received,
            document=content,
            salt=salt,
            answer=receipt.body_of(received, told),
            traceparent=submission.traceparent,
            told=told,
            marks=marking.marks(submission.sender, submission.identities),
        )

    def _mint(self, submission: Submission, terms: Terms, salt: bytes, *, now: datetime) -> tuple[Minted, bytes]:
        referral_id, sender = self.ids.new(), submission.sender
        reference = self.ids.new_reference(prefix_of(sender.partnership))
        child_ids = tuple([self.ids.new() for _ in submission.facts.children])
        header: dict[str, Any] = {
            "referral_id": str(referral_id),
            "reference": reference,
            "partnership": sender.partnership,
            "agency": sender.agency,
            "source": terms.source.value,
            "received_at": now.isoformat(),
            "code_lists": document.EDITIONS,
        }
        if submission.handling.restricted:
            header["restricted"] = True
        if submission.handling.not_taken:
            header["not_taken"] = submission.handling.not_taken
        if submission.handling.doubts:
            header[doubts.HEADER] = doubts.written(submission.handling.doubts)
        content = document.built(submission.content, header, child_ids)
        commitment = document.commitment(salt, content)
        detail_url = f"{self.public_url}{path_of(referral_id)}/document"
        return Minted(referral_id, reference, child_ids, commitment, detail_url), content


def repeating(acceptance: Acceptance, earlier: Earlier) -> Acceptance:
    """The same acceptance, marked as a likely repeat of an earlier referral, to triage and to its sender."""
    received = acceptance.received.model_copy(update={"previous_referral_id": earlier.referral_id})
    return replace(acceptance, received=received, answer=receipt.body_of(received, acceptance.told, earlier))


def _asked(submission: Submission) -> bytes:
    """What makes a request another one: its words, and that they are restricted."""
    words = submission.content.whole()
    return joined(words, _RESTRICTED) if submission.handling.restricted else words
