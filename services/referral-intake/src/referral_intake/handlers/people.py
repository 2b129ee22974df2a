"""Who sends and who asks, as their token says."""

from chassis.web.auth import Principal, client_of
from referral_intake.model import Asker, Sender


def asker_of(principal: Principal) -> Asker:
    """Who wants to see something."""
    return Asker(principal.partnership, principal.agency, principal.roles)


def sender_of(principal: Principal) -> Sender:
    """Who sends something. The client it is remembered by is the one that is registered and counted."""
    return Sender(principal.partnership, principal.agency, client_of(principal))
