"""Versions of the models: which one each process reads with, and what is shown and done of them."""
