"""The tables of this service, beside those of delivery."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
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

referral = Table(
    "referral",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("rating", Text),
    comment="What notices say of a referral: its reference, and who sent it.",
)

endpoint = Table(
    "endpoint",
    metadata,
    Column("endpoint_id", Uuid, primary_key=True),
    Column("partnership", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("signing", Text),
    Column("secret", Text),  # what was stored before secrets were sealed; emptied by the worker
    Column("previous_secret", Text),
    Column("sealed_secret", LargeBinary),
    Column("secret_key_id", Text),
    Column("sealed_previous", LargeBinary),
    Column("previous_key_id", Text),
    Column("previous_until", _AT),
    Column("disabled_at", _AT),
    Column("disabled_reason", Text),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("not_before", _AT),
    Column("changed_at", _AT, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("role", Text),
    Column("failing_since", _AT),
    UniqueConstraint(
        "partnership", "agency", "role", "channel", name="endpoint_once", postgresql_nulls_not_distinct=True
    ),
    CheckConstraint("(sealed_secret IS NULL) = (secret_key_id IS NULL)", name="endpoint_secret_names_its_key"),
    CheckConstraint("(sealed_previous IS NULL) = (previous_key_id IS NULL)", name="endpoint_previous_names_its_key"),
    comment="Where an agency, or a role of it, is pushed to. Never deleted: attempts point at it.",
)

notice = Table(
    "notice",
    metadata,
    Column("notice_id", Uuid, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("caused_by", Uuid, nullable=False),
    Column("partnership", Text, nullable=False),
    Column("agency", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("referral_id", Uuid, nullable=False),
    Column("reference", Text, nullable=False),
    Column("about_id", Uuid, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("queued_at", _AT, nullable=False),
    Column("open_by", _AT),
    Column("about_url", Text),
    Column("feedback", Text),
    Column("roles", ARRAY(Text), nullable=False, server_default="{}"),
    Column("withheld", Text),
    Column("opened_at", _AT),
    Column("opened_by", Text),
    Column("acknowledged_at", _AT),
    Column("acknowledged_by", Text),
    Column("escalated_at", _AT),
    Column("escalated_to", Text),
    Column("traceparent", Text),
    Column("due_at", _AT),
    Column("step", Text),
    Column("timed_id", Uuid),
    Column("escalates", Uuid, ForeignKey("notice.notice_id")),
    Column("late_since", _AT),
    Column("done_at", _AT),
    Column("superseded_by", Uuid, ForeignKey("notice.notice_id")),
    UniqueConstraint("caused_by", "agency", "kind", name="notice_once"),
    Index("notice_inbox", "partnership", "agency", "number"),
    Index(
        "notice_unopened",
        "open_by",
        postgresql_where=text(
            "opened_at IS NULL AND late_since IS NULL AND done_at IS NULL AND withheld IS NULL"
            " AND superseded_by IS NULL AND escalates IS NULL AND open_by IS NOT NULL"
        ),
    ),
    Index("notice_escalates", "escalates", postgresql_where=text("escalates IS NOT NULL")),
    Index("notice_referral", "referral_id"),
    Index(
        "notice_late",
        "partnership",
        "number",
        postgresql_where=text("late_since IS NOT NULL AND opened_at IS NULL"),
    ),
    comment="One notice to one agency: the inbox. Withheld ones are kept, and not shown.",
)

escalation = Table(
    "escalation",
    metadata,
    Column("notice_id", Uuid, ForeignKey("notice.notice_id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("begun_at", _AT, nullable=False),
    Column("stage", Integer),
    Column("role", Text),
    Column("repeated", Integer, nullable=False, server_default="0"),
    Column("latest_id", Uuid, ForeignKey("notice.notice_id")),
    Column("climb_at", _AT),
    Column("ended_at", _AT),
    Column("ended_because", Text),
    CheckConstraint("(climb_at IS NULL) = (ended_at IS NOT NULL)", name="escalation_ends"),
    Index("escalation_due", "climb_at", postgresql_where=text("climb_at IS NOT NULL")),
    comment=("How far one notice has climbed: which stage was notified last, and when the next one is. Kept for ever."),
)

decision = Table(
    "decision",
    metadata,
    Column("child_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, nullable=False),
    Column("decision_id", Uuid, nullable=False),
    Column("decided_at", _AT, nullable=False),
    Index("decision_referral", "referral_id"),
    comment="The newest decision of each child: what the sender of the referral hears.",
)

accepted_handover = Table(
    "accepted_handover",
    metadata,
    Column("handover_id", Uuid, primary_key=True),
    Column("referral_id", Uuid, nullable=False),
    Column("team", Text, nullable=False),
    Index("accepted_handover_referral", "referral_id"),
    comment="Which teams have children of a referral, and hear of news about them.",
)

delivery = Table(
    "delivery",
    metadata,
    Column("delivery_id", Uuid, primary_key=True),
    Column("notice_id", Uuid, ForeignKey("notice.notice_id"), nullable=False),
    Column("endpoint_id", Uuid, ForeignKey("endpoint.endpoint_id"), nullable=False),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", _AT, nullable=False),
    Column("lease", Uuid),
    Column("leased_until", _AT),
    Column("finished_at", _AT),
    UniqueConstraint("notice_id", "endpoint_id", name="delivery_once"),
    Index("delivery_due", "endpoint_id", "next_attempt_at", postgresql_where=text("state = 'pending'")),
    Index("delivery_leased", "lease", postgresql_where=text("lease IS NOT NULL")),
    Index("delivery_finished", "endpoint_id", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
    comment="The push of one notice to one endpoint, leased by whoever makes an attempt.",
)

attempt = Table(
    "attempt",
    metadata,
    Column("delivery_id", Uuid, ForeignKey("delivery.delivery_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("started_at", _AT, nullable=False),
    Column("finished_at", _AT),
    Column("status", Integer),
    Column("failure", Text),
    comment="Every attempt, written before it is made: one without an end was cut off.",
)

endpoint_test = Table(
    "endpoint_test",
    metadata,
    Column("test_id", Uuid, primary_key=True),
    Column("endpoint_id", Uuid, ForeignKey("endpoint.endpoint_id"), nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", _AT, nullable=False),
    Column("started_at", _AT),
    Column("finished_at", _AT),
    Column("status", Integer),
    Column("failure", Text),
    Index("endpoint_test_asked", "asked_at"),
    Index("endpoint_test_of_endpoint", "endpoint_id", "asked_at"),
    Index("endpoint_test_waiting", "asked_at", postgresql_where=text("started_at IS NULL")),
    comment="Test notices that operators asked for: one row for each, kept for ever. None is about a referral.",
)
