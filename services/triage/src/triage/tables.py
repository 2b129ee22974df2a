"""The tables of this service, beside those of delivery."""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.delivery.tables import add_to
from chassis.web import suspension

metadata = MetaData()
add_to(metadata)
suspension.add_to(metadata)

_AT = DateTime(timezone=True)

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
    Index("case_open", "partnership", "decision_due_at", postgresql_where=text("closed_at IS NULL")),
    Index("case_closed", "partnership", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
    comment="What triage works on: one row for each referral. changed_version is the last event that was no alarm.",
)

child = Table(
    "child",
    metadata,
    Column("child_id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("case.case_id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("unborn", Boolean, nullable=False),
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
    Column("answer", Text),
    Column("content", Text),
    Column("refusal_ground", Text),
    Column("refusal_reason", Text),
    Column("answered_by", Text),
    Column("answered_at", _AT),
    Index("information_request_case", "case_id"),
    Index("information_request_agency", "agency", "requested_at", "request_id"),
    comment="One question to one agency, and its answer.",
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
    Column("edition", Integer, primary_key=True),
    Column("what", Text, nullable=False),
    Column("told_at", _AT, nullable=False),
    Column("document_url", Text, nullable=False),
    Column("child_ids", ARRAY(Uuid), nullable=False),
    Column("immediate_danger", Boolean, nullable=False),
    Column("answers", Uuid),
    Column("supplement_id", Uuid),
    Column("seen_by", Text),
    Column("seen_at", _AT),
    comment="What the sender of a referral told later, in codes, by the edition of the document that holds its words.",
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
    Index("recommendation_case", "case_id"),
    Index("recommendation_open", "child_id", unique=True, postgresql_where=text("settled IS NULL")),
    comment="What was recommended for a child, and what became of it. One is open at a time.",
)

decision = Table(
    "decision",
    metadata,
    Column("decision_id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("case.case_id"), nullable=False),
    Column("child_id", Uuid, ForeignKey("child.child_id"), nullable=False, unique=True),
    Column("recommendation_id", Uuid, ForeignKey("recommendation.recommendation_id"), nullable=False, unique=True),
    Column("outcome", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("team", Text),
    Column("rationale", Text, nullable=False),
    Column("authorised_by", Text, nullable=False),
    Column("decided_at", _AT, nullable=False),
    Column("policy_version", Text, nullable=False),
    Index("decision_case", "case_id"),
    comment="One decision for each child, with the policy that shaped it.",
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
    Column("accepted_by", Text),
    Column("accepted_at", _AT),
    Index("handover_case", "case_id"),
    comment="Children offered to a team; complete when the team accepts.",
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
