"""Who a child is: sex, ethnicity, disability."""

from datetime import date
from typing import Final

from contracts.codes.code import Code, Validity

_UNTIL_2024: Final = Validity(valid_until=date(2024, 3, 31))
_FROM_2024: Final = Validity(valid_from=date(2024, 4, 1))


class Sex(Code):
    """DfE children in need census, sex (2024-25 on); U is compulsory for an unborn child."""

    FEMALE = "F", "Female", _FROM_2024
    MALE = "M", "Male", _FROM_2024
    UNKNOWN = "U", "Unknown or unborn", _FROM_2024


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


class Gender(Code):
    """DfE children in need census, gender, until sex replaced it in the 2024-25 collection."""

    NOT_RECORDED = "0", "Not recorded or unborn", _UNTIL_2024
    MALE = "1", "Male", _UNTIL_2024
    FEMALE = "2", "Female", _UNTIL_2024
    INDETERMINATE = "9", "Indeterminate", _UNTIL_2024


class Disability(Code):
    """DfE children in need census, disability; several may apply, NONE stands alone."""

    NONE = "NONE", "No disability"
    MOBILITY = "MOB", "Mobility"
    HAND_FUNCTION = "HAND", "Hand function"
    PERSONAL_CARE = "PC", "Personal care"
    INCONTINENCE = "INC", "Incontinence"
    COMMUNICATION = "COMM", "Communication"
    LEARNING = "LD", "Learning"
    HEARING = "HEAR", "Hearing"
    VISION = "VIS", "Vision"
    BEHAVIOUR = "BEH", "Behaviour"
    CONSCIOUSNESS = "CON", "Consciousness"
    AUTISM = "AUT", "Autism"
    OTHER = "DDA", "Another disability"
