"""The document of a referral: the exact bytes that are kept, shown and committed to."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json

from contracts.codes import CODE_LISTS
from referral_intake.form.written import Written, children_of, joined

SALT_BYTES: Final = 32

EDITIONS: Final = {
    name: CODE_LISTS[name].edition
    for name in (
        "contact-source", "sex", "ethnicity", "disability", "upn-unknown-reason", "local-authority",
        "review-participation",
    )
}  # fmt: skip
"""Which editions of the sector's lists the codes of a document are of: labels change from year to year."""

Content = Mapping[str, Any]
"""A referral as it was sent, in JSON's own types and the form's own order; what was not sent is not there."""


def build(content: Content, header: Mapping[str, Any], child_ids: Sequence[UUID]) -> bytes:
    """``header`` (who sent it, when, under which reference) and the content, each child with its id first."""
    children = [
        {"child_id": str(child_id), **child}
        for child_id, child in zip(child_ids, content.get("children", ()), strict=True)
    ]
    return to_json({**header, **content, "children": children})


def built(form: Written, header: Mapping[str, Any], child_ids: Sequence[UUID]) -> bytes:
    """The same as ``build``, of a form that is written already; the header says nothing that a form could."""
    children = [
        joined(b'{"child_id":"%b"}' % str(child_id).encode(), child)
        for child_id, child in zip(child_ids, form.children or (), strict=True)
    ]
    return joined(to_json(header), form.before, children_of(tuple(children)), form.after)


def commitment(salt: bytes, document: bytes) -> str:
    """SHA-256 (hex) over salt and document: once both are erased it says nothing about what they were."""
    return sha256(salt + document).hexdigest()


def fingerprint(content: Content) -> bytes:
    """Equal for equal requests, however their JSON was spaced or ordered."""
    return sha256(to_json(content)).digest()
