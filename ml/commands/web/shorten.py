"""A JavaScript module in fewer bytes, which does the same.

Comments and spaces go, and so do marks that nobody needs. Three kinds of names become shorter:
private ones (`#board`); variables, functions, classes and parameters that the module declares; and
properties that ask something (`isEmpty`), in all modules alike. Scopes are not followed: all
variables of one name get the same new name. Names of other properties stay (`{ width }` becomes
`{ width: a }`), and so does whatever is not certainly declared here: it may be the browser's.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count, product
from string import ascii_letters

from ml.commands.web.tokens import (
    Token,
    is_abbreviated,
    is_property,
    join_tokens,
    read_tokens,
)
from ml.commands.web.unused import drop_unused

KEYWORDS = set(
    re.findall(
        r"\w+",
        "as async await break case catch class const continue debugger default delete do else enum "
        "export extends false finally for from function get if import in instanceof let new null "
        "of return set static super switch this throw true try typeof var void while with yield "
        "implements interface package private protected public arguments eval",
    )
)
WITH_BLOCKS = ("if", "for", "while", "switch", "with")  # a block follows their brackets
QUESTION = re.compile(r"(?:is|has|can)[A-Z]")
NOT_OURS = {  # of JavaScript and browsers, as far as our code may use them
    *("isArray", "isConnected", "isFinite", "isInteger", "isNaN", "isPrimary", "isSafeInteger"),
    *("isComposing", "isContentEditable", "isTrusted", "isEqualNode", "isSecureContext", "isView"),
    *("hasAttribute", "hasAttributes", "hasChildNodes", "hasFocus", "hasOwn", "hasOwnProperty"),
    *("hasPointerCapture", "canParse", "canPlayType", "canShare"),
}
SHORT_VALUES = {"true": "!0", "false": "!1"}
# Of JavaScript itself, and never changed: what the browser adds may be missing in a worker.
OWN = {
    *("Array", "Error", "Event", "Map", "Math", "Number", "Object", "Promise", "String"),
    *("Float32Array", "Float64Array", "Uint8Array", "DataView", "URL", "setTimeout"),
}


def shorten(modules: Iterable[str]) -> tuple[str, list[str]]:
    """Return modules in fewer bytes, and what must stand before them.

    Names that one uses and does not declare stay in all, but for JavaScript's own that are used
    often, which get short names before all modules.
    """
    read = [Module(tokens) for tokens in drop_unused([read_tokens(text) for text in modules])]
    foreign = set().union(*(module.variables.keys() - module.declared for module in read))
    uses = sum((module.variables for module in read), Counter())
    declared = set().union(*(module.declared for module in read))
    own = choose_names(Counter({n: uses[n] for n in OWN & foreign - declared}), make_names("$_"))
    own = {name: short for name, short in own.items() if is_worth_it(name, short, uses[name])}
    head = ",".join(f"{short}={name}" for name, short in own.items())
    asked = choose_questions(read)
    return head and f"let {head};\n", [module.shorten(foreign, own, asked) for module in read]


def is_worth_it(name: str, short: str, uses: int) -> bool:
    """Whether to declare a short name takes fewer bytes than it saves."""
    return uses * (len(name) - len(short)) > len(f"{short}={name},")


def choose_questions(modules: list["Module"]) -> dict[str, str]:
    """Return short names for properties called isEmpty, hasFailed, canUndo: such names are ours."""
    texts = [token.text for module in modules for token in module.tokens if token.kind == "word"]
    uses = Counter(text for text in texts if QUESTION.match(text) and text not in NOT_OURS)
    return choose_names(uses, (f"{name}_" for name in make_names() if f"{name}_" not in texts))


class Module:
    """The tokens of a module, and what its names stand for."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        words = [t for t in self.tokens if t.kind == "word" and t.text not in KEYWORDS]
        free = [token for token in words if not is_property(token)]
        self.variables = Counter(token.text for token in free)
        self.abbreviated = Counter(token.text for token in free if is_abbreviated(token))
        self.private = Counter(token.text for token in self.tokens if token.kind == "private")
        self.declared = {token.text for token in free if is_declaration(token)}
        self._free = set(free)

    def shorten(self, foreign: set[str], own: dict[str, str], asked: dict[str, str]) -> str:
        """Return the module in fewer bytes.

        No name that it declares becomes one that is `foreign`; `own` are short names for some, and
        `asked` are short names of properties.
        """
        taken = foreign | (self.variables.keys() - self.declared) | KEYWORDS
        local = Counter({name: self.variables[name] for name in self.declared - foreign})
        names = choose_names(local, (name for name in make_names() if name not in taken))
        names |= own | choose_names(self.private, (f"#{name}" for name in make_names()))
        texts = [self._write(token, names, asked) for token in self.tokens]
        drop_marks(self.tokens, texts)
        join_declarations(self.tokens, texts)
        return join_tokens(self.tokens, texts)

    def _write(self, token: Token, names: dict[str, str], asked: dict[str, str]) -> str:
        text = token.text
        if token.kind == "private":
            return names[text]
        if token.kind != "word":
            return text
        if text in SHORT_VALUES and token.last not in (".", "?."):
            return SHORT_VALUES[text]
        if token not in self._free:
            return asked.get(text, text)
        if is_abbreviated(token):
            key, name = asked.get(text, text), names.get(text, text)
            return key if key == name else f"{key}:{name}"
        return names.get(text, text)


