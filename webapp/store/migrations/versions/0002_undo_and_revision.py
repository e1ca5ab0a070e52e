"""Deleting all can be undone, and a hand says when its drawings have changed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add a column to each table, and the indexes of pages that leave out deleted drawings."""
    op.add_column("hands", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    op.add_column("drawings", sa.Column("deleted", sa.DateTime(timezone=True)))
    op.create_index("drawings_in_order", "drawings", ["hand", "deleted", "number"])
    op.create_index("drawings_by_label", "drawings", ["hand", "deleted", "label", "number"])
    op.create_index("drawings_deleted", "drawings", ["deleted"])
