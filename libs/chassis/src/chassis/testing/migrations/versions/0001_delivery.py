"""Delivery's tables and one table for effects."""

from alembic import op

from chassis.delivery.schema import create_delivery_tables, drop_delivery_tables, grant

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_delivery_tables(op)
    op.execute("CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY, aggregate text, version integer)")
    grant(op, table="effect", rights="SELECT, INSERT")


def downgrade() -> None:
    op.execute("DROP TABLE effect")
    drop_delivery_tables(op)
