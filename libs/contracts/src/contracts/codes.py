"""Code lists: versioned, typed enums with plain-English labels; codes travel, free text never does."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Self


class Code(StrEnum):
    """A member is its code on the wire; ``label`` is what a person reads."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Self:  # called with the code alone to look a member up
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member


class Rating(Code):
    """Urgency of handling (RAG), set early on thin facts and changeable; not the level of need."""

    RED = "red", "Red"
    AMBER = "amber", "Amber"
    GREEN = "green", "Green"
    BLUE = "blue", "Blue"


class ThresholdLevel(Code):
    """Level of need, decided at the end; partnerships give each level their own name."""

    UNIVERSAL = "1", "Level 1"
    ADDITIONAL = "2", "Level 2"
    COMPLEX = "3", "Level 3"
    ACUTE = "4", "Level 4"


class Outcome(Code):
    """What is decided for one child."""

    NO_FURTHER_ACTION = "no-further-action", "No further action"
    INFORMATION_AND_ADVICE = "information-and-advice", "Information and advice"
    RETURNED_TO_REFERRER = "returned-to-referrer", "Returned to referrer"
    EARLY_HELP = "early-help", "Early help or family help"
    SPECIALIST_AGENCY = "specialist-agency", "Specialist agency"
    ALLOCATED_WORKER = "allocated-worker", "Passed to allocated worker"
    ASSESSMENT = "assessment", "Child in need assessment"
    STRATEGY_DISCUSSION = "strategy-discussion", "Strategy discussion and child protection enquiry"
    OTHER_AUTHORITY = "other-authority", "Passed to another local authority"


class ConcernType(Code):
    """What a referral is about; one referral may carry several."""

    NEGLECT = "neglect", "Neglect"
    PHYSICAL_ABUSE = "physical-abuse", "Physical abuse"
    SEXUAL_ABUSE = "sexual-abuse", "Sexual abuse"
    EMOTIONAL_ABUSE = "emotional-abuse", "Emotional abuse"
    SEXUAL_EXPLOITATION = "sexual-exploitation", "Child sexual exploitation"
    CRIMINAL_EXPLOITATION = "criminal-exploitation", "Child criminal exploitation"
    TRAFFICKING = "trafficking", "Trafficking or modern slavery"
    ONLINE_HARM = "online-harm", "Online harm or grooming"
    BULLYING = "bullying", "Bullying"
    FGM = "fgm", "Female genital mutilation"
    RADICALISATION = "radicalisation", "Radicalisation"
    MISSING = "missing", "Missing from home or care"
    MISSING_EDUCATION = "missing-education", "Missing education"
    WEAPONS = "weapons", "Weapons"
    PRIVATE_FOSTERING = "private-fostering", "Private fostering"
    PRE_BIRTH = "pre-birth", "Unborn child"
    PARENTAL_SUBSTANCE_USE = "parental-substance-use", "Parental substance use"
    PARENTAL_MENTAL_HEALTH = "parental-mental-health", "Parental mental health"
    DOMESTIC_ABUSE = "domestic-abuse", "Domestic abuse"
    FAITH_LINKED_ABUSE = "faith-linked-abuse", "Abuse linked to faith or belief"
    SELF_HARM = "self-harm", "Self-harm"
    DISABLED_CHILD = "disabled-child", "Needs of a disabled child"
    PERSON_POSING_RISK = "person-posing-risk", "Person posing a risk to children"
    OTHER = "other", "Something else"


class ContactSource(Code):
    """DfE children in need census, source of contact."""

    FAMILY = "1A", "Family member, relative or carer"
    ACQUAINTANCE = "1B", "Acquaintance"
    SELF = "1C", "Self"
    OTHER_INDIVIDUAL = "1D", "Other individual"
    SCHOOLS = "2A", "Schools"
    EDUCATION_SERVICES = "2B", "Education services"
    GP = "3A", "GP"
    HEALTH_VISITOR = "3B", "Health visitor"
    SCHOOL_NURSE = "3C", "School nurse"
    OTHER_PRIMARY_HEALTH = "3D", "Other primary health services"
    EMERGENCY_DEPARTMENT = "3E", "A&E (emergency department)"
    OTHER_HEALTH = "3F", "Other health services"
    HOUSING = "4", "Housing"
    ADULT_SOCIAL_CARE = "5A", "Local authority social care"
    OTHER_INTERNAL = "5B", "Other department of the local authority"
    OTHER_AUTHORITY = "5C", "Other local authority"
    EARLY_HELP = "5D", "Local authority early help"
    POLICE = "6", "Police"
    OTHER_LEGAL = "7", "Other legal agency"
    OTHER = "8", "Other"
    ANONYMOUS = "9", "Anonymous"
    UNKNOWN = "10", "Unknown"