def choose_names(uses: Counter, short: Iterator[str]) -> dict[str, str]:
    """Return a new name for each, the shortest ones for the most frequent."""
    by_use = sorted(uses, key=lambda name: (-uses[name], name))
    return dict(zip(by_use, short, strict=False))


def make_names(letters: str = ascii_letters) -> Iterator[str]:
    """Return names of these letters, the shortest first."""
    for length in count(1):
        yield from map("".join, product(letters, repeat=length))


def is_declaration(token: Token) -> bool:
    """Whether a name is certainly declared here, in one of the forms that our code uses."""
    if token.last in ("const", "let", "function", "class") or token.next == "=>":
        return True
    is_place = token.last in ("(", "[", "{", ",", "...", ":")
    return is_place and is_pattern(token.inside)


def is_pattern(bracket: Token | None) -> bool:
    """Whether an opening bracket holds parameters, or names to declare."""
    if bracket is None or bracket.partner is None or bracket.role in ("block", "class"):
        return False
    if bracket.text == "(":
        follows = bracket.partner.after
        has_body = bracket.partner.next == "{" and follows.role == "block"
        return bracket.partner.next == "=>" or (has_body and bracket.last not in WITH_BLOCKS)
    if bracket.last in ("const", "let"):
        return True
    return bracket.last in ("(", "[", "{", ",", ":", "...") and is_pattern(bracket.inside)


def drop_marks(tokens: list[Token], texts: list[str]) -> None:
    """Drop a block's last semicolon, a list's last comma, and brackets around a lone parameter."""
    for index, token in enumerate(tokens):
        if token.text == "(" and is_lone_parameter(token):
            texts[index] = texts[index + 2] = ""
        if token.text == ";" and token.next == "}" and not is_empty_statement(token):
            texts[index] = ""
        if token.text == "," and token.next in (")", "]", "}") and token.last not in ("[", ","):
            texts[index] = ""


def is_lone_parameter(bracket: Token) -> bool:
    """Whether brackets hold one name, and the arrow of a function follows."""
    name, end = bracket.after, bracket.partner
    return name.kind == "word" and name.after is end and end.next == "=>"


def is_empty_statement(semicolon: Token) -> bool:
    """Whether a semicolon is all that a loop or a condition does."""
    head = semicolon.before.partner if semicolon.last == ")" else None
    return head is not None and head.last in WITH_BLOCKS


def join_declarations(tokens: list[Token], texts: list[str]) -> None:
    """Write `let` for `const`, and once for several in a row: what is shortened was checked."""
    begun: set[Token | None] = set()  # brackets in which a statement with it has begun
    for index, token in enumerate(tokens):
        if token.kind == "word" and token.text in ("const", "let"):
            is_next = token.last == ";" and token.inside in begun
            texts[index] = "" if is_next else "let"
            if is_next:
                texts[index - 1] = ","
            begun.add(token.inside)
        if token.text == ";" and token.next not in ("const", "let"):
            begun.discard(token.inside)
