"""Runs as the server sees them: watching what trainings write, and starting and steering them."""
