"""A run's folder: what the trainer writes there, and what a server reads and asks for (no PyTorch).

docs/training.md describes the files.
"""
