"""Deleting all can be undone, and a hand and a drawing say that they have changed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns to both tables, and the indexes of pages that leave out deleted drawings."""
    op.add_column("hands", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    op.add_column("drawings", sa.Column("deleted", sa.DateTime(timezone=True)))
    op.add_column("drawings", sa.Column("relabelled", sa.DateTime(timezone=True)))
    op.create_index("drawings_in_order", "drawings", ["hand", "deleted", "number"])
    op.create_index("drawings_by_label", "drawings", ["hand", "deleted", "label", "number"])
    gone = sa.text("deleted IS NOT NULL")
    op.create_index(
        "drawings_deleted", "drawings", ["deleted"], sqlite_where=gone, postgresql_where=gone
    )
