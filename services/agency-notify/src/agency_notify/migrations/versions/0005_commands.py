"""The answers that commands with a key were given."""

from alembic import op

from chassis.web.commands import create_command_table, drop_command_table

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    create_command_table(op)


def downgrade() -> None:
    drop_command_table(op)
