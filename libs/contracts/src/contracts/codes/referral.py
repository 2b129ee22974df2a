"""What referrals are about, what they lack, and what becomes of them where they are kept."""

from contracts.codes.code import Code


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


class SupplementKind(Code):
    """What a sender adds to a referral."""

    NEW_INFORMATION = "new-information", "New information"
    CORRECTION = "correction", "A fact put right"
    NEW_CHILD = "new-child", "Another child"
    ANSWER = "answer", "An answer to a question from the front door team"


class WithdrawalReason(Code):
    """Why a sender takes a referral back. A person still reads it and decides for every child."""

    SENT_IN_ERROR = "sent-in-error", "It was sent in error"
    WRONG_CHILD = "wrong-child", "It is about the wrong child"
    DUPLICATE = "duplicate", "It was sent twice"
    NO_LONGER_CONCERNED = "no-longer-concerned", "What was worrying turned out to be otherwise"
    AGREEMENT_WITHDRAWN = "agreement-withdrawn", "The family no longer agrees, and nobody is thought to be at risk"
    OTHER = "other", "Another reason"


class HoldReason(Code):
    """Why nothing of a referral may be destroyed, however long it was kept."""

    LEGAL_PROCEEDINGS = "legal-proceedings", "Legal proceedings"
    PUBLIC_INQUIRY = "public-inquiry", "A public inquiry"
    SAFEGUARDING_REVIEW = "safeguarding-review", "A child safeguarding practice review"
    COMPLAINT = "complaint", "A complaint or an ombudsman's enquiry"
    SUBJECT_REQUEST = "subject-request", "A person asked for their records"
    POLICE_INVESTIGATION = "police-investigation", "A police investigation"


class DisposalDecision(Code):
    """What a person decides about a referral whose time to be kept is over."""

    DESTROY = "destroy", "Destroy"
    KEEP = "keep", "Keep for longer"


class SuspensionReason(Code):
    """Why a partner system may not act for now."""

    KEY_COMPROMISED = "key-compromised", "Its key may be in the wrong hands"
    MISUSE = "misuse", "It was used for what it is not meant for"
    FAULTY = "faulty", "It sends what it should not, through a fault"
    AGREEMENT_ENDED = "agreement-ended", "The data sharing agreement has ended"
    REQUESTED = "requested", "The partner asked for it"
