"""What senders are told, under which key, and what a message said beside the form."""

from typing import Final
from uuid import UUID

from contracts.codes import Advice, MissingItem
from contracts.problems import PHONE_ADVICE
from referral_intake.model.facts import Missing
from referral_intake.model.record import record


@record
class Answer:
    """What a client is told about its referral, now and whenever it asks again with the same key."""

    referral_id: UUID
    body: bytes


@record
class StoredAnswer:
    """The answer a key was given, and the fingerprint of the request it was given for."""

    fingerprint: bytes
    answer: Answer


ClientKey = tuple[str, str]
"""A client and the idempotency key it chose."""


@record
class Handling:
    """What a FHIR message says beside the form: how the referral is to be kept, and which of its places were not taken.

    ``restricted``: only those who may read restricted referrals read its document. ``doubts``: dates among its
    words that cannot be right.
    """

    not_taken: tuple[str, ...] = ()
    restricted: bool = False
    doubts: tuple[Missing, ...] = ()


PLAIN: Final = Handling()


@record
class Told:
    """What a sender is told about its referral beside what the event says.

    What is missing where, what to do, and what a message said beside the form.
    """

    missing: tuple[Missing, ...]
    advice: tuple[Advice, ...]
    phone_advice: str = PHONE_ADVICE
    handling: Handling = PLAIN

    @property
    def items(self) -> tuple[MissingItem, ...]:
        """What is missing, each item once, in the order of the form."""
        return tuple(dict.fromkeys([missing.item for missing in self.missing]))
