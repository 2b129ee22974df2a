"""Every way a partner system can be turned away, and every way its registration can be wrong."""

from collections.abc import Mapping

from contracts.problems import Conflict, FieldError, Forbidden, Invalid, NotFound, Problem


class ScopeMissing(Forbidden):
    """The partner is registered, but not for this."""

    slug, title = "scope-missing", "Your system is not registered for this"

    def __init__(self, scope: str) -> None:
        super().__init__(
            f"Ask the people who gave you access for the scope {scope}. If a child is in danger now, call 999."
        )


class AgencyNotRegistered(Forbidden):
    """Somebody signed in for an agency that neither the pack nor the registry knows."""

    slug, title = "agency-not-registered", "Your agency is not registered to send referrals here"

    def __init__(self, phone_advice: str) -> None:
        super().__init__(
            f"If a child is in danger now, call 999. To tell us about a child, {phone_advice}. "
            "To have your agency registered, contact the people who gave you access."
        )


class AgreementEnded(Forbidden):
    """The agreement with the agency has ended, for its people as for its systems."""

    slug, title = "agreement-ended", "The agreement with your agency has ended, so we did not take this"

    def __init__(self, phone_advice: str) -> None:
        super().__init__(
            f"If a child is in danger now, call 999. To tell us about a child, {phone_advice}. "
            "To renew the agreement, contact the people who gave you access."
        )


class TooManyRequests(Problem):
    """More in a minute than was agreed; nothing was taken, and nothing is lost when it is sent again."""

    slug, title, status = "too-many-requests", "You are sending more in a minute than we agreed", 429

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__(
            f"Wait {headers['Retry-After']} seconds, then send the same request again, a referral with the same "
            "Idempotency-Key. A referral that says immediate_danger is never held up by this limit. "
            "If a child is in danger now, call 999.",
            headers=headers,
        )


class NoSuchPartner(NotFound):
    """No partner is registered under this client id."""

    slug, title = "no-such-partner", "No partner is registered with this client id"


class PartnershipUnknown(Invalid):
    """No pack is loaded for the partnership."""

    slug, title = "partnership-unknown", "This service has no pack for this partnership"

    def __init__(self) -> None:
        super().__init__(errors=(FieldError("/partnership", "Name a partnership that this service has a pack for."),))


class PartnerDiffers(Conflict):
    """The client id is registered already, otherwise."""

    slug, title = "partner-differs", "This client id is registered with other details"

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(
            "Look at what is registered. Scopes, source, name and limits can be changed, keys replaced by a rotation; "
            "another agency, partnership or address of keys needs another client id.",
            errors=tuple(FieldError(f"/{field}", "Registered otherwise.") for field in fields),
        )


class KeyRefused(Invalid):
    """A key that cannot be used; says what is wrong with it and not what it is."""

    slug, title = "key-refused", "This key cannot be used"

    def __init__(self, advice: str, *, pointer: str = "/jwks") -> None:
        super().__init__(errors=(FieldError(pointer, advice),))


class PrivateKeySent(KeyRefused):
    """The private half was sent: whatever it was used for, it is not private any more."""

    slug, title = "private-key-sent", "This is a private key. Stop using it"

    def __init__(self) -> None:
        super().__init__(
            "Make a new key pair and send its public half only. Nobody but the partner may ever hold the private half."
        )


class KeysElsewhere(Conflict):
    """The partner publishes its keys itself."""

    slug, title = "keys-elsewhere", "This partner publishes its own keys"

    def __init__(self) -> None:
        super().__init__("Ask the partner to add the new key to its key set, and to take the old one out later.")


class KeyUsedBefore(Conflict):
    """A key that was replaced is not taken back."""

    slug, title = "key-used-before", "This key was replaced before"

    def __init__(self) -> None:
        super().__init__("Ask the partner for a new key pair.")
