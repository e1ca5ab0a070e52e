"""A trained network in the forms in which others take it."""
