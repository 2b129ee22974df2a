"""From a submission to everything that is to be written for it, before any transaction begins."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from chassis.clock import Clock
from chassis.ids import PREFIX_LENGTH, Ids
from contracts.codes import ContactSource
from policy.contact import phone_advice
from policy.pack import Pack
from policy.packs import Packs
from referral_intake import decide, document, receipt
from referral_intake.errors import RulesNotInForce
from referral_intake.form import ReferralForm, submission_of
from referral_intake.model import (
    PLAIN,
    Acceptance,
    Earlier,
    Handling,
    Identity,
    Mark,
    Minted,
    Sender,
    Submission,
    Terms,
)
from referral_intake.served import Promises, newest_pack, pack_in_force
from referral_intake.standing import Standing

_NO_LETTER: Final = re.compile(r"[^a-z]")


def prefix_of(partnership: str) -> str:
    """With what its references begin: letters alone, ``STH`` for ``st-helens``, so that they can be read again."""
    return _NO_LETTER.sub("", partnership)[:PREFIX_LENGTH].upper()


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


def marks(sender: Sender, identities: tuple[Identity, ...]) -> tuple[Mark, ...]:
    """Digests of identities, for one agency only: what it told us recognises nobody for another agency."""
    whose = f"{sender.partnership}\n{sender.agency}\n"

    def digest(sign: str) -> bytes:
        return sha256(f"{whose}{sign}".encode()).digest()

    return tuple(
        Mark(digest(each.sign), each.place, tuple(digest(number) if number else None for number in each.numbers))
        for each in identities
    )


def mark_repeats(fresh: Sequence[tuple[Acceptance, Earlier | None]]) -> list[Acceptance]:
    """Those that are about to be written, each marked when an earlier one, kept or beside it, has a mark of its own."""
    seen: dict[bytes, list[tuple[Mark, Earlier]]] = {}
    ready = []
    for acceptance, kept in fresh:
        alike = (found for mark in acceptance.marks for found in seen.get(mark.digest, ()) if mark.recognises(found[0]))
        beside = next((earlier for _, earlier in alike), None)
        earlier = beside or kept
        ready.append(repeating(acceptance, earlier) if earlier else acceptance)
        received = acceptance.received
        itself = Earlier(received.referral_id, received.reference, received.received_at)
        for mark in acceptance.marks:
            seen.setdefault(mark.digest, []).append((mark, itself))
    return ready


def repeating(acceptance: Acceptance, earlier: Earlier) -> Acceptance:
    """The same acceptance, marked as a likely repeat of an earlier referral, to triage and to its sender."""
    received = acceptance.received.model_copy(update={"previous_referral_id": earlier.referral_id})
    return replace(acceptance, received=received, answer=receipt.body_of(received, acceptance.told, earlier))


def _asked(submission: Submission) -> document.Content:
    """What makes a request another one: its words, and that they are restricted."""
    return {**submission.content, "restricted": True} if submission.handling.restricted else submission.content


@dataclass(frozen=True)
class ReferralMaker:
    """Makes what is unique to one referral: ids, reference, salt, document, receipt."""

    ids: Ids
    public_url: str
    traceparent: str | None

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
            fingerprint=document.fingerprint(_asked(submission)),
            received=received,
            document=content,
            salt=salt,
            answer=receipt.body_of(received, told),
            traceparent=self.traceparent,
            told=told,
            marks=marks(submission.sender, submission.identities),
        )

    def _mint(self, submission: Submission, terms: Terms, salt: bytes, *, now: datetime) -> tuple[Minted, bytes]:
        referral_id, sender = self.ids.new(), submission.sender
        reference = self.ids.new_reference(prefix_of(sender.partnership))
        child_ids = tuple(self.ids.new() for _ in submission.facts.children)
        header: dict[str, Any] = {
            "referral_id": str(referral_id),
            "reference": reference,
            "partnership": sender.partnership,
            "agency": sender.agency,
            "source": terms.source,
            "received_at": now.isoformat(),
            "code_lists": document.EDITIONS,
        }
        if submission.handling.restricted:
            header["restricted"] = True
        if submission.handling.not_taken:
            header["not_taken"] = submission.handling.not_taken
        content = document.build(submission.content, header, child_ids)
        commitment = document.commitment(salt, content)
        detail_url = f"{self.public_url}{receipt.path_of(referral_id)}/document"
        return Minted(referral_id, reference, child_ids, commitment, detail_url), content


@dataclass(frozen=True)
class Arrival:
    """A referral that came in through one of the doors and was read, and is still to be judged."""

    form: ReferralForm
    sender: Sender
    key: str
    traceparent: str | None
    handling: Handling = PLAIN


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
        due = self.promises.decision_due(pack, at=now)
        agreed = self.standing.source_of(sender)
        maker = ReferralMaker(self.ids, self.public_url, arrival.traceparent)
        submission = submission_of(arrival.form, sender, key=arrival.key)
        if arrival.handling is not PLAIN:
            submission = replace(submission, handling=arrival.handling)
        acceptance = maker.prepare(submission, terms(pack, sender, due=due, agreed=agreed), now=now)
        return acceptance if refusal is None else replace(acceptance, refusal=refusal)

    def _pack(self, partnership: str, *, at: datetime) -> tuple[Pack, RulesNotInForce | None]:
        """The pack, and why nothing new may be accepted under it: only looking the key up says what is new."""
        try:
            return pack_in_force(self.packs, partnership, at=at), None
        except RulesNotInForce as refusal:
            return newest_pack(self.packs, partnership, at=at), refusal
