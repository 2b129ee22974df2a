"""What triage rates, asks, decides and closes."""

from contracts.codes.code import Code


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


class RatingReason(Code):
    """Why a rating is suggested; a suggestion is advisory, a person decides."""

    IMMEDIATE_DANGER = "immediate-danger", "The referrer says a child is in danger now"
    CONCERN_TYPE = "concern-type", "The kind of concern"
    REPEAT = "repeat", "An earlier referral named the same child"
    UNBORN = "unborn", "An unborn child"
    CHILD_PROTECTION_PLAN = "child-protection-plan", "A child has, or had, a child protection plan"
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


class AnswerMoment(Code):
    """When an agency answered, corrected or withdrew, seen from the decisions for the children it was asked about."""

    BEFORE_DECISION = "before-decision", "Before the decision"
    AFTER_DECISION = "after-decision", "After the decision"
    AFTER_CLOSURE = "after-closure", "After the case was closed"


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


class SupersedingReason(Code):
    """Why a child is decided again; the words stay with triage."""

    NEWS_FROM_SENDER = "news-from-sender", "The sender of the referral said something new"
    AGENCY_INFORMATION = "agency-information", "An agency answered, or corrected or withdrew its answer"
    HANDOVER_RETURNED = "handover-returned", "The team that was offered the child returned it"
    MISTAKE_FOUND = "mistake-found", "The earlier decision was a mistake"


class HandoverReturnReason(Code):
    """Why a team returns a handover instead of accepting it; the words stay with triage."""

    ANOTHER_TEAM = "another-team", "Another team should have it"
    THRESHOLD_NOT_MET = "threshold-not-met", "The team does not agree with the level of need"
    INFORMATION_MISSING = "information-missing", "The team needs to know more before it can accept"
    NO_AGREEMENT = "no-agreement", "The family has not agreed to the help"
    ALREADY_OPEN = "already-open", "Somebody else works with the family already"
    NO_CAPACITY = "no-capacity", "The team cannot start in time"


class HandoverWithdrawalReason(Code):
    """Why an offer that was not accepted no longer stands."""

    DECIDED_AGAIN = "decided-again", "A child of it was decided again"
    TAKEN_BACK = "taken-back", "The front door team took its offer back"


class CaseNews(Code):
    """What is new in a case, from the sender of its referral, from an agency that was asked, or from a team."""

    NEW_INFORMATION = "new-information", "The sender added information"
    CORRECTION = "correction", "The sender put a fact right"
    NEW_CHILD = "new-child", "The sender named another child"
    ANSWER = "answer", "The sender answered a question"
    WITHDRAWN = "withdrawn", "The sender takes the referral back"
    AGENCY_ANSWER = "agency-answer", "An agency answered"
    AGENCY_CORRECTION = "agency-correction", "An agency corrected its answer"
    AGENCY_WITHDRAWAL = "agency-withdrawal", "An agency took its answer back"
    HANDOVER_RETURNED = "handover-returned", "A team returned a handover"
