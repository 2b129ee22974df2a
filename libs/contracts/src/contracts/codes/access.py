"""Who looks at which records, what for, and why not."""

from contracts.codes.code import Code


class ActorKind(Code):
    """Who looked or acted."""

    PERSON = "person", "A person"
    PARTNER = "partner", "A partner system"
    SERVICE = "service", "A Frontdoor service"
    OPERATOR = "operator", "An operator"


class RecordKind(Code):
    """What was looked at."""

    REFERRAL = "referral", "Referral status"
    REFERRAL_DOCUMENT = "referral-document", "Referral document"
    CASE = "case", "Case"
    INFORMATION_REQUEST = "information-request", "Information request"
    INFORMATION_ANSWER = "information-answer", "Information answer"
    HANDOVER = "handover", "Handover"
    NOTICE = "notice", "Notice"
    QUESTION = "question", "Question to the sender"
    ACCESS_LOG = "access-log", "Access log"
    LOG_ENTRIES = "log-entries", "Entries of the log"
    DISCLOSURE_RECEIPT = "disclosure-receipt", "Disclosure receipt"


class Purpose(Code):
    """What a person says a look is for."""

    TRIAGE = "triage", "Triage of this referral"
    CHILD_PROTECTION = "child-protection", "Child protection enquiry"
    OWN_REFERRAL = "own-referral", "Following one's own referral"
    ANSWER_REQUEST = "answer-request", "Answering an information request"
    RECORDS = "records", "Deciding how long a record is kept"
    AUDIT = "audit", "Audit or assurance"
    DISCLOSURE = "disclosure", "Answering a person's request or a court"


class DenialReason(Code):
    """Why a look was refused."""

    ROLE = "role", "The role does not allow it"
    RELATIONSHIP = "relationship", "No relationship with the record"
    PARTNERSHIP = "partnership", "The record belongs to another partnership"
    PURPOSE = "purpose", "The purpose does not allow it"
    NOT_FOUND = "not-found", "No such record"
    RESTRICTED = "restricted", "The record is restricted"