class Sex(Code):
    """DfE children in need census, sex (2024-25 on); U is compulsory for an unborn child."""

    FEMALE = "F", "Female"
    MALE = "M", "Male"
    UNKNOWN = "U", "Unknown or unborn"


class Ethnicity(Code):
    """DfE children in need census, ethnicity."""

    WBRI = "WBRI", "White British"
    WIRI = "WIRI", "White Irish"
    WIRT = "WIRT", "Traveller of Irish heritage"
    WOTH = "WOTH", "Any other White background"
    WROM = "WROM", "Gypsy or Roma"
    MWBC = "MWBC", "White and Black Caribbean"
    MWBA = "MWBA", "White and Black African"
    MWAS = "MWAS", "White and Asian"
    MOTH = "MOTH", "Any other Mixed background"
    AIND = "AIND", "Indian"
    APKN = "APKN", "Pakistani"
    ABAN = "ABAN", "Bangladeshi"
    AOTH = "AOTH", "Any other Asian background"
    BCRB = "BCRB", "Caribbean"
    BAFR = "BAFR", "African"
    BOTH = "BOTH", "Any other Black background"
    CHNE = "CHNE", "Chinese"
    OOTH = "OOTH", "Any other ethnic group"
    REFU = "REFU", "Refused"
    NOBT = "NOBT", "Information not yet obtained"


class MissingItem(Code):
    """What a referral did not say; never a reason to refuse it, always a task for triage."""

    DATE_OF_BIRTH = "date-of-birth", "Date of birth or expected date of birth"
    ADDRESS = "address", "Where the child lives"
    NHS_NUMBER = "nhs-number", "NHS number"
    ETHNICITY = "ethnicity", "Ethnicity"
    SEX = "sex", "Sex"
    SCHOOL = "school", "School or nursery"
    CHILD_VOICE = "child-voice", "What the child said or showed, and how you know"
    PARENTS_INFORMED = "parents-informed", "Whether the parents or carers know about this referral"
    AGREEMENT = "agreement", "Whether the family agreed to checks, or why they were not asked"
    HOUSEHOLD = "household", "Who lives with the child and who has parental responsibility"
    REFERRER_PHONE = "referrer-phone", "A phone number for the referrer"
    INVALID_NHS_NUMBER = "invalid-nhs-number", "An NHS number whose check digit is right"


class RatingReason(Code):
    """Why a rating is suggested; a suggestion is advisory, a person decides."""

    IMMEDIATE_DANGER = "immediate-danger", "The referrer says a child is in danger now"
    CONCERN_TYPE = "concern-type", "The kind of concern"
    REPEAT = "repeat", "An earlier referral named the same child"
    UNBORN = "unborn", "An unborn child"
    DEFAULT = "default", "No rule asks for more"


class Answer(Code):
    """How an agency answered; "nothing held" is an answer, silence is not."""

    SUPPLIED = "supplied", "Information supplied"
    PARTIAL = "partial", "Part of the information supplied"
    NOTHING_HELD = "nothing-held", "Nothing held"
    REFUSED = "refused", "Decided not to share"


class RefusalGround(Code):
    """Why an agency decided not to share; the decision and its reason are a record too."""

    MORE_DETRIMENTAL = "more-detrimental", "Sharing would be more harmful to the child than not sharing"
    LIVE_INVESTIGATION = "live-investigation", "A live investigation would be harmed"
    LEGAL_PRIVILEGE = "legal-privilege", "Legal privilege or a court order"
    NOT_RELEVANT = "not-relevant", "Not relevant or not proportionate to the request"
    THIRD_PARTY_RISK = "third-party-risk", "Another person would be put at risk"


class LawfulBasis(Code):
    """Gateway relied on when information is asked for (sources: policy packs)."""

    CHILDREN_ACT_1989_S17 = "children-act-1989-s17", "Children Act 1989 section 17"
    CHILDREN_ACT_1989_S47 = "children-act-1989-s47", "Children Act 1989 section 47"
    CHILDREN_ACT_2004_S10 = "children-act-2004-s10", "Children Act 2004 section 10"
    CHILDREN_ACT_2004_S11 = "children-act-2004-s11", "Children Act 2004 section 11"
    PUBLIC_TASK = "public-task", "UK GDPR Article 6(1)(e), public task"


