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
    ALLEGATION_AGAINST_STAFF = "allegation-against-staff", "Allegation against somebody who works with children"
    HARM_OUTSIDE_HOME = "harm-outside-home", "Harm outside the home, in a place or a group"
    CHILD_DEATH = "child-death", "Death of a child"
    OTHER = "other", "Something else"


class MissingItem(Code):
    """What a referral did not say, or says so that it has to be asked again.

    Never a reason to refuse it, always a task for triage.
    """

    REFERRER_NAME = "referrer-name", "The name of the person who refers"
    REFERRER_PHONE = "referrer-phone", "A phone number for the referrer"
    EMERGENCY_CALL = "emergency-call", "Whether anybody has called 999"
    LOCATION_NOW = "location-now", "Where each child is at this moment"
    WITH_NOW = "with-now", "Who is with each child at this moment"
    NEXT_CONTACT = "next-contact", "When a child will next meet the person who may have harmed them"

    CHILD_NAME = "child-name", "The child's name"
    DATE_OF_BIRTH = "date-of-birth", "Date of birth or expected date of birth"
    FUTURE_DATE_OF_BIRTH = "future-date-of-birth", "A date of birth that is not in the future"
    EXACT_DATE_OF_BIRTH = "exact-date-of-birth", "The exact date of birth; the one we have is a guess"
    EXPECTED_DATE_PASSED = "expected-date-passed", "Whether the baby is born, and when; the expected date has passed"
    IMPLAUSIBLE_DATE = (
        "implausible-date",
        "A date of birth that fits a child, or an expected date that fits a pregnancy",
    )
    CONTRADICTORY_DATES = "contradictory-dates", "Dates that fit one another and today"
    SEX = "sex", "Sex"
    UNBORN_SEX = "unborn-sex", "Sex U, as an unborn child is recorded"
    ETHNICITY = "ethnicity", "Ethnicity"
    DISABILITY = "disability", "Whether the child is disabled, and how"
    DISABILITY_CONTRADICTION = "disability-contradiction", "Whether the child is disabled; we have both none and some"
    INTERPRETER_LANGUAGE = "interpreter-language", "The language that an interpreter is needed for"
    NHS_NUMBER = "nhs-number", "NHS number"
    INVALID_NHS_NUMBER = "invalid-nhs-number", "An NHS number whose check digit is right"
    UPN_OR_REASON = "upn-or-reason", "Unique pupil number, or why there is none"
    INVALID_UPN = "invalid-upn", "A unique pupil number whose check letter is right"
    SHARED_NUMBER = "shared-number", "The number of each child; we have one number for two children"
    INVALID_LA_CHILD_ID = "invalid-la-child-id", "A local authority child id of up to 20 letters and digits"
    LA_CODE = "la-code", "The local authority whose child id it is"
    ADDRESS = "address", "Where the child lives"
    INVALID_POSTCODE = "invalid-postcode", "A postcode in the right form"
    SCHOOL = "school", "School or nursery"
    GP = "gp", "GP"

    HOUSEHOLD = "household", "Who lives with the child and who has parental responsibility"
    PARENTAL_RESPONSIBILITY = "parental-responsibility", "Who has parental responsibility"
    OTHER_PARENT = "other-parent", "The other parent, also when they live elsewhere, or why nobody is named"

    CONCERN_TYPE = "concern-type", "What kind of concern it is"
    SOURCE_OF_FACTS = "source-of-facts", "Whether the facts were seen, told or inferred, and who told them"
    IMPACT = "impact", "What it does to the child"
    WHAT_CHANGED = "what-changed", "What has changed, and why the referral comes now"
    DISCLOSURE_DETAILS = "disclosure-details", "To whom it was said, and when"
    SAFE_CONTACT = "safe-contact", "How to reach the family unseen by the abuser"
    FGM_KNOWLEDGE = "fgm-knowledge", "Whether female genital mutilation was done, is suspected or may be done"
    FGM_POLICE_REPORT = "fgm-police-report", "The number of the report that the professional made to the police"
    RADICALISATION_DETAILS = "radicalisation-details", "What draws the child in, who, and what the parents know"
    PRIVATE_FOSTERING_DATES = "private-fostering-dates", "When the private fostering began or will begin"
    PRIVATE_FOSTERING_CARERS = "private-fostering-carers", "Who the private foster carers are and where they live"
    MISSING_EPISODES = "missing-episodes", "When the child went missing and came back"
    MISSING_POLICE_REPORT = "missing-police-report", "The police's number for the missing child"
    DESIGNATED_OFFICER = "designated-officer", "Whether the local authority designated officer (LADO) has been told"
    PLACE_OR_PEERS = "place-or-peers", "The place, the times and the young people involved"
    CIRCUMSTANCES_OF_DEATH = (
        "circumstances-of-death",
        "When, where and how the child died, and whether police and coroner know",
    )

    CHILD_VOICE = "child-voice", "What the child said or showed, and how you know"
    PARENTS_INFORMED = "parents-informed", "Whether the parents or carers know about this referral"
    AGREEMENT_TO_REFERRAL = "agreement-to-referral", "Whether the family agreed to this referral"
    AGREEMENT = "agreement", "Whether the family agreed to checks, or why they were not asked"
    AGREEMENT_TO_HELP = "agreement-to-help", "Whether the family agreed to take help"
    AGREEMENT_DETAILS = "agreement-details", "Who agreed or refused, and when"
    DISPENSING_REASON = "dispensing-reason", "Why the family were not told or asked, or why to go on without agreement"
    LAWFUL_BASIS = "lawful-basis", "The lawful basis on which this is shared"

    PROFESSIONAL_AGREEMENT = "professional-agreement", "Whether the family agreed that each professional is asked"
    RISKS_TO_STAFF = "risks-to-staff", "Whether there is a risk to workers who visit"
    STAFF_RISK_REVIEW = "staff-risk-review", "When each risk to staff is to be looked at again"
    ATTACHMENT_PLACE = "attachment-place", "Where each paper is kept"


class Advice(Code):
    """What a sender is told to do besides: the label is what they read.

    Known FGM in a girl under 18: FGM Act 2003, section 5B, in force since 31 October 2015. Indecent images: the
    advice for schools on sharing nudes and semi-nudes. Designated officer and missing children: statutory guidance,
    Working Together to Safeguard Children, and on children who run away or go missing.
    """

    REPORT_KNOWN_FGM = (
        "report-known-fgm",
        "If you are a teacher or a regulated health or social care professional, report this to the police yourself, "
        "on 101, by the end of the next working day. We cannot do it for you. If the girl is in danger now, call 999.",
    )
    REPORT_MISSING = (
        "report-missing",
        "If a child is missing now, report it to the police first, and add the police's number to this referral.",
    )
    KEEP_IMAGES_WHERE_THEY_ARE = (
        "keep-images-where-they-are",
        "Do not copy, print, send or look again at indecent images. Keep devices safe and switched off for the police.",
    )
    TELL_DESIGNATED_OFFICER = (
        "tell-designated-officer",
        "Tell the local authority designated officer (LADO) within one working day. "
        "Do not tell the person it is about before you have spoken to them.",
    )
    KEEP_CONTACT_SAFE = (
        "keep-contact-safe",
        "Do not leave messages, letters or voicemail about this where the abuser may see or hear them.",
    )


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
