"""Documents: what they are and where, never what is in them."""

from collections.abc import Iterator

from referral_intake.fhir import systems
from referral_intake.fhir.draft import Part, Tree
from referral_intake.fhir.issues import IssueCode, MessageRefused, error
from referral_intake.fhir.mapping.extras import extras
from referral_intake.fhir.mapping.records import Records
from referral_intake.fhir.mapping.saying import HISTORY, Saying
from referral_intake.fhir.mapping.words import day_of
from referral_intake.fhir.message import Message
from referral_intake.fhir.r4.content import DocumentReference
from referral_intake.fhir.r4.datatypes import Attachment as R4Attachment
from referral_intake.fhir.r4.element import Said
from referral_intake.fhir.r4.values import dated
from referral_intake.fhir.r4.words import labelled, listed, named, remarked, with_places
from referral_intake.form.help import Attachment

_WRONG = "entered-in-error"


def papers(records: Records) -> Iterator[Saying]:
    """Documents that stand. Raises ``MessageRefused`` when their content was sent."""
    documents = records.message.all(DocumentReference)
    replaced = {id(found): place for each in documents if _stands(each) for found, place in _replaced(records, each)}
    for document in documents:
        _check_content(records.message, document)
        if not _stands(document):
            continue
        records.follow_only_child(document.subject)
        if document.status == "superseded" or id(document) in replaced:
            yield HISTORY, with_places(_superseded(records, document), *filter(None, [replaced.get(id(document))]))
        else:
            yield ("attachments",), (_paper(records, document),)


def _stands(document: DocumentReference) -> bool:
    return _WRONG not in (document.status, document.doc_status)


def _replaced(records: Records, document: DocumentReference) -> Iterator[tuple[DocumentReference, str]]:
    """The documents of the message in whose place this one stands, each with where it says so."""
    for relation in document.relates_to:
        found = records.message.find(relation.target, DocumentReference) if relation.code == "replaces" else None
        if found is not None:
            yield found, relation.at("code")


def _check_content(message: Message, document: DocumentReference) -> None:
    for attachment in _attachments(document):
        if attachment.data is not None or message.has_at(attachment.url, attachment.path):
            place = attachment.at("url" if attachment.data is None else "data")
            advice = "Say where the document is and whom to ask for it. Its content cannot be sent here."
            raise MessageRefused([error(IssueCode.NOT_SUPPORTED, advice, place)])


def _attachments(document: DocumentReference) -> list[R4Attachment]:
    return [content.attachment for content in document.content if content.attachment]


def _paper(records: Records, document: DocumentReference) -> Part:
    first = next(iter(_attachments(document)), None)
    identifier = next((each for each in document.identifier if each.is_in_use(records.message.as_of)), None)
    kind = document.type.code_of(systems.code_system("attachment-kind")) if document.type else None
    written = document.said("date") or (first.said("creation") if first else None)
    draft = document.said("doc_status") if document.doc_status == "preliminary" else None
    understood = [document.at("status"), *([document.at("doc_status")] if draft is None else [])]
    fields: dict[str, Tree] = {
        **extras(Attachment, "attachment", document),
        "title": remarked(_titled(records, document, first, has_kind=kind is not None), draft, _month_of(written)),
        "kind": kind,
        "held_at": first.said("url") if first else None,
        "dated": day_of(written),
        "reference": identifier.said("value") if identifier else None,
    }
    return Part(document.path, {name: tree for name, tree in fields.items() if tree is not None}, tuple(understood))


def _month_of(written: Said[str] | None) -> Said[str] | None:
    """The month or the year, when the day is not known: the form has a field for days alone."""
    return written if written and day_of(written) is None else None


def _titled(
    records: Records, document: DocumentReference, first: R4Attachment | None, *, has_kind: bool
) -> Said[str] | None:
    """The title and, of a document that is not about the only child, about whom it is."""
    title = _title(document, first, has_kind=has_kind)
    whose = records.about(document.subject)
    return labelled(whose, title or Said("a document without a title", ())) if whose else title


def _title(document: DocumentReference, first: R4Attachment | None, *, has_kind: bool) -> Said[str] | None:
    title = document.said("description") or (first.said("title") if first else None)
    return title or (document.type.name() if document.type and not has_kind else None)


def _superseded(records: Records, document: DocumentReference) -> Said[str] | None:
    first = next(iter(_attachments(document)), None)
    title = listed((_titled(records, document, first, has_kind=False), first.said("url") if first else None))
    line = remarked(title or Said("without a title", ()), dated(document, "date"))
    return with_places(named("A document that another has replaced:", line), document.at("status"))
