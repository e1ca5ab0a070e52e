"""Explanations over HTTP: whose turn it is."""
