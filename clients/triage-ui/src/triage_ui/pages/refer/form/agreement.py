"""What is asked about help before, and about what the family knows and agreed to."""

from typing import Final

from triage_ui.pages.refer.form.model import Box, Kind, Question, Section


def _agreement(to: str, question: str) -> tuple[Box, ...]:
    return (
        Box(f"consent/{to}/answer", question, Kind.ONE, codes="agreement-answer"),
        Box(f"consent/{to}/given_by", "Who answered?"),
        Box(f"consent/{to}/relationship", "Who are they to the child?"),
        Box(f"consent/{to}/given_on", "When?", Kind.DAY),
        Box(f"consent/{to}/method", "How?", Kind.ONE, codes="agreement-method"),
        Box(f"consent/{to}/limited_to", "What did they limit it to?", Kind.NARRATIVE),
        Box(
            f"consent/{to}/reasons",
            "If nobody asked, or you go on without agreement: why?",
            Kind.SEVERAL,
            codes="dispensing-reason",
        ),
        Box(f"consent/{to}/reason_details", "The same, in your own words", Kind.NARRATIVE),
    )


AGREEMENT: Final = Section(
    "agreement",
    "What the family knows and agreed to",
    (
        Question("referral", "Did the family agree to this referral?", _agreement("to_referral", "What they said")),
        Question(
            "checks",
            "Did the family agree that agencies are asked what they know?",
            _agreement("to_checks", "What they said"),
        ),
        Question("help", "Did the family agree to take help or support?", _agreement("to_help", "What they said")),
        Question(
            "lawful-basis",
            "On what lawful basis do you share this?",
            (
                Box("consent/lawful_basis/bases", "In data protection law", Kind.SEVERAL, codes="sharing-basis"),
                Box("consent/lawful_basis/gateways", "The law that lets you share", Kind.SEVERAL, codes="lawful-basis"),
                Box("consent/lawful_basis/explanation", "Why is it necessary and proportionate?", Kind.NARRATIVE),
                Box("consent/lawful_basis/decided_by", "Who decided to share?"),
                Box("consent/lawful_basis/decided_on", "When?", Kind.DAY),
            ),
        ),
    ),
    hint="Agreement is not needed where a child may be at risk. Say why you go on without it.",
)

TOLD: Final = Section(
    "told",
    "Who was told, and who must not be told",
    (
        Question(
            "told",
            "Who was told of this referral, or must not be told?",
            (
                Box("person", "Who?"),
                Box("relationship", "Who are they to the child?"),
                Box("must_not_be_told", "Would telling them put somebody at risk?", Kind.YES_NO),
                Box("told", "Were they told?", Kind.YES_NO),
                Box("told_on", "When?", Kind.DAY),
                Box("response", "What did they say to it?", Kind.NARRATIVE),
                Box("reasons", "If they were not told: why?", Kind.SEVERAL, codes="dispensing-reason"),
                Box("reason_details", "The same, in your own words", Kind.NARRATIVE),
            ),
        ),
    ),
    entries="consent/told",
    one="person told or not told",
    names=("person",),
)

HELP: Final = Section(
    "help",
    "Help so far",
    (
        Question(
            "early-help",
            "Was there early help before?",
            (
                Box("early_help/assessed", "Is there an early help assessment?", Kind.YES_NO),
                Box("early_help/assessed_on", "When was it made?", Kind.DAY),
                Box("early_help/lead_practitioner", "Who leads it, and how can we reach them?"),
                Box("early_help/history", "What was done, and what did it change?", Kind.NARRATIVE),
            ),
        ),
    ),
)

HELP_OFFERED: Final = Section(
    "help-offered",
    "What was tried",
    (
        Question(
            "help",
            "What was tried?",
            (
                Box("what", "What was offered?", Kind.NARRATIVE),
                Box("by", "By whom?"),
                Box("started_on", "When did it begin?", Kind.DAY),
                Box("ended_on", "When did it end?", Kind.DAY),
                Box("result", "What became of it?", Kind.ONE, codes="help-result"),
                Box("result_details", "The same, in your own words", Kind.NARRATIVE),
            ),
        ),
    ),
    entries="help_offered",
    one="kind of help",
    names=("by",),
)

PAPERS: Final = Section(
    "papers",
    "Papers that go with this",
    (
        Question(
            "paper",
            "Which paper goes with this, and where is it?",
            (
                Box("kind", "What is it?", Kind.SELECT, codes="attachment-kind"),
                Box("title", "Its title"),
                Box("held_at", "Where is it kept, and whom can we ask for it?"),
                Box("dated", "Its date", Kind.DAY),
                Box("reference", "Its number"),
            ),
            warning="Do not write here what the paper says. Never send indecent images.",
        ),
    ),
    entries="attachments",
    one="paper",
    names=("title",),
)
