"""The screens and colour schemes on which every page must hold together."""

SCHEMES = ("light", "dark")
WIDTHS = {390: 844, 1280: 800}  # px; each with its height
