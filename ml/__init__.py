"""Everything that knows about digits. Never imports flask or webapp."""
