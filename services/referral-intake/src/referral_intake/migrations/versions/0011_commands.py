"""The answers that commands with a key were given."""

from alembic import op

from chassis.web.commands import create_command_table, drop_command_table

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    create_command_table(op)


def downgrade() -> None:
    drop_command_table(op)
