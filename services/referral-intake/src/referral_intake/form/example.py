"""The example of a referral that the API documentation shows."""

from typing import Any, Final

EXAMPLE: Final[dict[str, Any]] = {
    "immediate_danger": False,
    "referrer": {
        "kind": "professional",
        "name": "Morgan Adeyemi-Clarke",
        "role": "Designated safeguarding lead",
        "organisation": "Ashcroft Primary School",
        "phone": "020 7946 0199",
        "best_time_to_call": "Until 17:00",
        "own_reference": "ASH-2026-0520",
    },
    "children": [
        {
            "first_name": "Rowan",
            "last_name": "Testerley",
            "date_of_birth": "2017-05-04",
            "sex": "M",
            "ethnicity": "NOBT",
            "disabilities": ["NONE"],
            "nhs_number": "999 000 0018",
            "upn_unknown_reason": "UN4",
            "addresses": [{"lines": ["12 Invented Street"], "postcode": "ZZ99 3AB"}],
            "school": {"name": "Ashcroft Primary School", "attending": True},
            "gp": "Mulberry Rise Surgery",
        }
    ],
    "household": [
        {
            "name": "Jo Testerley",
            "role": "mother",
            "parental_responsibility": True,
            "lives_with_child": True,
        }
    ],
    "family": {"other_parent_reason": "Rowan's father died in 2019."},
    "concern": {
        "types": ["neglect"],
        "facts": "Rowan has come to school without a coat every day this week and fell asleep in class twice.",
        "source": "seen",
        "opinion": "We think nobody is at home in the mornings.",
        "impact": "He is cold and too tired to learn.",
        "what_changed": "His grandmother, who used to bring him, went into hospital.",
    },
    "child_voice": {"words": "I get myself up.", "how_gathered": "Talking at breakfast club"},
    "consent": {
        "parents_informed": True,
        "to_referral": {
            "answer": "agreed",
            "given_by": "Jo Testerley",
            "given_on": "2026-11-20",
            "method": "telephone",
        },
        "to_checks": {"answer": "agreed", "given_by": "Jo Testerley", "given_on": "2026-11-20", "method": "telephone"},
    },
    "requested_response": "safeguarding",
    "risks_to_staff": "None known.",
}
