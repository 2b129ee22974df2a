"""Referrals as they came in, and everything their senders told later."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from referral_intake.tables.metadata import metadata

referral = Table(
    "referral",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("reference", Text, nullable=False),
    Column("partnership", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("decision_expected_by", DateTime(timezone=True), nullable=False),
    Column("immediate_danger", Boolean, nullable=False),
    Column("content_commitment", Text, nullable=False),
    Column("previous_referral_id", Uuid),
    Column("looked_at", DateTime(timezone=True)),
    Column("decided_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("edition", SmallInteger, nullable=False, server_default="1"),
    Column("decision_due_at", DateTime(timezone=True)),
    Column("keep_until", DateTime(timezone=True)),
    Column("disposed_at", DateTime(timezone=True)),
    Column("case_version", Integer),
    Column("restricted", Boolean, nullable=False, server_default=text("false")),
    Index("referral_reference", "reference", unique=True),
    Index(
        "referral_kept",
        "partnership",
        "closed_at",
        "referral_id",
        postgresql_where=text("closed_at IS NOT NULL AND disposed_at IS NULL"),
    ),
    Index("referral_without_case", "received_at", postgresql_where=text("looked_at IS NULL AND disposed_at IS NULL")),
    Index("referral_of_agency", "partnership", "agency", "received_at", "referral_id"),
    comment="One row per referral; nothing in it describes a person.",
)

child = Table(
    "child",
    metadata,
    Column("child_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, ForeignKey("referral.referral_id"), nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("unborn", Boolean, nullable=False),
    Column("outcome", Text),
    Column("feedback", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("decision_version", Integer),
    Index("child_of_referral", "referral_id", "place", unique=True),
    comment="The children of a referral, in the order of its document, each with its newest decision.",
)

child_decision = Table(
    "child_decision",
    metadata,
    Column("decision_id", Uuid, primary_key=True),
    Column("child_id", Uuid, ForeignKey("child.child_id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("supersedes", Uuid),
    Column("supersedes_reason", Text),
    Column("earlier_accepted", Boolean, nullable=False, server_default=text("false")),
    Index("child_decision_of_child", "child_id"),
    comment="Every decision for a child, by the version of its case: all but mistakes count for how long it is kept.",
)

document = Table(
    "document",
    metadata,
    Column("referral_id", Uuid, ForeignKey("referral.referral_id"), primary_key=True),
    Column("edition", SmallInteger, primary_key=True, autoincrement=False, server_default="1"),
    Column("salt", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("missing", JSONB),
    CheckConstraint("octet_length(salt) = 32", name="document_salt_length"),
    CheckConstraint("edition >= 1", name="document_edition_from_one"),
    comment="The exact bytes of each edition of a referral, each with the salt that its commitment was made with.",
)

question = Table(
    "question",
    metadata,
    Column("question_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, ForeignKey("referral.referral_id"), nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("detail_url", Text, nullable=False),
    Column("answered_at", DateTime(timezone=True)),
    Column("supplement_id", Uuid),  # an answer that triage tells of may be older than this table, so no foreign key
    Index("question_of_referral", "referral_id", "asked_at"),
    Index("question_open", "referral_id", postgresql_where=text("answered_at IS NULL")),
    comment="What senders were asked, and when they answered. Neither question nor answer is worded here.",
)

supplement = Table(
    "supplement",
    metadata,
    Column("supplement_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, ForeignKey("referral.referral_id"), nullable=False),
    Column("edition", SmallInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("immediate_danger", Boolean, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("agency", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("question_id", Uuid, ForeignKey("question.question_id")),
    Column("content_commitment", Text, nullable=False),
    Index("supplement_edition", "referral_id", "edition", unique=True),
    CheckConstraint("edition >= 2", name="supplement_edition_from_two"),
    comment="What senders added, by the edition of the document that it made. Its words are in the document alone.",
)

withdrawal = Table(
    "withdrawal",
    metadata,
    Column("referral_id", Uuid, ForeignKey("referral.referral_id"), primary_key=True),
    Column("edition", SmallInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("withdrawn_at", DateTime(timezone=True), nullable=False),
    Column("agency", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("content_commitment", Text, nullable=False),
    CheckConstraint("edition >= 2", name="withdrawal_edition_from_two"),
    comment="Referrals that their senders took back; nothing of them is removed by it.",
)

milestone = Table(
    "milestone",
    metadata,
    Column("referral_id", Uuid, ForeignKey("referral.referral_id"), primary_key=True),
    Column("step", Text, primary_key=True),
    Column("reached_at", DateTime(timezone=True), primary_key=True),
    Column("due_at", DateTime(timezone=True)),
    comment="Every step of triage, each time it was reached: what the referral row says now, with what it said before.",
)
