"""What a referral lacks, in groups that a sender can read."""

from triage_ui.pages.own_referrals.missing import Lacking, in_groups
from triage_ui.services.intake_own import MissingAsSent, MissingInformation


def _missing(label: str, *pointers: str) -> MissingInformation:
    return MissingInformation(item="one", label=label, pointers=pointers)


def test_what_is_missing_stands_under_what_it_is_about_in_the_order_of_the_form() -> None:
    missing = [
        _missing("Agreement", "/consent/to_checks"),
        _missing("Risk to workers", "/risks_to_staff"),
        _missing("Sex", "/children/0/sex", "/children/1/sex"),
        _missing("Who lives there", "/household"),
        _missing("999", "/immediate_safety/called_999"),
    ]

    assert in_groups(missing) == [
        ("What happens now", [Lacking("999")]),
        ("The children", [Lacking("Sex")]),
        ("The family", [Lacking("Risk to workers"), Lacking("Who lives there")]),
        ("What the family knows and agreed to", [Lacking("Agreement")]),
    ]


def test_what_no_heading_is_known_for_is_said_all_the_same() -> None:
    assert in_groups([_missing("New", "/of_tomorrow"), _missing("Nowhere")]) == [
        ("Everything else", [Lacking("New"), Lacking("Nowhere")])
    ]


def test_what_is_wrong_with_what_was_sent_is_said_once_beside_what_is_asked_for() -> None:
    short, letter = "This has 9 digits. An NHS number has 10.", "Character 8 is not a digit."
    sent = MissingAsSent(
        item="invalid-nhs-number",
        label="An NHS number",
        pointers=("/children/0/nhs_number", "/children/1/nhs_number", "/children/2/nhs_number"),
        details=(short, letter, short),
    )

    assert in_groups([sent]) == [("The children", [Lacking("An NHS number", (short, letter))])]
