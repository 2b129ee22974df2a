"""The answers that the referral form offers, where no national list has them."""

from contracts.codes.code import Code


class ReferrerKind(Code):
    """In which capacity somebody refers."""

    PROFESSIONAL = "professional", "A professional or volunteer, at work"
    PUBLIC = "public", "A member of the public, a relative or the child"


class AddressKind(Code):
    """What somebody does at an address."""

    HOME = "home", "Lives there"
    TEMPORARY = "temporary", "Stays there for now"
    PREVIOUS = "previous", "Lived there before"
    OTHER = "other", "Something else"


class FamilyRole(Code):
    """Who somebody is to a child."""

    MOTHER = "mother", "Mother"
    FATHER = "father", "Father"
    PARENT = "parent", "Parent, without saying which"
    STEP_PARENT = "step-parent", "Step-parent"
    PARTNER_OF_PARENT = "partner-of-parent", "Partner of a parent"
    SIBLING = "sibling", "Brother or sister, also half or step"
    GRANDPARENT = "grandparent", "Grandparent"
    OTHER_RELATIVE = "other-relative", "Another relative"
    GUARDIAN = "guardian", "Guardian"
    FOSTER_CARER = "foster-carer", "Foster carer"
    PRIVATE_FOSTER_CARER = "private-foster-carer", "Private foster carer"
    SIGNIFICANT_ADULT = "significant-adult", "Another adult who matters to the child"
    OTHER_CHILD = "other-child", "Another child in the household"
    OTHER = "other", "Somebody else"
    UNKNOWN = "unknown", "Not known"


class CurrentPlan(Code):
    """Which plan or status a child has now, and that it had a child protection plan."""

    NONE = "none", "None"
    EARLY_HELP = "early-help", "Early help or family help plan"
    CHILD_IN_NEED = "child-in-need", "Child in need plan"
    CHILD_PROTECTION = "child-protection", "Child protection plan"
    CHILD_PROTECTION_ENDED = "child-protection-ended", "Child protection plan that has ended"
    LOOKED_AFTER = "looked-after", "Looked after by a local authority"
    CARE_LEAVER = "care-leaver", "Care leaver"
    EDUCATION_HEALTH_CARE = "education-health-care", "Education, health and care plan"


class InformationSource(Code):
    """How a referrer knows something."""

    SEEN = "seen", "Seen or heard by the referrer"
    TOLD_BY_CHILD = "told-by-child", "Told by the child"
    TOLD_BY_FAMILY = "told-by-family", "Told by a parent, carer or relative"
    TOLD_BY_PROFESSIONAL = "told-by-professional", "Told by another professional"
    TOLD_BY_OTHER = "told-by-other", "Told by somebody else"
    RECORD = "record", "Read in a record"
    INFERRED = "inferred", "Inferred from other things"


class Frequency(Code):
    """How often something happens."""

    ONCE = "once", "Once"
    SEVERAL_TIMES = "several-times", "Several times"
    WEEKLY = "weekly", "About every week"
    DAILY = "daily", "About every day"
    ALL_THE_TIME = "all-the-time", "All the time"
    UNKNOWN = "unknown", "Not known"


class FgmKnowledge(Code):
    """What is known of female genital mutilation; the first two are the cases of FGM Act 2003, section 5B."""

    TOLD_BY_GIRL = "told-by-girl", "The girl says that it was done to her"
    SIGNS_SEEN = "signs-seen", "Physical signs were seen"
    SUSPECTED = "suspected", "It is suspected to have been done"
    AT_RISK = "at-risk", "It may be done to her"


class AllegationTest(Code):
    """Why an allegation against somebody who works with children goes to the designated officer."""

    HARMED_CHILD = "harmed-child", "May have harmed a child"
    POSSIBLE_OFFENCE = "possible-offence", "May have committed an offence against a child"
    RISK_OF_HARM = "risk-of-harm", "May pose a risk of harm to children"
    UNSUITABLE = "unsuitable", "Behaved so that they may not be suitable to work with children"


