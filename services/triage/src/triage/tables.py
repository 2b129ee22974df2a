"""The tables of this service, beside those of delivery."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.delivery.tables import add_to
from chassis.web import commands, suspension

metadata = MetaData()
add_to(metadata)
suspension.add_to(metadata)
commands.add_to(metadata)

_AT = DateTime(timezone=True)
_COUNTED = ["rating", "waits_for", "worker", "team", "due_at", "unseen"]
"""What filters look at: in the index, so that counting every filter reads no row."""

case = Table(
    "case",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, nullable=False, unique=True),
    Column("partnership", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("received_at", _AT, nullable=False),
    Column("opened_at", _AT, nullable=False),
    Column("suggested_rating", Text, nullable=False),
    Column("suggestion_reasons", ARRAY(Text), nullable=False),
    Column("concern_types", ARRAY(Text), nullable=False),
    Column("missing_information", ARRAY(Text), nullable=False),
    Column("immediate_danger", Boolean, nullable=False),
    Column("previous_referral_id", Uuid),
    Column("document_url", Text, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("rating", Text),
    Column("decision_due_at", _AT, nullable=False),
    Column("closed_at", _AT),
    Column("closed_reason", Text),
    Column("reopened_at", _AT),
    Column("version", Integer, nullable=False),
    Column("changed_version", Integer, nullable=False),
    Column("worker", Text),
    Column("team", Text),
    Column("assigned_by", Text),
    Column("assigned_at", _AT),
    Column("assigned_version", Integer, nullable=False, server_default=text("0")),
    # From here on: what the queue shows and sorts by, begun by ``store.record_opened`` and kept by ``store.keep_lines``
    # whenever the case changes.
    Column("due_at", _AT),
    Column("waits_for", Text, nullable=False, server_default=text("'rating'")),
    Column("children", Integer, nullable=False, server_default=text("0")),
    Column("undecided", Integer, nullable=False, server_default=text("0")),
    Column("deciding_again", Integer, nullable=False, server_default=text("0")),
    Column("stale", Integer, nullable=False, server_default=text("0")),
    Column("handovers_outstanding", Integer, nullable=False, server_default=text("0")),
    Column("requests_made", Integer, nullable=False, server_default=text("0")),
    Column("requests_outstanding", Integer, nullable=False, server_default=text("0")),
    Column("unanswered", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("questions_outstanding", Integer, nullable=False, server_default=text("0")),
    Column("unseen_news", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("unseen", Integer, nullable=False, server_default=text("0")),
    Column("unseen_danger", Boolean, nullable=False, server_default=text("false")),
    Column("news_at", _AT),
    Index(
        "case_queue",
        "partnership",
        text("coalesce(due_at, 'infinity'::timestamptz)"),
        "received_at",
        "case_id",
        postgresql_include=_COUNTED,
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(
        "case_closed",
        "partnership",
        "closed_at",
        "received_at",
        "case_id",
        postgresql_include=_COUNTED,
        postgresql_where=text("closed_at IS NOT NULL"),
    ),
    Index("case_reference", "reference"),
    comment="What triage works on: one row for each referral, with its line in the queue. changed_version is the last "
    "event about the children: no alarm, and not who has the case.",
)

last_look = Table(
    "last_look",
    metadata,
    Column("case_id", Uuid, ForeignKey("case.case_id"), primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("looked_at", _AT, nullable=False),
    Column("version", Integer, nullable=False),
    comment="When each of triage's staff last opened a case, and the version of it that was seen.",
)

worker = Table(
    "worker",
    metadata,
    Column("partnership", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("team", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("seen_at", _AT, nullable=False),
    comment="Triage's staff as the issuer last vouched for them: to whom a case can be assigned. No names.",
)

child = Table(
    "child",
    metadata,
    Column("child_id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("case.case_id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("unborn", Boolean, nullable=False),
    Column("plans", ARRAY(Text)),
    Index("child_case", "case_id", "place"),
    comment="The children of a case, in the order of the referral.",
)

rating = Table(
    "rating",
    metadata,
    Column("case_id", Uuid, ForeignKey("case.case_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("rating", Text, nullable=False),
    Column("previous_rating", Text),
    Column("rationale", Text),
    Column("rated_by", Text, nullable=False),
    Column("rated_at", _AT, nullable=False),
    Column("decision_due_at", _AT, nullable=False),
    comment="Every rating a case has had, at the version of the case it made.",
)

information_request = Table(
    "information_request",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("case.case_id"), nullable=False),
    Column("agency", Text, nullable=False),
    Column("lawful_basis", Text, nullable=False),
    Column("child_ids", ARRAY(Uuid), nullable=False),
    Column("question", Text, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", _AT, nullable=False),
    Column("due_at", _AT, nullable=False),
    Column("policy_version", Text, nullable=False),
    Index("information_request_case", "case_id"),
    Index("information_request_agency", "agency", "requested_at", "request_id"),
    comment="One question to one agency.",
)

information_answer = Table(
    "information_answer",
    metadata,
    Column("request_id", Uuid, ForeignKey("information_request.request_id"), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("statement", Text, nullable=False),
    Column("answer", Text),
    Column("content", Text),
    Column("refusal_ground", Text),
    Column("refusal_reason", Text),
    Column("reason", Text),
    Column("said_by", Text, nullable=False),
    Column("said_at", _AT, nullable=False),
    CheckConstraint("(statement = 'withdrawn') = (answer IS NULL)", name="information_answer_withdrawn"),
    comment="Everything an agency said to a request: its answer, corrections, withdrawals. The last one stands.",
)

question = Table(
    "question",
    metadata,
    Column("question_id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("case.case_id"), nullable=False),
    Column("agency", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", _AT, nullable=False),
    Column("due_at", _AT, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("supplement_id", Uuid),
    Column("answered_at", _AT),
    Index("question_case", "case_id"),
    Index("question_open", "agency", "asked_at", "question_id", postgresql_where=text("answered_at IS NULL")),
    comment="One question to the sender of a referral. Its answer is a supplement, kept with the referral.",
)

news = Table(
    "news",
    metadata,
    Column("case_id", Uuid, ForeignKey("case.case_id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("what", Text, nullable=False),
    Column("told_at", _AT, nullable=False),
    Column("about", ARRAY(Uuid), nullable=False),
    Column("edition", Integer),
    Column("document_url", Text),
    Column("child_ids", ARRAY(Uuid), nullable=False),
    Column("immediate_danger", Boolean, nullable=False),
    Column("answers", Uuid),
    Column("supplement_id", Uuid),
    Column("request_id", Uuid),
    Column("revision", Integer),
    Column("handover_id", Uuid),
    Column("seen_by", Text),
    Column("seen_at", _AT),
    Index("news_edition", "case_id", "edition", unique=True),
    comment="What is new in a case, in codes, at the version of the case it made; the words are where it points.",
)

recommendation = Table(
    "recommendation",
    metadata,
    Column("recommendation_id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("case.case_id"), nullable=False),
    Column("child_id", Uuid, ForeignKey("child.child_id"), nullable=False),
    Column("outcome", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("rationale", Text, nullable=False),
    Column("recommended_by", Text, nullable=False),
    Column("recommended_at", _AT, nullable=False),
    Column("settled", Text),
    Column("settled_by", Text),
    Column("settled_at", _AT),
    Column("settled_rationale", Text),
    Column("supersedes", Uuid),
    Column("supersedes_reason", Text),
    Index("recommendation_case", "case_id"),
    Index("recommendation_open", "child_id", unique=True, postgresql_where=text("settled IS NULL")),
    comment="What was recommended for a child, and what became of it. One is open at a time.",
)

decision = Table(
    "decision",
    metadata,
    Column("decision_id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("case.case_id"), nullable=False),
    Column("child_id", Uuid, ForeignKey("child.child_id"), nullable=False),
    Column("recommendation_id", Uuid, ForeignKey("recommendation.recommendation_id"), nullable=False, unique=True),
    Column("outcome", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("team", Text),
    Column("rationale", Text, nullable=False),
    Column("authorised_by", Text, nullable=False),
    Column("decided_at", _AT, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("supersedes", Uuid, unique=True),
    Column("supersedes_reason", Text),
    UniqueConstraint("decision_id", "child_id", name="decision_of_child"),
    ForeignKeyConstraint(
        ["supersedes", "child_id"], ["decision.decision_id", "decision.child_id"], name="decision_supersedes_of_child"
    ),
    CheckConstraint("(supersedes IS NULL) = (supersedes_reason IS NULL)", name="decision_supersedes_why"),
    Index("decision_case", "case_id"),
    Index("decision_first", "child_id", unique=True, postgresql_where=text("supersedes IS NULL")),
    comment="The decisions for each child, each with the policy that shaped it: one chain, of which the last stands.",
)

handover = Table(
    "handover",
    metadata,
    Column("handover_id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("case.case_id"), nullable=False),
    Column("team", Text, nullable=False),
    Column("child_ids", ARRAY(Uuid), nullable=False),
    Column("summary", Text, nullable=False),
    Column("offered_by", Text, nullable=False),
    Column("offered_at", _AT, nullable=False),
    Column("accept_due_at", _AT, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("decision_ids", ARRAY(Uuid), nullable=False),
    Column("role", Text),
    Column("accepted_by", Text),
    Column("accepted_at", _AT),
    Column("returned_by", Text),
    Column("returned_at", _AT),
    Column("return_reason", Text),
    Column("return_note", Text),
    Column("withdrawn_by", Text),
    Column("withdrawn_at", _AT),
    Column("withdrawal_reason", Text),
    Index("handover_case", "case_id"),
    CheckConstraint("num_nonnulls(accepted_at, returned_at, withdrawn_at) <= 1", name="handover_ends_once"),
    comment="Decisions offered to a team with their children; complete when the team accepts.",
)

clock = Table(
    "clock",
    metadata,
    Column("clock_id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("case.case_id"), nullable=False),
    Column("about_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("started_at", _AT, nullable=False),
    Column("due_at", _AT, nullable=False),
    Column("stops", Text, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("stopped_at", _AT),
    Index("clock_case", "case_id"),
    comment="A step's time limit as it runs for a case; about_id is the case, request, question or handover it times.",
)

alarm = Table(
    "alarm",
    metadata,
    Column("clock_id", Uuid, ForeignKey("clock.clock_id"), primary_key=True),
    Column("share", Double, primary_key=True),
    Column("case_id", Uuid, ForeignKey("case.case_id"), nullable=False),
    Column("at", _AT, nullable=False),
    Column("tell", ARRAY(Text), nullable=False),
    Column("sounded_at", _AT),
    Column("cancelled_at", _AT),
    Index("alarm_waiting", "at", postgresql_where=text("sounded_at IS NULL AND cancelled_at IS NULL")),
    comment="Who is told at a share of a clock's time; each sounds once, unless its clock stopped first.",
)

notice = Table(
    "notice",
    metadata,
    Column("notice_id", Uuid, primary_key=True),
    Column("about_id", Uuid, nullable=False),
    Column("queued_at", _AT, nullable=False),
    Column("delivered_at", _AT),
    Column("opened_at", _AT),
    Index("notice_about", "about_id"),
    comment="What agencies were told about requests, questions and handovers; whether it arrived and was opened.",
)
