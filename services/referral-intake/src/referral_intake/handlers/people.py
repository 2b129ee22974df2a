"""Who sends and who asks, as their token says."""

from chassis.web.auth import Principal, owner_of
from contracts.codes import ActorKind
from referral_intake.model import Asker, Sender


def asker_of(principal: Principal) -> Asker:
    """Who wants to see something."""
    return Asker(principal.partnership, principal.agency, principal.roles)


def sender_of(principal: Principal) -> Sender:
    """Who sends something. A system is remembered by the client that is registered and counted, a person by both."""
    return Sender(
        principal.partnership,
        principal.agency,
        owner_of(principal),
        is_person=principal.kind is ActorKind.PERSON,
    )
