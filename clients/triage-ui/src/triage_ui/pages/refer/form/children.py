"""What is asked about each child."""

from typing import Final

from triage_ui.pages.refer.form.address import address
from triage_ui.pages.refer.form.model import Box, Kind, Question, Section

CHILDREN: Final = Section(
    "children",
    "The children",
    (
        Question(
            "name",
            "Who is the child?",
            (
                Box("first_name", "First name"),
                Box("last_name", "Last name"),
                Box("aliases", "Other names and spellings", Kind.LINES, hint="One on each line."),
                Box(
                    "description",
                    "If you do not know the name: who is this child?",
                    Kind.NARRATIVE,
                    hint="For example, about 6 years old, younger brother of Rowan, red school jumper.",
                ),
            ),
            hint="A child who is not born yet counts too.",
        ),
        Question(
            "where-now",
            "Where is the child now, and how can we reach them safely?",
            (
                Box("safe_to_contact", "Is it safe to call or message the child?", Kind.YES_NO),
                Box("contact_advice", "How can the child be reached safely?", Kind.NARRATIVE),
                Box("location_now", "Where is the child at this moment?"),
                Box("with_now", "Who is with the child at this moment?"),
                Box("phone", "The child's own phone number"),
                Box("email", "The child's own e-mail address"),
            ),
        ),
        Question(
            "birth",
            "When was the child born?",
            (
                Box("date_of_birth", "Date of birth", Kind.DAY, hint="For example, 4 5 2017."),
                Box("expected_date_of_birth", "If the child is not born yet: when is the birth expected?", Kind.DAY),
                Box("estimated_date", "Is the date a guess?", Kind.YES_NO),
            ),
            hint="Give one of the two dates, never both.",
        ),
        Question(
            "home",
            "Where does the child live?",
            (*address(0),),
        ),
        Question(
            "other-place",
            "Does the child live or stay anywhere else?",
            (
                Box("addresses/1/kind", "What does the child do there?", Kind.ONE, codes="address-kind"),
                *address(1),
            ),
        ),
        Question(
            "numbers",
            "Which numbers is the child known by?",
            (
                Box("nhs_number", "NHS number", hint="Ten digits. For example, 999 000 0018."),
                Box("upn", "Unique pupil number"),
                Box("upn_unknown_reason", "If there is none: why?", Kind.SELECT, codes="upn-unknown-reason"),
                Box("la_child_id", "The number a local authority knows the child by"),
                Box("la_code", "Which local authority?", Kind.SELECT, codes="local-authority"),
            ),
        ),
        Question(
            "about",
            "What is the child's sex, ethnicity and religion?",
            (
                Box("sex", "Sex", Kind.ONE, codes="sex"),
                Box("gender", "Gender, in the child's own words, if they have said"),
                Box("ethnicity", "Ethnicity", Kind.SELECT, codes="ethnicity"),
                Box("religion", "Religion or belief"),
            ),
        ),
        Question(
            "needs",
            "How does the child communicate, and what does the child need?",
            (
                Box("first_language", "The language the child is most at home in"),
                Box("interpreter_needed", "Is an interpreter needed to talk with the child?", Kind.YES_NO),
                Box("preferred_communication", "How does the child communicate best?"),
                Box("disabilities", "Is the child disabled, and how?", Kind.SEVERAL, codes="disability"),
                Box("disability_details", "What does the child need because of this?", Kind.NARRATIVE),
            ),
        ),
        Question(
            "services",
            "Which school, doctor and plans does the child have?",
            (
                Box("school/name", "School or nursery"),
                Box("school/attending", "Does the child come to it?", Kind.YES_NO),
                Box("school/year_group", "Class or year"),
                Box("gp", "GP practice"),
                Box("plans", "Plans and status now", Kind.SEVERAL, codes="current-plan"),
                Box("legal_status", "Orders about the child", hint="For example, an interim care order."),
                Box("allocated_worker", "The child's social worker or lead practitioner"),
            ),
        ),
        Question(
            "voice",
            "What did this child say or show?",
            (
                Box("voice/words", "What the child said or showed, in their own words", Kind.NARRATIVE),
                Box("voice/how_gathered", "How do you know?", Kind.NARRATIVE),
                Box("voice/wishes", "What does the child want to happen?", Kind.NARRATIVE),
                Box("voice/told_of_referral", "Does the child know about this referral?", Kind.YES_NO),
                Box("voice/reason_absent", "If the child's view is not here: why?", Kind.NARRATIVE),
            ),
        ),
    ),
    entries="children",
    one="child",
    names=("first_name", "last_name"),
)
