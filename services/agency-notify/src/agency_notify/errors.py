"""Every way a request to this service, or a message to it, can be wrong."""

from contracts.problems import Conflict, Forbidden, Invalid, NotFound


class NoSuchNotice(NotFound):
    """There is none, or it is another agency's: the answer is the same."""

    slug, title = "no-such-notice", "There is no notice with this number for your agency"


class NotOpened(Conflict):
    """Acknowledging what was never read would claim something untrue."""

    slug, title = "not-opened", "Open the notice before you acknowledge it"


class NotMeant(Forbidden):
    """A notice for a role is dealt with by somebody who has it."""

    slug, title = "not-meant", "This notice is for another role. Ask somebody who has it to open and acknowledge it"


class UnknownReferral(Invalid):
    """An event about a referral of which neither its receipt nor its case has been seen."""

    slug, title = "unknown-referral", "Nothing is known yet about the referral of this event"


class UnknownAgency(Invalid):
    """An endpoint can only be set for someone the pack names."""

    slug, title = "unknown-agency", "The partnership's pack does not name this agency or team"


class UnknownRole(Invalid):
    """Endpoints of a role can only be set where its people are: the team that has the role, else the hub."""

    slug, title = "unknown-role", "The partnership's pack has no such role at this agency or team"


class EndpointRefused(Invalid):
    """An address that must not be sent to, or a secret that does not fit."""

    slug, title = "endpoint-refused", "This endpoint cannot be used"
