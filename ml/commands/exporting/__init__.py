"""What --export writes, for other programs."""
