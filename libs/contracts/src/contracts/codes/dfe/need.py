"""Where a contact came from, what a child needs, what was found and how work ended."""

from datetime import date
from typing import Final

from contracts.codes.code import Code, Validity

# A collection runs from 1 April to 31 March: a code that a collection brought or left out begins or ends there.
_FROM_2020: Final = Validity(valid_from=date(2020, 4, 1))
_FROM_2021: Final = Validity(valid_from=date(2021, 4, 1))
_FROM_2022: Final = Validity(valid_from=date(2022, 4, 1))
_UNTIL_2020: Final = Validity(valid_until=date(2020, 3, 31))


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
    EARLY_HELP = "5D", "Local authority early help", _FROM_2022
    POLICE = "6", "Police"
    OTHER_LEGAL = "7", "Other legal agency"
    OTHER = "8", "Other"
    ANONYMOUS = "9", "Anonymous"
    UNKNOWN = "10", "Unknown"


class PrimaryNeed(Code):
    """DfE children in need census, primary need; required unless a referral ends with no further action."""

    ABUSE_OR_NEGLECT = "N1", "Abuse or neglect"
    CHILD_DISABILITY = "N2", "Child's disability"
    PARENTAL_ILLNESS = "N3", "Parental disability or illness, addiction included"
    ACUTE_STRESS = "N4", "Family in acute stress"
    FAMILY_DYSFUNCTION = "N5", "Family dysfunction"
    UNACCEPTABLE_BEHAVIOUR = "N6", "Socially unacceptable behaviour"
    LOW_INCOME = "N7", "Low income"
    ABSENT_PARENTING = "N8", "Absent parenting"
    NOT_IN_NEED = "N9", "Cases other than children in need"
    NOT_STATED = "N0", "Not stated"


class SocialCareClosureReason(Code):
    """DfE children in need census, why social care for a child ended."""

    ADOPTED = "RC1", "Adopted"
    DIED = "RC2", "Died"
    CHILD_ARRANGEMENTS_ORDER = "RC3", "Child arrangements order"
    SPECIAL_GUARDIANSHIP = "RC4", "Special guardianship order"
    OTHER_AUTHORITY = "RC5", "Transferred to another local authority"
    ADULT_CARE = "RC6", "Transferred to adult social care"
    OTHER = "RC7", "Ended for another reason, no longer in need included"
    ASSESSED_NFA = "RC8", "Closed after assessment, no further action"
    ASSESSED_EARLY_HELP = "RC9", "Closed after assessment, referred to early help", _FROM_2022


class AbuseCategory(Code):
    """DfE children in need census, category of abuse in a child protection plan."""

    NEGLECT = "NEG", "Neglect"
    PHYSICAL = "PHY", "Physical abuse"
    SEXUAL = "SAB", "Sexual abuse"
    EMOTIONAL = "EMO", "Emotional abuse"
    MULTIPLE = "MUL", "Multiple, not recommended"


