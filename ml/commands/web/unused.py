"""What of our modules a bundle does without: functions and methods that nothing in it names."""

import re
from collections import Counter
from collections.abc import Iterable

from ml.commands.web.tokens import Token

Modules = list[list[Token]]


def drop_unused(modules: Modules) -> Modules:
    """Return the tokens of modules without functions and methods that nobody needs."""
    while True:
        names = [Counter(list_words(tokens)) for tokens in modules]
        everywhere = sum(names, Counter())
        kept = [
            drop(tokens, [*find_functions(tokens, own), *find_methods(tokens, everywhere)])
            for tokens, own in zip(modules, names, strict=True)
        ]
        if kept == modules:
            return modules
        modules = kept


def list_words(tokens: Iterable[Token]) -> Iterable[str]:
    """Yield every word, those in strings included: a method may be called by its name there."""
    for token in tokens:
        if token.kind in ("word", "string", "template"):
            yield from re.findall(r"[\w$]+", token.text)


def find_functions(tokens: list[Token], names: Counter) -> Iterable[tuple[Token, Token]]:
    """Yield the first and the last token of each function of a module that it does not use."""
    for token in tokens:
        if token.text == "function" and not token.inside and names[token.next] == 1:
            start = token.before if token.last == "async" else token
            yield start, token.after.after.partner.after.partner  # function name ( … ) { … }


def find_methods(tokens: list[Token], names: Counter) -> Iterable[tuple[Token, Token]]:
    """Yield the same of each method that no module names, but for those that the browser calls.

    These belong to a class that extends what is written in brackets.
    """
    for token in tokens:
        brace, is_once = token.inside, names[token.text] == 1
        if not (brace and brace.role == "class" and token.kind == "word" and is_once):
            continue
        if token.next == "(" and brace.last != ")" and token.last in ("{", "}", ";", "get", "set"):
            start = token.before if token.last in ("get", "set") else token
            yield start, token.after.partner.after.partner  # name ( … ) { … }


def drop(tokens: list[Token], spans: list[tuple[Token, Token]]) -> list[Token]:
    """Return tokens without these spans of them."""
    dropped: set[Token] = set()
    for start, end in spans:
        dropped |= set(tokens[tokens.index(start) : tokens.index(end) + 1])
    kept = [token for token in tokens if token not in dropped]
    for before, after in zip([None, *kept], [*kept, None], strict=True):
        if before:
            before.after = after
        if after:
            after.before = before
    return kept
