"""This service's tables. Every sentence about a person is in ``document`` alone, so that it can be erased alone."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from chassis import tables as delivery

metadata = MetaData()
delivery.add_to(metadata)

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
    Index("referral_reference", "reference", unique=True),
    Index(
        "referral_kept",
        "partnership",
        "closed_at",
        "referral_id",
        postgresql_where=text("closed_at IS NOT NULL AND disposed_at IS NULL"),
    ),
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
    Index("child_of_referral", "referral_id", "place", unique=True),
    comment="The children of a referral, in the order of its document.",
)

document = Table(
    "document",
    metadata,
    Column("referral_id", Uuid, ForeignKey("referral.referral_id"), primary_key=True),
    Column("edition", SmallInteger, primary_key=True, autoincrement=False, server_default="1"),
    Column("salt", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=False),
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

idempotency = Table(
    "idempotency",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("referral_id", Uuid, nullable=False),  # claimed before its referral is inserted, so no foreign key
    Column("answer", LargeBinary, nullable=False),
    comment="The answer each key was given; sent again for the same request.",
)

repeat_key = Table(
    "repeat_key",
    metadata,
    Column("key", LargeBinary, nullable=False),
    CheckConstraint("octet_length(key) = 32", name="repeat_key_length"),
    comment="One random key, so that a mark means nothing outside this database.",
)

repeat_mark = Table(
    "repeat_mark",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("received_at", DateTime(timezone=True), primary_key=True),
    Column("referral_id", Uuid, primary_key=True),
    Index("repeat_mark_age", "received_at"),
    comment="Digests by which another referral about the same child is recognised; kept for some days only.",
)

legal_hold = Table(
    "legal_hold",
    metadata,
    Column("hold_id", Uuid, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text),
    Column("placed_by", Text, nullable=False),
    Column("placed_at", DateTime(timezone=True), nullable=False),
    Index("legal_hold_of_partnership", "partnership", "placed_at", "hold_id"),
    comment="Orders that nothing may be destroyed. The note goes with the last referral that it was placed on.",
)

held_referral = Table(
    "held_referral",
    metadata,
    Column("hold_id", Uuid, ForeignKey("legal_hold.hold_id"), primary_key=True),
    Column("referral_id", Uuid, ForeignKey("referral.referral_id"), primary_key=True),
    Column("lifted_by", Text),
    Column("lifted_at", DateTime(timezone=True)),
    Index("held_referral_of_referral", "referral_id"),
    comment="The referrals of each hold; a hold stands on one until it is lifted there.",
)

disposal_run = Table(
    "disposal_run",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("listed_closed_at", DateTime(timezone=True)),
    Column("listed_referral_id", Uuid),
    Column("listed_at", DateTime(timezone=True)),
    Index("disposal_run_of_partnership", "partnership", "opened_at", "run_id"),
    Index("disposal_run_unlisted", "opened_at", postgresql_where=text("listed_at IS NULL")),
    comment="Reviews of what has been kept for its time; listed_… is how far the list has been made.",
)

disposal_item = Table(
    "disposal_item",
    metadata,
    Column("place", BigInteger, Identity(always=True), nullable=False),
    Column("run_id", Uuid, ForeignKey("disposal_run.run_id"), primary_key=True),
    Column("referral_id", Uuid, ForeignKey("referral.referral_id"), primary_key=True),
    Column("record_class", Text, nullable=False),
    Column("counted_from_kind", Text, nullable=False),
    Column("counted_from", Date),
    Column("kept_through", Date),
    Column("undated", Boolean, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("approved_review", BigInteger),
    Column("approved_by", Text),
    Column("approved_at", DateTime(timezone=True)),
    Column("settled_at", DateTime(timezone=True)),
    Column("settled_as", Text),
    Index("disposal_item_place", "run_id", "place", unique=True),
    Index("disposal_item_open", "referral_id", unique=True, postgresql_where=text("settled_at IS NULL")),
    Index(
        "disposal_item_approved",
        "approved_at",
        postgresql_where=text("settled_at IS NULL AND approved_at IS NOT NULL"),
    ),
    comment="The referrals of a run. Dates that are counted from a birthday are not kept here: they would tell it.",
)

disposal_review = Table(
    "disposal_review",
    metadata,
    Column("review_id", BigInteger, Identity(always=True), primary_key=True),
    Column("run_id", Uuid, nullable=False),
    Column("referral_id", Uuid, nullable=False),
    Column("edition", SmallInteger, nullable=False),
    Column("decision", Text, nullable=False),
    Column("keep_until", DateTime(timezone=True)),
    Column("reason", Text),
    Column("reviewed_by", Text, nullable=False),
    Column("reviewed_at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(["run_id", "referral_id"], ["disposal_item.run_id", "disposal_item.referral_id"]),
    Index("disposal_review_of_item", "run_id", "referral_id", "review_id"),
    comment="What people decided about a referral of a run; the last one stands. Reasons go with the documents.",
)

partner = Table(
    "partner",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("name", Text),
    Column("source", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("referrals_per_minute", Integer),
    Column("reads_per_minute", Integer),
    Column("jwks_url", Text),
    Column("registered_at", DateTime(timezone=True), nullable=False),
    Column("suspended_at", DateTime(timezone=True)),
    Column("suspended_for", Text),
    CheckConstraint("(suspended_at IS NULL) = (suspended_for IS NULL)", name="partner_suspended_for_a_reason"),
    comment="Partner systems as operators registered them, by their names at the issuer.",
)

partner_key = Table(
    "partner_key",
    metadata,
    Column("client_id", Text, ForeignKey("partner.client_id"), primary_key=True),
    Column("thumbprint", Text, primary_key=True),
    Column("jwk", JSONB, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True)),
    CheckConstraint(
        "NOT jwk ?| array['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']",
        name="partner_key_is_public",
    ),
    comment="Public keys of partner systems; believed until a time, or until further notice. Kept for ever.",
)

partner_limited = Table(
    "partner_limited",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("times", BigInteger, nullable=False),
    Column("last_at", DateTime(timezone=True), nullable=False),
    comment="How often each client was refused for asking too often; written by every process, about once a second.",
)
