"""What the models' last layers are given, for each drawing."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table of features, which go with their drawing."""
    op.create_table(
        "features",
        sa.Column(
            "drawing",
            sa.Integer,
            sa.ForeignKey("drawings.number", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("model", sa.String(100), primary_key=True),
        sa.Column("weights", sa.String(100), nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
