"""Our own ES modules as one: imports are followed, and each module gets a function of its own.

    import { History } from "./history.js";        const m1 = (() => { const [History] = m0;
    export class Board { … }                  ->   class Board { … } return [Board]; })();

It is no general bundler. It takes the forms of import and export that our code uses, and refuses
all others, so what it writes never means something else than the modules do. Comments go, and names
become short, by tdewolff-minify.
"""

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ml.errors import ExplainedError

IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.\.?/[^"]+\.js)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:class|function|const) (\w+)\b)", re.MULTILINE)
# What would mean something else inside a function.
REFUSED = {
    re.compile(r"^(?:import\b(?!\.meta)|export\b).*", re.MULTILINE): "only `import { … } from "
    '"./….js";` and `export` before a class, a function or a const are bundled',
    re.compile(r"\bimport\s*\(.*"): "a module that is imported later cannot be bundled",
    re.compile(r"^await\b.*", re.MULTILINE): "a bundled module cannot wait for its start",
}
SHEET = re.compile(r"`([^`$]*)`")


class ScriptError(ExplainedError):
    """A module that is not written as ours are; the message says what was met."""


@dataclass(frozen=True)
class Module:
    """A module taken apart: what it imports, what it exports, and its text without either."""

    imports: dict[Path, dict[str, str]]  # by file: each name there, and the name here
    exports: tuple[str, ...]
    body: str

    @property
    def wants(self) -> list[tuple[Path, str]]:
        """The file and the name there of everything that is imported."""
        return [(file, name) for file, pairs in self.imports.items() for name in pairs]


def bundle(entry: Path, styles: Path | None = None) -> str:
    """Return one ES module that does what the module `entry` and all that it imports do.

    In `styles`, the templates are style sheets. The same modules always give the same bytes. Raises
    ScriptError.
    """
    modules = order_modules(entry.resolve())
    wanted = {want for module in modules.values() for want in module.wants}
    given = {
        path: [name for name in module.exports if (path, name) in wanted]
        for path, module in modules.items()
    }
    names = {path: f"m{index}" for index, path in enumerate(modules)}
    bodies = [write_body(module, names, given, given[path]) for path, module in modules.items()]
    if styles:
        place = list(modules).index(styles.resolve())
        bodies[place] = SHEET.sub(lambda found: f"`{shorten(found[1], 'css')}`", bodies[place])
    scopes = zip(names.values(), bodies, strict=True)
    written = ",\n".join(f"{name} = (() => {{\n{body}\n}})()" for name, body in scopes)
    return shorten(f"let {written};\n", "javascript")


def can_shorten() -> bool:
    """Whether tdewolff-minify is installed; there is none for Apple's own processors."""
    return find_spec("minify") is not None


def shorten(text: str, kind: str) -> str:
    """Return CSS or JavaScript that means the same in fewer bytes, where it can be shortened."""
    if not can_shorten():
        return text
    import minify

    try:
        return minify.string(f"text/{kind}", text)
    except minify.MinifyError as error:
        raise ScriptError(f"a module is no JavaScript: {str(error).splitlines()[0]}") from error


def order_modules(entry: Path) -> dict[Path, Module]:
    """Return every module by its file, each after all that it imports."""
    modules: dict[Path, Module] = {}

    def visit(path: Path, way: tuple[Path, ...]) -> None:
        if path in way:
            circle = " -> ".join(each.name for each in (*way[way.index(path) :], path))
            raise ScriptError(f"modules import each other in a circle: {circle}")
        if path in modules:
            return
        module = take_apart(path)
        for imported in module.imports:
            visit(imported, (*way, path))
        modules[path] = module

    visit(entry, ())
    return modules


def take_apart(path: Path) -> Module:
    """Read a module. Raises ScriptError for whatever is not taken."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ScriptError(f"{path.name} is imported and is not there") from None
    imports: dict[Path, dict[str, str]] = {}
    for names, file in IMPORT.findall(text):
        pairs = dict(map(read_pair, names.strip().strip(",").split(",")))
        imports.setdefault((path.parent / file).resolve(), {}).update(pairs)
    exports = tuple(EXPORT.findall(text))
    body = EXPORT.sub("", IMPORT.sub("", text))
    for form, reason in REFUSED.items():
        if found := form.search(body):
            raise ScriptError(f"{path.name}: {found[0]!r}: {reason}")
    return Module(imports, exports, body)


def read_pair(name: str) -> tuple[str, str]:
    """Return the name there and the name here of what is imported: `a`, or `a as b`."""
    there, *here = name.split(" as ")
    return there.strip(), (here or [there])[0].strip()


def write_body(
    module: Module, names: dict[Path, str], given: dict[Path, list[str]], own: list[str]
) -> str:
    """Return what a module's function does: take what is imported, and return its `own` exports.

    `names` and `given` are every module's name and the exports that it returns, in their order.
    """
    taken = [
        f"const {write_pattern(pairs, given[file])} = {names[file]};\n"
        for file, pairs in module.imports.items()
    ]
    returned = f"return [{', '.join(own)}];" if own else ""
    return f"{''.join(taken)}{module.body}\n{returned}"


def write_pattern(pairs: dict[str, str], given: list[str]) -> str:
    """Return an import as a pattern of what its module gives: [one, , other]."""
    if missing := pairs.keys() - set(given):
        raise ScriptError(
            f"{min(missing)} is imported, and its module exports nothing of that name"
        )
    return f"[{', '.join(pairs.get(name, '') for name in given)}]"
