"""Whose drawings a request may see and change, and what is remembered of them while reading."""