class AssessmentFactor(Code):
    """DfE children in need census, factors found at the end of an assessment; NONE stands alone.

    18A and 19A were divided into B (by a child) and C (by an adult) in the 2020-21 collection.
    """

    CHILD_ALCOHOL = "1A", "Alcohol misuse by the child"
    PARENT_ALCOHOL = "1B", "Alcohol misuse by a parent or carer"
    OTHER_ALCOHOL = "1C", "Alcohol misuse by another person in the household"
    CHILD_DRUGS = "2A", "Drug misuse by the child"
    PARENT_DRUGS = "2B", "Drug misuse by a parent or carer"
    OTHER_DRUGS = "2C", "Drug misuse by another person in the household"
    CHILD_DOMESTIC_ABUSE = "3A", "Domestic abuse of the child"
    PARENT_DOMESTIC_ABUSE = "3B", "Domestic abuse of a parent or carer"
    OTHER_DOMESTIC_ABUSE = "3C", "Domestic abuse of another person in the household"
    CHILD_MENTAL_HEALTH = "4A", "Mental health of the child"
    PARENT_MENTAL_HEALTH = "4B", "Mental health of a parent or carer"
    OTHER_MENTAL_HEALTH = "4C", "Mental health of another person in the household"
    CHILD_LEARNING_DISABILITY = "5A", "Learning disability of the child"
    PARENT_LEARNING_DISABILITY = "5B", "Learning disability of a parent or carer"
    OTHER_LEARNING_DISABILITY = "5C", "Learning disability of another person in the household"
    CHILD_PHYSICAL_DISABILITY = "6A", "Physical disability or illness of the child"
    PARENT_PHYSICAL_DISABILITY = "6B", "Physical disability or illness of a parent or carer"
    OTHER_PHYSICAL_DISABILITY = "6C", "Physical disability or illness of another person in the household"
    YOUNG_CARER = "7A", "Young carer"
    FOSTERED_OVERSEAS_RETURNING = "8B", "Privately fostered, from overseas, intends to return"
    FOSTERED_OVERSEAS_STAYING = "8C", "Privately fostered, from overseas, intends to stay"
    FOSTERED_UK_EDUCATION = "8D", "Privately fostered, from the UK, in an educational placement"
    FOSTERED_UK_FAMILY = "8E", "Privately fostered, from the UK, by an alternative family arrangement"
    FOSTERED_OTHER = "8F", "Privately fostered, other"
    UNACCOMPANIED_ASYLUM_SEEKER = "9A", "Unaccompanied asylum-seeking child"
    MISSING = "10A", "Going missing"
    SEXUAL_EXPLOITATION = "11A", "Child sexual exploitation"
    TRAFFICKING = "12A", "Trafficking"
    GANGS = "13A", "Gangs"
    UNACCEPTABLE_BEHAVIOUR = "14A", "Socially unacceptable behaviour"
    SELF_HARM = "15A", "Self-harm"
    NEGLECT = "16A", "Abuse or neglect: neglect"
    EMOTIONAL_ABUSE = "17A", "Abuse or neglect: emotional abuse"
    PHYSICAL_ABUSE = "18A", "Abuse or neglect: physical abuse", _UNTIL_2020
    PHYSICAL_ABUSE_BY_CHILD = "18B", "Abuse or neglect: physical abuse, child on child", _FROM_2020
    PHYSICAL_ABUSE_BY_ADULT = "18C", "Abuse or neglect: physical abuse, adult on child", _FROM_2020
    SEXUAL_ABUSE = "19A", "Abuse or neglect: sexual abuse", _UNTIL_2020
    SEXUAL_ABUSE_BY_CHILD = "19B", "Abuse or neglect: sexual abuse, child on child", _FROM_2020
    SEXUAL_ABUSE_BY_ADULT = "19C", "Abuse or neglect: sexual abuse, adult on child", _FROM_2020
    OTHER = "20", "Other"
    NONE = "21", "No factors found"
    FEMALE_GENITAL_MUTILATION = "22A", "Female genital mutilation"
    FAITH_LINKED_ABUSE = "23A", "Abuse linked to faith or belief"
    CRIMINAL_EXPLOITATION = "24A", "Child criminal exploitation", _FROM_2021


class ReviewParticipation(Code):
    """Sector data standard, how a child took part in a review; of use wherever a child's voice is gathered."""

    UNDER_FOUR = "PN0", "The child is under 4"
    SPEAKS = "PN1", "The child attends and speaks"
    ADVOCATE_SPEAKS = "PN2", "The child attends and an advocate speaks"
    NON_VERBAL = "PN3", "The child attends and gives views without words"
    SILENT = "PN4", "The child attends and does not contribute"
    ADVOCATE_BRIEFED = "PN5", "The child is absent and briefed an advocate"
    VIEWS_SENT = "PN6", "The child is absent and sent views"
    NO_VIEWS = "PN7", "The child is absent and gave no views"
