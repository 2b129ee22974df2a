"""Legal holds, and the review of what was kept for its time."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

from referral_intake.tables.metadata import metadata

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
