"""What comes before everything else: danger, safe contact, and who is worried."""

from typing import Final

from triage_ui.pages.refer.form.model import Box, Kind, Question, Section

_IN_DANGER: Final = "immediate_danger:yes"

FIRST: Final = Section(
    "first",
    "Before anything else",
    (
        Question(
            "danger",
            "Immediate danger",
            (
                Box("immediate_danger", "Is a child in danger now?", Kind.YES_NO),
                Box("immediate_safety/called_999", "Has somebody called 999?", Kind.YES_NO, shown_for=_IN_DANGER),
                Box("immediate_safety/emergency_reference", "The number they gave", shown_for=_IN_DANGER),
                Box("immediate_safety/present", "Who is at the scene?", shown_for=_IN_DANGER),
                Box(
                    "immediate_safety/next_contact_with_abuser",
                    "When will a child next meet the person who may have harmed them?",
                    hint="A date, a time, or in your own words. For example, collects them from school on Friday.",
                ),
                Box(
                    "immediate_safety/details",
                    "What else must those who go there know?",
                    Kind.NARRATIVE,
                    shown_for=_IN_DANGER,
                ),
            ),
            warning="If a child is in danger now, call 999 first and ask for the police. "
            "Sending this form does not send anyone to the child.",
        ),
        Question(
            "safe-contact",
            "Safe contact",
            (
                Box(
                    "concern/domestic_abuse/safe_contact",
                    "If there is domestic abuse: how can the family be reached unseen by the abuser?",
                    Kind.NARRATIVE,
                    hint="For example, a phone number that is safe, times, a person to go through. "
                    "You are asked about each child and each person on their own pages.",
                ),
                Box("consent/parents_informed", "Do the parents or carers know about this referral?", Kind.YES_NO),
                Box("consent/parents_informed_reason", "Why do they know, or why not?", Kind.NARRATIVE),
            ),
        ),
    ),
)

YOU: Final = Section(
    "you",
    "About you",
    (
        Question(
            "you",
            "Who are you, and how can we reach you?",
            (
                Box("referrer/name", "Your name", autocomplete="name"),
                Box("referrer/role", "Your role", hint="For example, designated safeguarding lead."),
                Box("referrer/phone", "Phone number", autocomplete="tel"),
                Box("referrer/email", "E-mail address", autocomplete="email"),
                Box("referrer/best_time_to_call", "When can we ring you?"),
                Box("referrer/safe_to_call_back", "Is it safe for us to call you back?", Kind.YES_NO),
                Box("referrer/own_reference", "Your own number for this, for your records"),
            ),
            hint="Give a phone number or an e-mail address.",
        ),
        Question(
            "manager",
            "Whom can we ask when we cannot reach you?",
            (
                Box("referrer/line_manager/name", "Their name"),
                Box("referrer/line_manager/phone", "Their phone number"),
                Box("referrer/line_manager/email", "Their e-mail address"),
            ),
        ),
    ),
)
