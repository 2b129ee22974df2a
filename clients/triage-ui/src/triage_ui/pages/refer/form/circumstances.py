"""What is asked besides about some kinds of concern."""

from typing import Final

from triage_ui.pages.refer.form.model import Box, Kind, Question, Section

_ABUSE: Final = "concern/domestic_abuse"
_FGM: Final = "concern/fgm"
_EPISODE: Final = "concern/missing_episodes/0"
_ALLEGATION: Final = "concern/staff_allegation"
_FOSTERING: Final = "concern/private_fostering"

CIRCUMSTANCES: Final = Section(
    "circumstances",
    "Only where it applies",
    (
        Question(
            "domestic-abuse",
            "Is there domestic abuse?",
            (
                Box(f"{_ABUSE}/children_present", "Was a child there, or did a child hear it?", Kind.YES_NO),
                Box(f"{_ABUSE}/strangulation", "Was somebody strangled, or could somebody not breathe?", Kind.YES_NO),
                Box(f"{_ABUSE}/abuser_lives_there", "Does the abuser live with the family?", Kind.YES_NO),
                Box(f"{_ABUSE}/risk_checklist_score", "The score of a checklist such as DASH"),
                Box(f"{_ABUSE}/referred_to_marac", "Was a risk assessment conference (MARAC) asked for?", Kind.YES_NO),
                Box(f"{_ABUSE}/orders", "Bail conditions and court orders, and until when", Kind.NARRATIVE),
                Box(f"{_ABUSE}/police_reference", "The police's number for it"),
            ),
        ),
        Question(
            "missing",
            "Is a child missing, or was a child missing?",
            (
                Box(f"{_EPISODE}/from_day", "The day the child went missing", Kind.DAY),
                Box(f"{_EPISODE}/until_day", "The day the child was found or came back", Kind.DAY),
                Box(f"{_EPISODE}/from_where", "Where from?"),
                Box(f"{_EPISODE}/found_where", "Where was the child found?"),
                Box(f"{_EPISODE}/police_reference", "The police's number for it"),
                Box(f"{_EPISODE}/return_interview", "What did the child say after coming back?", Kind.NARRATIVE),
            ),
        ),
        Question(
            "fgm",
            "Is it about female genital mutilation?",
            (
                Box(f"{_FGM}/knowledge", "What is known?", Kind.ONE, codes="fgm-knowledge"),
                Box(f"{_FGM}/police_report_reference", "The number of your own report to the police"),
                Box(f"{_FGM}/police_reported_on", "When did you make it?", Kind.DAY),
                Box(f"{_FGM}/travel_plans", "A journey that is planned: where, when, with whom", Kind.NARRATIVE),
                Box(f"{_FGM}/relatives_affected", "Women and girls of the family it was done to", Kind.NARRATIVE),
            ),
        ),
        Question(
            "exploitation",
            "Is the child exploited, or harmed online or outside the home?",
            (
                Box("concern/exploitation/people", "Who may be exploiting the child?", Kind.NARRATIVE),
                Box("concern/exploitation/places", "Where?", Kind.NARRATIVE),
                Box("concern/online_harm/platforms", "Apps, games and sites", Kind.NARRATIVE),
                Box("concern/online_harm/account_names", "Accounts of people who may harm the child", Kind.NARRATIVE),
                Box("concern/place_or_peers/place", "The place outside the home", Kind.NARRATIVE),
                Box("concern/place_or_peers/times", "Days and times", Kind.NARRATIVE),
                Box("concern/place_or_peers/peer_group", "The young people involved", Kind.NARRATIVE),
            ),
            warning="Never copy, send or look again at an indecent image of a child. Say where it is.",
        ),
        Question(
            "radicalisation",
            "Is the child drawn into extremism?",
            (
                Box("concern/radicalisation/ideology", "What is the child drawn to?", Kind.NARRATIVE),
                Box("concern/radicalisation/contacts", "Who draws them in?", Kind.NARRATIVE),
                Box("concern/radicalisation/threats", "What was threatened or planned?", Kind.NARRATIVE),
                Box("concern/radicalisation/what_parents_know", "What do the parents know?", Kind.NARRATIVE),
            ),
        ),
        Question(
            "private-fostering",
            "Does the child live with somebody who is not a close relative?",
            (
                Box(f"{_FOSTERING}/started_on", "When did that begin, or when will it?", Kind.DAY),
                Box(f"{_FOSTERING}/ends_on", "When will it end?", Kind.DAY),
                Box(f"{_FOSTERING}/carers", "Who are the carers?", Kind.NARRATIVE),
                Box(f"{_FOSTERING}/purpose", "What for?", Kind.NARRATIVE),
            ),
            hint="For 28 days or more, and the child is under 16, or under 18 if disabled.",
        ),
        Question(
            "pre-birth",
            "Is the child not born yet?",
            (
                Box("concern/pre_birth/gestation_weeks", "How many weeks is the pregnancy along?", Kind.NUMBER),
                Box("concern/pre_birth/booked_at", "The hospital or midwifery team"),
                Box("concern/pre_birth/appointments_missed", "Antenatal care that was missed", Kind.NARRATIVE),
                Box("concern/pre_birth/earlier_children", "Earlier children, and where they live", Kind.NARRATIVE),
                Box("concern/pre_birth/birth_plan", "What is planned for the birth and after it?", Kind.NARRATIVE),
            ),
        ),
        Question(
            "allegation",
            "Is it about somebody who works with children?",
            (
                Box(f"{_ALLEGATION}/tests", "What may they have done?", Kind.SEVERAL, codes="allegation-test"),
                Box(f"{_ALLEGATION}/person", "Who is it about?"),
                Box(f"{_ALLEGATION}/role", "What do they do?"),
                Box(f"{_ALLEGATION}/employer", "Whom do they work or volunteer for?"),
                Box(f"{_ALLEGATION}/employer_informed", "Does the employer know?", Kind.YES_NO),
                Box(
                    f"{_ALLEGATION}/designated_officer_told",
                    "Has the local authority designated officer (LADO) been told?",
                    Kind.YES_NO,
                ),
                Box(f"{_ALLEGATION}/designated_officer_told_on", "When?", Kind.DAY),
            ),
        ),
    ),
)