class ClosureReason(Code):
    """Why a case is closed."""

    DECIDED = "decided", "Every child has a decision and no handover is needed"
    HANDED_OVER = "handed-over", "Every handover was accepted"


class NoticeKind(Code):
    """What a notice tells an agency."""

    REFERRAL_RECEIVED = "referral-received", "Referral received"
    INFORMATION_REQUESTED = "information-requested", "Information requested"
    REFERRAL_DECIDED = "referral-decided", "Referral decided"
    HANDOVER_OFFERED = "handover-offered", "Handover offered"
    CLOCK_WARNED = "clock-warned", "A step will soon be late"
    CLOCK_BREACHED = "clock-breached", "A step is late"


class Channel(Code):
    """How a notice reaches an agency; the inbox always holds it as well."""

    WEBHOOK = "webhook", "Webhook"
    EMAIL = "e-mail", "E-mail"
    INBOX = "inbox", "Inbox"


class DeliveryFailure(Code):
    """Why a delivery attempt, or a whole notice, failed."""

    UNREACHABLE = "unreachable", "The address could not be reached"
    TIMED_OUT = "timed-out", "No answer in time"
    REFUSED = "refused", "The receiver refused it"
    SERVER_ERROR = "server-error", "The receiver had an error"
    TOO_MANY_REQUESTS = "too-many-requests", "The receiver asked us to slow down"
    REDIRECTED = "redirected", "The receiver redirected us, which is not followed"
    GONE = "gone", "The receiver said the address is gone"
    ADDRESS_NOT_ALLOWED = "address-not-allowed", "The address is not allowed"
    NO_ENDPOINT = "no-endpoint", "No endpoint is known for the agency"
    ATTEMPTS_EXHAUSTED = "attempts-exhausted", "Every attempt failed"


class WithheldReason(Code):
    """Why a notice was not sent; deciding not to tell is a record too."""

    NOT_ENTITLED = "not-entitled", "The agency is not entitled to it"
    NOT_SAFE_TO_SAY = "not-safe-to-say", "Not safe to say to this agency"


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
    ACCESS_LOG = "access-log", "Access log"


class Purpose(Code):
    """What a person says a look is for."""

    TRIAGE = "triage", "Triage of this referral"
    CHILD_PROTECTION = "child-protection", "Child protection enquiry"
    OWN_REFERRAL = "own-referral", "Following one's own referral"
    ANSWER_REQUEST = "answer-request", "Answering an information request"
    AUDIT = "audit", "Audit or assurance"


class DenialReason(Code):
    """Why a look was refused."""

    ROLE = "role", "The role does not allow it"
    RELATIONSHIP = "relationship", "No relationship with the record"
    PARTNERSHIP = "partnership", "The record belongs to another partnership"
    PURPOSE = "purpose", "The purpose does not allow it"
    NOT_FOUND = "not-found", "No such record"


@dataclass(frozen=True)
class CodeList:
    """A published list: its version names the edition, its source says where the codes come from."""

    version: str
    source: str
    codes: type[Code]


_DFE = "DfE children in need census, 2024 schema: https://www.gov.uk/guidance/children-in-need-census"
_OWN = "Frontdoor"

CODE_LISTS: Mapping[str, CodeList] = MappingProxyType(
    {
        "rating": CodeList("1", _OWN, Rating),
        "threshold-level": CodeList("1", _OWN, ThresholdLevel),
        "outcome": CodeList("1", _OWN, Outcome),
        "concern-type": CodeList("1", _OWN, ConcernType),
        "contact-source": CodeList("2024", _DFE, ContactSource),
        "sex": CodeList("2024-25", _DFE, Sex),
        "ethnicity": CodeList("2024", _DFE, Ethnicity),
        "missing-item": CodeList("1", _OWN, MissingItem),
        "rating-reason": CodeList("1", _OWN, RatingReason),
        "answer": CodeList("1", _OWN, Answer),
        "refusal-ground": CodeList("1", _OWN, RefusalGround),
        "lawful-basis": CodeList("1", _OWN, LawfulBasis),
        "closure-reason": CodeList("1", _OWN, ClosureReason),
        "notice-kind": CodeList("1", _OWN, NoticeKind),
        "channel": CodeList("1", _OWN, Channel),
        "delivery-failure": CodeList("1", _OWN, DeliveryFailure),
        "withheld-reason": CodeList("1", _OWN, WithheldReason),
        "actor-kind": CodeList("1", _OWN, ActorKind),
        "record-kind": CodeList("1", _OWN, RecordKind),
        "purpose": CodeList("1", _OWN, Purpose),
        "denial-reason": CodeList("1", _OWN, DenialReason),
    }
)
