"""From a referral that came in to everything that is to be written for it, before any transaction begins."""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NamedTuple, TypeVar

from chassis.clock import Clock
from chassis.ids import PREFIX_LENGTH, Ids
from contracts.codes import ContactSource
from contracts.events import ReferralReceived
from contracts.problems import Problem
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
from referral_intake.model import PLAIN, Handling, ReferralFacts, Sender, Told
from referral_intake.model.record import record
from referral_intake.served import decision_due, newest_pack, pack_in_force
from referral_intake.standing import Standing
from referral_intake.telling import path_of

Before = TypeVar("Before")
After = TypeVar("After")

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


class _Read(NamedTuple):
    arrival: Arrival
    form: ReferralForm


class _Understood(NamedTuple):
    arrival: Arrival
    form: ReferralForm
    facts: ReferralFacts


class _Drafted(NamedTuple):
    """``refusal``: why nothing new may be accepted now."""

    submission: Submission
    terms: Terms
    now: datetime
    salt: bytes
    minted: Minted
    document: bytes
    refusal: Problem | None = None


class _Judged(NamedTuple):
    draft: _Drafted
    received: ReferralReceived
    told: Told


@dataclass(frozen=True)
class Preparation:
    """Makes of arrivals what is to be written for them.

    All that came together go through one stage after another, so that the processor has that stage's rules at hand:
    a referral that goes through all stages by itself costs a fifth more.
    """

    packs: Packs
    standing: Standing
    clock: Clock
    maker: "ReferralMaker"
    promises: Promises = field(default_factory=Promises)

    def __call__(self, arrivals: Sequence[Arrival]) -> Sequence[Acceptance | Exception]:
        """In order. The ``Problem`` that stops one, or what reading it raised, stands in its place."""
        understood = _each(_understand, _each(_read, arrivals))
        drafts = _each(self._draft, _each(_submission, understood))
        return _each(_acceptance, _each(_judge, drafts))

    def _draft(self, submission: Submission) -> _Drafted:
        now, sender = self.clock.now(), submission.sender
        pack, refusal = self._pack(sender.partnership, at=now)
        due, agreed = self.promises.decision_due(pack, at=now), self.standing.source_of(sender)
        draft = self.maker.draft(submission, terms(pack, sender, due=due, agreed=agreed), now=now)
        return draft if refusal is None else draft._replace(refusal=refusal)

    def _pack(self, partnership: str, *, at: datetime) -> tuple[Pack, RulesNotInForce | None]:
        """The pack, and why nothing new may be accepted under it: only looking the key up says what is new."""
        try:
            return pack_in_force(self.packs, partnership, at=at), None
        except RulesNotInForce as refusal:
            return newest_pack(self.packs, partnership, at=at), refusal


def _each(step: Callable[[Before], After], items: Sequence[Before | Exception]) -> list[After | Exception]:
    """One stage for everybody. What it raises stands in the place of what it would have made, and goes no further."""
    made: list[After | Exception] = []
    for item in items:
        if isinstance(item, Exception):
            made.append(item)
            continue
        try:
            made.append(step(item))
        except Exception as error:
            made.append(error)
    return made


def submission_of(arrival: Arrival) -> Submission:
    """A referral as its sender means it: what the sender did not say is not in its content. Raises as reading does."""
    return _submission(_understand(_read(arrival)))


def _read(arrival: Arrival) -> _Read:
    return _Read(arrival, arrival.read())


def _understand(read: _Read) -> _Understood:
    facts, found = facts_of(read.form), read.arrival.handling.doubts
    return _Understood(*read, replace(facts, doubts=found) if found else facts)


def _submission(understood: _Understood) -> Submission:
    arrival, form, facts = understood
    return Submission(
        sender=arrival.sender,
        key=arrival.key,
        facts=facts,
        content=written(form),
        identities=identities_of(form, facts),
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
        return _acceptance(_judge(self.draft(submission, terms, now=now)))

    def draft(self, submission: Submission, terms: Terms, *, now: datetime) -> _Drafted:
        """What no rule has looked at yet."""
        salt = secrets.token_bytes(document.SALT_BYTES)
        return _Drafted(submission, terms, now, salt, *self._mint(submission, terms, salt, now=now))

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


def _judge(draft: _Drafted) -> _Judged:
    submission = draft.submission
    received, told = decide.receive(
        submission.facts, submission.sender, terms=draft.terms, minted=draft.minted, now=draft.now
    )
    return _Judged(
        draft, received, told if submission.handling is PLAIN else replace(told, handling=submission.handling)
    )


def _acceptance(judged: _Judged) -> Acceptance:
    draft, received, told = judged
    submission = draft.submission
    return Acceptance(
        sender=submission.sender,
        key=submission.key,
        fingerprint=sha256(_asked(submission)).digest(),
        received=received,
        document=draft.document,
        salt=draft.salt,
        answer=receipt.body_of(received, told),
        traceparent=submission.traceparent,
        told=told,
        marks=marking.marks(submission.sender, submission.identities),
        refusal=draft.refusal,
    )


def repeating(acceptance: Acceptance, earlier: Earlier) -> Acceptance:
    """The same acceptance, marked as a likely repeat of an earlier referral, to triage and to its sender."""
    received = acceptance.received.model_copy(update={"previous_referral_id": earlier.referral_id})
    return replace(acceptance, received=received, answer=receipt.body_of(received, acceptance.told, earlier))


def _asked(submission: Submission) -> bytes:
    """What makes a request another one: its words, and that they are restricted."""
    words = submission.content.whole()
    return joined(words, _RESTRICTED) if submission.handling.restricted else words
