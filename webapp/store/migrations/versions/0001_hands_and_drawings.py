"""The first tables: hands and their drawings."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "hands",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "drawings",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(22), nullable=False, unique=True),
        sa.Column(
            "hand", sa.Integer, sa.ForeignKey("hands.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("label", sa.SmallInteger, nullable=False),
        sa.Column("read_as", sa.SmallInteger),
        sa.Column("model", sa.String(100)),
        sa.Column("model_version", sa.String(100)),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.LargeBinary, nullable=False),
        sa.Column("strokes", sa.Text),
        sa.UniqueConstraint("hand", "digest", name="drawings_once"),
    )
