"""What a referral lacks, in groups that a sender can read."""

from triage_ui.pages.own_referrals.missing import in_groups
from triage_ui.services.intake_own import MissingInformation


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
        ("What happens now", ["999"]),
        ("The children", ["Sex"]),
        ("The family", ["Risk to workers", "Who lives there"]),
        ("What the family knows and agreed to", ["Agreement"]),
    ]


def test_what_no_heading_is_known_for_is_said_all_the_same() -> None:
    assert in_groups([_missing("New", "/of_tomorrow"), _missing("Nowhere")]) == [
        ("Everything else", ["New", "Nowhere"])
    ]