class HelpResult(Code):
    """What became of help that was offered."""

    WORKING = "working", "Taken up, and it helps"
    TAKEN_UP = "taken-up", "Taken up; too early to say"
    DID_NOT_HELP = "did-not-help", "Taken up, and things did not change"
    ENDED = "ended", "Taken up, and ended"
    DECLINED = "declined", "Declined"
    NOT_AVAILABLE = "not-available", "Not to be had"
    UNKNOWN = "unknown", "Not known"


class AgreementAnswer(Code):
    """What somebody said when asked to agree."""

    AGREED = "agreed", "Agreed"
    REFUSED = "refused", "Refused"
    NOT_ASKED = "not-asked", "Not asked"


class AgreementMethod(Code):
    """How somebody was asked, told or answered."""

    IN_PERSON = "in-person", "In person"
    VIDEO = "video", "By video"
    TELEPHONE = "telephone", "By telephone"
    WRITING = "writing", "In writing"
    ELECTRONIC = "electronic", "By e-mail, message or online form"


class DispensingReason(Code):
    """Why a family was not asked or told (practice: Sefton and Staffordshire; DPA 2018, schedule 1, paragraph 18)."""

    INCREASES_RISK = "increases-risk", "Asking or telling would increase the risk to somebody"
    ALERTS_ABUSER = "alerts-abuser", "It would alert an abuser"
    HARMS_EVIDENCE = "harms-evidence", "It would harm evidence or an investigation"
    UNDUE_DELAY = "undue-delay", "It would cause undue delay"
    CANNOT_BE_REACHED = "cannot-be-reached", "They could not be reached or are not known"
    CANNOT_AGREE = "cannot-agree", "They are not able to agree"
    IMPRACTICABLE = "impracticable", "The setting made it impracticable, such as an emergency department"
    NOT_NEEDED = "not-needed", "Agreement is not needed; they were told openly"
    OTHER = "other", "Another reason"


class SharingBasis(Code):
    """The lawful basis on which a sender shares (UK GDPR, Article 6; Data Protection Act 2018, Part 3)."""

    LEGAL_OBLIGATION = "legal-obligation", "Legal obligation, Article 6(1)(c)"
    VITAL_INTERESTS = "vital-interests", "Vital interests, Article 6(1)(d)"
    PUBLIC_TASK = "public-task", "Public task, Article 6(1)(e)"
    RECOGNISED_INTEREST = "recognised-interest", "Recognised legitimate interest: safeguarding, Article 6(1)(ea)"
    LEGITIMATE_INTERESTS = "legitimate-interests", "Legitimate interests, Article 6(1)(f)"
    CONSENT = "consent", "Consent, Article 6(1)(a)"
    LAW_ENFORCEMENT = "law-enforcement", "Law enforcement, Data Protection Act 2018 Part 3"


class RequestedResponse(Code):
    """What the sender hopes for."""

    SAFEGUARDING = "safeguarding", "A safeguarding response"
    EARLY_HELP = "early-help", "Early help or family help"
    TARGETED_YOUTH = "targeted-youth", "Targeted youth support"
    CONSULTATION = "consultation", "A conversation about what to do"


class AttachmentKind(Code):
    """What a paper that goes with a referral is."""

    EARLY_HELP_ASSESSMENT = "early-help-assessment", "Early help assessment"
    RISK_CHECKLIST = "risk-checklist", "Risk checklist, such as DASH"
    BODY_MAP = "body-map", "Body map"
    CHRONOLOGY = "chronology", "Chronology"
    PHOTOGRAPH = "photograph", "Photograph"
    MEDICAL_REPORT = "medical-report", "Medical report"
    SCHOOL_REPORT = "school-report", "School report or attendance record"
    COURT_ORDER = "court-order", "Court order"
    BIRTH_PLAN = "birth-plan", "Birth plan"
    OTHER = "other", "Something else"
