"""A JavaScript module in fewer bytes, which does the same.

Comments and spaces go, and so do marks that nobody needs. Two kinds of names become shorter:
private ones (`#board`), and variables, functions, classes and parameters that the module declares.
Scopes are not followed: all variables of one name get the same new name. Names of properties stay,
`{ width }` becomes `{ width: a }`, and so does whatever is not certainly declared here: it may be
the browser's.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count, product
from re import findall
from string import ascii_letters

from ml.commands.web.tokens import Token, join_tokens, read_tokens

KEYWORDS = set(
    findall(
        r"\w+",
        "as async await break case catch class const continue debugger default delete do else enum "
        "export extends false finally for from function get if import in instanceof let new null "
        "of return set static super switch this throw true try typeof var void while with yield "
        "implements interface package private protected public arguments eval",
    )
)
WITH_BLOCKS = ("if", "for", "while", "switch", "with")  # a block follows their brackets
SHORT_VALUES = {"true": "!0", "false": "!1"}
# Of JavaScript itself, and never changed: what the browser adds may be missing in a worker.
OWN = {
    *("Array", "Error", "Event", "Map", "Math", "Number", "Object", "Promise", "String"),
    *("Float32Array", "Float64Array", "Uint8Array", "DataView", "URL", "setTimeout"),
}
MODIFIERS = ("static", "get", "set", "async", "*")


def shorten(modules: Iterable[str]) -> tuple[str, list[str]]:
    """Return modules in fewer bytes, and what must stand before them.

    Names that one uses and does not declare stay in all, but for JavaScript's own that are used
    often, which get short names before all modules.
    """
    read = [Module(text) for text in modules]
    foreign = set().union(*(module.variables.keys() - module.declared for module in read))
    uses = sum((module.variables for module in read), Counter())
    own = choose_names(Counter({name: uses[name] for name in OWN & foreign}), make_names("$_"))
    own = {name: short for name, short in own.items() if is_worth_it(name, short, uses[name])}
    head = ",".join(f"{short}={name}" for name, short in own.items())
    return head and f"let {head};\n", [module.shorten(foreign, own) for module in read]


def is_worth_it(name: str, short: str, uses: int) -> bool:
    """Whether to declare a short name takes fewer bytes than it saves."""
    return uses * (len(name) - len(short)) > len(f"{short}={name},")


class Module:
    """The tokens of a module, and what its names stand for."""

    def __init__(self, text: str) -> None:
        self.tokens = drop_unused(read_tokens(text))
        words = [t for t in self.tokens if t.kind == "word" and t.text not in KEYWORDS]
        free = [token for token in words if not is_property(token)]
        self.variables = Counter(token.text for token in free)
        self.abbreviated = Counter(token.text for token in free if is_abbreviated(token))
        self.private = Counter(token.text for token in self.tokens if token.kind == "private")
        self.declared = {token.text for token in free if is_declaration(token)}
        self._free = set(free)

    def shorten(self, foreign: set[str], own: dict[str, str]) -> str:
        """Return the module in fewer bytes.

        No name that it declares becomes one that is `foreign`; `own` are short names for some.
        """
        taken = foreign | (self.variables.keys() - self.declared) | KEYWORDS
        local = Counter({name: self.variables[name] for name in self.declared - foreign})
        names = choose_names(local, (name for name in make_names() if name not in taken))
        names |= own | choose_names(self.private, (f"#{name}" for name in make_names()))
        texts = [self._write(token, names) for token in self.tokens]
        drop_marks(self.tokens, texts)
        join_declarations(self.tokens, texts)
        return join_tokens(self.tokens, texts)

    def _write(self, token: Token, names: dict[str, str]) -> str:
        if token.kind == "word" and token.text in SHORT_VALUES and token.last not in (".", "?."):
            return SHORT_VALUES[token.text]
        name = names.get(token.text)
        if name is None or (token.kind != "private" and token not in self._free):
            return token.text
        return f"{token.text}:{name}" if is_abbreviated(token) else name


def choose_names(uses: Counter, short: Iterator[str]) -> dict[str, str]:
    """Return a new name for each, the shortest ones for the most frequent."""
    by_use = sorted(uses, key=lambda name: (-uses[name], name))
    return dict(zip(by_use, short, strict=False))


def make_names(letters: str = ascii_letters) -> Iterator[str]:
    """Return names of these letters, the shortest first."""
    for length in count(1):
        yield from map("".join, product(letters, repeat=length))


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


def drop_unused(tokens: list[Token]) -> list[Token]:
    """Leave out functions of a module that nothing in it names, until there are none."""
    names = Counter(token.text for token in tokens if token.kind == "word")
    dropped: set[Token] = set()
    for token in tokens:
        if token.text != "function" or token.inside or names[token.next] > 1:
            continue
        start = token.before if token.last == "async" else token
        end = token.after.after.partner.after.partner  # function name ( … ) { … }
        dropped |= set(tokens[tokens.index(start) : tokens.index(end) + 1])
    kept = [token for token in tokens if token not in dropped]
    for before, after in zip([None, *kept], [*kept, None], strict=True):
        if before:
            before.after = after
        if after:
            after.before = before
    return drop_unused(kept) if dropped else kept


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
