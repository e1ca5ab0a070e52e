"""The pieces of a JavaScript module, and which brackets they stand in.

This is as much of JavaScript as our own modules use, and it relies on their style: each statement
ends with a semicolon or a brace.
"""

import re
from dataclasses import dataclass

from ml.errors import ExplainedError

TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
    |(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    |(?P<private>\#[\w$]+)
    |(?P<word>[A-Za-z_$][\w$]*)
    |(?P<number>[0-9][\w.]*)
    |(?P<mark>\?\.(?![0-9])|=>|\.\.\.|\+\+|--|.)""",
    re.VERBOSE | re.DOTALL,
)
REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*")
TEMPLATE = re.compile(r"[`}](?:\\.|\$(?!\{)|[^`\\$])*(?:`|\$\{)", re.DOTALL)  # one piece of it
VALUE_WORDS = ("return", "const", "let", "in", "of", "throw", "typeof", "case", "yield", "await")
BEFORE_VALUE = {*"(,=:[!&|?{};+-*<>", "=>", "", *VALUE_WORDS}
BEFORE_OBJECT = {*"(,=:[?&|!", "...", *VALUE_WORDS}
OPENING, CLOSING = ("(", "[", "{"), (")", "]", "}")


MODIFIERS = ("static", "get", "set", "async", "*")


class ScriptError(ExplainedError):
    """A module that is not written as ours are; the message says what was met."""


@dataclass(eq=False)
class Token:
    """A piece of the text; joined, with what separates them, they are the module."""

    kind: str  # string, template, regex, private, word, number or mark
    text: str
    inside: "Token | None" = None  # the opening bracket around it
    before: "Token | None" = None
    after: "Token | None" = None
    partner: "Token | None" = None  # of a bracket: the one that closes or opens it
    role: str = ""  # of an opening brace: class, object or block

    @property
    def last(self) -> str:
        """The text of the token before, "" at the start."""
        return self.before.text if self.before else ""

    @property
    def next(self) -> str:
        """The text of the token after, "" at the end."""
        return self.after.text if self.after else ""


def read_tokens(text: str) -> list[Token]:
    """Return the pieces of a module without spaces and comments. Raises ScriptError."""
    tokens: list[Token] = []
    opened: list[Token] = []
    at = 0
    while at < len(text):
        kind, piece = read_token(text, at, tokens[-1].text if tokens else "", opened)
        at += len(piece)
        if kind != "space":
            add(tokens, opened, Token(kind, piece))
    if opened:
        raise ScriptError(f"{opened[-1].text} is opened and not closed")
    return tokens


def read_token(text: str, at: int, last: str, opened: list[Token]) -> tuple[str, str]:
    """Return kind and text of the piece that begins at a place."""
    found = TOKEN.match(text, at)
    kind, piece = found.lastgroup, found[0]
    special = None
    if piece == "/" and last in BEFORE_VALUE:
        kind, special = "regex", REGEX
    elif piece == "`" or (piece == "}" and opened and opened[-1].kind == "template"):
        kind, special = "template", TEMPLATE
    if special is None:
        return kind, piece
    if not (found := special.match(text, at)):
        raise ScriptError(f"what begins with {text[at : at + 20]!r} does not end")
    return kind, found[0]


def add(tokens: list[Token], opened: list[Token], token: Token) -> None:
    """Put a token behind the others, and note which brackets it opens or closes."""
    if tokens:
        token.before, tokens[-1].after = tokens[-1], token
    is_template = token.kind == "template"
    if token.text in CLOSING if not is_template else token.text[0] == "}":
        if not opened:
            raise ScriptError(f"{token.text} is closed and was not opened")
        token.partner = opened.pop()
        token.partner.partner = token
    token.inside = opened[-1] if opened else None
    if token.text == "{":
        token.role = find_role(token)
    if token.text.endswith("${") if is_template else token.text in OPENING:
        opened.append(token)
    tokens.append(token)


def find_role(brace: Token) -> str:
    """Return what an opening brace begins: a class, an object (or a pattern of one), or a block."""
    if brace.last in BEFORE_OBJECT:
        return "object"
    each = brace.before
    while each and each.inside is brace.inside and each.text not in (";", "{", "}"):
        if each.text == "class" and each.last != ".":
            return "class"
        each = each.before if each.partner is None else each.partner.before
    return "block"


def is_property(token: Token) -> bool:
    """Whether a name is that of a property, a method, a field or a key, and of nothing else."""
    if token.last in (".", "?."):
        return True
    role = token.inside.role if token.inside else ""
    if role == "object":
        is_key = token.last in ("{", ",") and token.next in (":", "(")
        return is_key or (token.last in MODIFIERS and token.next == "(")
    return role == "class" and token.last in ("{", "}", ";", *MODIFIERS)


def is_abbreviated(token: Token) -> bool:
    """Whether a name stands for a property and a variable at once: { width }, { width = 1 }."""
    if token.kind != "word" or not token.inside or token.inside.role != "object":
        return False
    return token.last in ("{", ",") and token.next in (",", "}", "=")


def join_tokens(tokens: list[Token], texts: list[str]) -> str:
    """Return texts in place of the tokens, with a space only where two would become one."""
    pieces: list[str] = []
    last = ""
    for token, text in zip(tokens, texts, strict=True):
        if not text:
            continue
        is_word = token.kind != "template" and re.match(r"[\w$]", text)
        if (is_word and re.search(r"[\w$]$", last)) or (text[0] in "+-/" and last[-1:] == text[0]):
            pieces.append(" ")
        pieces.append(text)
        last = text
    return "".join(pieces)
