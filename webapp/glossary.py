"""Links from the words of a text to the glossary."""

import re

from markupsafe import Markup, escape

from webapp.terms import TERMS

FORMS = {form.lower(): term for term in TERMS for form in (term.name, *term.forms)}
# The longest form first: "batch normalization" is not a batch.
_CHOICES = "|".join(re.escape(form) for form in sorted(FORMS, key=len, reverse=True))
WORD = re.compile(rf"(?<![\w-])(?:{_CHOICES})(?![\w-])", re.IGNORECASE)


class Linker:
    """Links words of texts to the glossary, each term once: where it first appears."""

    def __init__(self, *known: str) -> None:
        """Take the anchors of the terms that need no link."""
        self._known = set(known)

    def __call__(self, text: str) -> Markup:
        """Return the text as HTML with its links."""
        pieces, end = [], 0
        for match in WORD.finditer(text):
            pieces += [escape(text[end : match.start()]), self._link(match[0])]
            end = match.end()
        return Markup("").join([*pieces, escape(text[end:])])

    def _link(self, word: str) -> Markup:
        anchor = FORMS[word.lower()].anchor
        if anchor in self._known:
            return escape(word)
        self._known.add(anchor)
        return Markup('<a class="term" href="/glossary#{}">{}</a>').format(anchor, word)
