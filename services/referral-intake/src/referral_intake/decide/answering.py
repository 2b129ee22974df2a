"""What a request is told whose key is not new."""

from contracts.problems import Problem
from referral_intake.errors import KeyReused, StillRunning
from referral_intake.model import Answer, StoredAnswer


def repeated_answer(stored: StoredAnswer | None, fingerprint: bytes) -> Answer | Problem:
    """The same answer for the same request; ``stored`` is None while another request works on the key."""
    if stored is None:
        return StillRunning()
    return stored.answer if stored.fingerprint == fingerprint else KeyReused()
