"""What is asked about everybody else: family, those who were told, and professionals."""

from typing import Final

from triage_ui.pages.refer.form.address import address
from triage_ui.pages.refer.form.model import Box, Kind, Question, Section

PEOPLE: Final = Section(
    "people",
    "Other people in the children's lives",
    (
        Question(
            "who",
            "Who is this person?",
            (
                Box("name", "Name, or who they are when you do not know it"),
                Box("role", "Who are they to the child?", Kind.SELECT, codes="family-role"),
                Box("relationship", "The same, in your own words"),
                Box("date_of_birth", "Date of birth", Kind.DAY),
                Box("sex", "Sex", Kind.ONE, codes="sex"),
            ),
        ),
        Question(
            "contact",
            "How can we reach this person safely?",
            (
                Box("safe_to_contact", "Is it safe to call, message or write to them?", Kind.YES_NO),
                Box("contact_advice", "How can they be reached safely?", Kind.NARRATIVE),
                Box("phone", "Phone number"),
                Box("email", "E-mail address"),
                Box("knows_of_referral", "Do they know about this referral?", Kind.YES_NO),
            ),
        ),
        Question(
            "part",
            "What is this person's part in the child's life?",
            (
                Box("parental_responsibility", "Do they have parental responsibility?", Kind.YES_NO),
                Box("lives_with_child", "Do they live with the child?", Kind.YES_NO),
                Box("alleged_perpetrator", "May they have harmed a child?", Kind.YES_NO),
                Box("first_language", "The language they are most at home in"),
                Box("interpreter_needed", "Is an interpreter needed to talk with them?", Kind.YES_NO),
                Box("notes", "Anything else about them", Kind.NARRATIVE),
            ),
        ),
        Question(
            "address",
            "Where does this person live, when not with the child?",
            (*address(0),),
        ),
    ),
    entries="household",
    one="person",
    hint="Parents and carers, brothers and sisters, and others who matter, also when they live elsewhere.",
    names=("name",),
)

FAMILY: Final = Section(
    "family",
    "The family as a whole",
    (
        Question(
            "family",
            "What else should we know about the family?",
            (
                Box("family/who_lives_where", "Homes and arrangements, when that is not simple", Kind.NARRATIVE),
                Box(
                    "family/other_parent_reason",
                    "If you name fewer than two parents: why?",
                    Kind.NARRATIVE,
                    hint="For example, not known, or has died.",
                ),
                Box("family/network", "Relatives and friends who help, or could", Kind.NARRATIVE),
                Box("family/pressures", "Money, housing, health and other pressures", Kind.NARRATIVE),
                Box("strengths", "What goes well?", Kind.NARRATIVE),
                Box("protective_factors", "What keeps the children safe?", Kind.NARRATIVE),
            ),
        ),
        Question(
            "risks-to-staff",
            "Could something hurt a worker who visits?",
            (
                Box(
                    "risks_to_staff",
                    "What could hurt a worker who visits, and what to do about it",
                    Kind.NARRATIVE,
                    hint="For example, a dog, weapons, violence. If you know of nothing, write that.",
                ),
            ),
        ),
    ),
)

PROFESSIONALS: Final = Section(
    "professionals",
    "Professionals who work with the family",
    (
        Question(
            "professional",
            "Who works with the family?",
            (
                Box("name", "Name"),
                Box("role", "What they are", hint="For example, health visitor."),
                Box("organisation", "Whom they work for"),
                Box("contact", "Phone number or e-mail address"),
                Box("last_contact", "When did they last see the child?"),
                Box(
                    "agreed_to_contact",
                    "Did the family agree that this person is asked?",
                    Kind.ONE,
                    codes="agreement-answer",
                ),
                Box("notes", "Anything else about their part in this", Kind.NARRATIVE),
            ),
        ),
    ),
    entries="professionals",
    one="professional",
    names=("name", "role"),
)
