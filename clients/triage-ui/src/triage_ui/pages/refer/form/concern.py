"""What is asked about the worry itself: facts apart from opinion."""

from typing import Final

from triage_ui.pages.refer.form.model import Box, Kind, Question, Section

CONCERN: Final = Section(
    "concern",
    "What you are worried about",
    (
        Question(
            "types",
            "What is it about?",
            (Box("concern/types", "Choose all that apply", Kind.SEVERAL, codes="concern-type"),),
        ),
        Question(
            "facts",
            "What was seen or heard?",
            (
                Box(
                    "concern/facts",
                    "What was seen or heard, when, where and by whom",
                    Kind.NARRATIVE,
                    hint="Facts first. What you think it means is asked next.",
                ),
                Box("concern/source", "How do you know this?", Kind.ONE, codes="information-source"),
                Box("concern/told_by", "If you did not see it: who told you?"),
            ),
        ),
        Question(
            "meaning",
            "What do you think it means?",
            (
                Box("concern/opinion", "What you think it means", Kind.NARRATIVE),
                Box("concern/impact", "What does it do to the child?", Kind.NARRATIVE),
                Box("concern/severity", "How bad is it?", Kind.NARRATIVE),
                Box("concern/frequency", "How often does it happen?", Kind.ONE, codes="frequency"),
                Box("concern/what_changed", "What has changed, and why do you refer now?", Kind.NARRATIVE),
                Box("concern/history", "What happened before?", Kind.NARRATIVE),
            ),
        ),
        Question(
            "voice",
            "What did the children say or show?",
            (
                Box("child_voice/words", "What they said or showed, in their own words", Kind.NARRATIVE),
                Box("child_voice/how_gathered", "How do you know?", Kind.NARRATIVE),
                Box("child_voice/wishes", "What do they want to happen?", Kind.NARRATIVE),
                Box("child_voice/reason_absent", "If their view is not here: why?", Kind.NARRATIVE),
            ),
            hint="If you refer several children who said different things, use the page of each child.",
        ),
        Question(
            "response",
            "What do you hope for?",
            (
                Box("requested_response", "What you hope for", Kind.ONE, codes="requested-response"),
                Box("believed_level", "The level of need you believe applies", Kind.ONE, codes="threshold-level"),
            ),
        ),
    ),
)

SAID: Final = Section(
    "said",
    "What somebody told you",
    (
        Question(
            "said",
            "What was said to you?",
            (
                Box("words", "Exactly what was said", Kind.NARRATIVE),
                Box("said_by", "Who said it?"),
                Box("told_to", "To whom?"),
                Box("told_at", "When?", hint="A date, a date and time, or in your own words."),
                Box("language", "In which language, and who interpreted?"),
                Box("asked", "What was asked before it was said?", Kind.NARRATIVE),
            ),
        ),
    ),
    entries="concern/disclosures",
    one="statement",
    names=("said_by",),
)

INCIDENTS: Final = Section(
    "incidents",
    "What happened, one by one",
    (
        Question(
            "incident",
            "What happened?",
            (
                Box("what", "What happened", Kind.NARRATIVE),
                Box("when", "When?", hint="A date, a date and time, or in your own words."),
                Box("where", "Where?"),
                Box("source", "How do you know this?", Kind.ONE, codes="information-source"),
                Box("told_by", "If you did not see it: who told you?"),
            ),
        ),
    ),
    entries="concern/incidents",
    one="incident",
    names=("when",),
)
