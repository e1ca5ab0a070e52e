"""The screens and colour schemes on which every page must hold together."""

SCHEMES = ("light", "dark")
WIDTHS = {390: 844, 1280: 800}  # px; each with its height
# Each scheme and each width once: where things lie does not depend on the scheme, nor their colours
# on the width, and every further page costs two seconds.
SCREENS = (("light", 1280), ("dark", 390))
