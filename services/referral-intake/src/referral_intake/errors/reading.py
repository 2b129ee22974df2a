"""Every way a look can be refused, and every format that is not spoken."""

from contracts.problems import Forbidden, Invalid, NotFound, Problem


class NoSuchReferral(NotFound):
    """There is none, or it is not the asker's: the answer is the same."""

    slug, title = "no-such-referral", "There is no referral with this number that you can see"


class DocumentRefused(Forbidden):
    """The role, or the role for this purpose, does not allow reading documents."""

    slug, title = "document-refused", "Your role does not allow you to read this document for this purpose"


class DocumentRestricted(Forbidden):
    """There is such a referral, and its sender marked it as restricted."""

    slug, title = "document-restricted", "This referral is restricted. Ask a manager who may read restricted referrals"


class CursorInvalid(Invalid):
    """The cursor is not one that was handed out."""

    slug, title, status = "cursor-invalid", "This cursor cannot be used", 400

    def __init__(self) -> None:
        super().__init__("Start again without a cursor, or follow the link to the next page.")


class NoSuchCodeList(NotFound):
    """No list has this name."""

    slug, title = "no-such-code-list", "There is no code list with this name"

    def __init__(self) -> None:
        super().__init__("The names of all lists are at /v1/code-lists.")


class NoSuchEdition(NotFound):
    """The referral has fewer editions."""

    slug, title = "no-such-edition", "This document has no edition with this number"


class ReferenceInvalid(Invalid):
    """No reference was ever made like this: its last character checks the others."""

    slug, title = "reference-invalid", "Check the reference. It looks like WAN-7K3M-Q9TR"


class NotFhir(Problem):
    """The body is of another kind than the FHIR door reads."""

    slug, title, status = "unsupported-media-type", "Send FHIR as JSON with Content-Type: application/fhir+json", 415


class FhirOnly(Problem):
    """The FHIR door answers in one format only."""

    slug, title, status = "not-acceptable", "Accept application/fhir+json: we answer in nothing else", 406


class NotOffered(Problem):
    """No kind of answer that there is would be taken."""

    slug, title, status = "not-acceptable", "We cannot answer in a format you accept", 406

    def __init__(self) -> None:
        super().__init__("Accept application/json or text/html.")
