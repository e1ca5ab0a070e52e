"""Our own ES modules as one: imports are followed, and each module gets a function scope of its own.

    import { History } from "./history.js";        const m1=(()=>{const{History}=m0;
    export class Board { … }                  ->   class Board{…}return{Board};})();

It is no general bundler. It takes the forms of import and export that our code uses, and refuses
all others, so what it writes never means something else than the modules do.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from rjsmin import jsmin

from ml.errors import ExplainedError

IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.\.?/[^"]+\.js)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:class|function|const) (\w+)\b)", re.MULTILINE)
# What would mean something else inside a function, or would lose its meaning without comments.
REFUSED = {
    re.compile(r"^(?:import\b(?!\.meta)|export\b).*", re.MULTILINE): "only `import { … } from "
    '"./….js";` and `export` before a class, a function or a const are bundled',
    re.compile(r"\bimport\s*\(.*"): "a module that is imported later cannot be bundled",
    re.compile(r"^await\b.*", re.MULTILINE): "a bundled module cannot wait for its start",
    re.compile(r"\$\{[^}`]*`.*"): "a template inside another one would lose its spaces",
}


class BundleError(ExplainedError):
    """A module that cannot be part of a bundle; the message says which and why."""


@dataclass(frozen=True)
class Module:
    """A module taken apart: what it imports, what it exports, and its text without either."""

    imports: tuple[tuple[str, Path], ...]  # the names as written between the braces, and the file
    exports: tuple[str, ...]
    body: str


def bundle(entry: Path, banner: str = "") -> str:
    """Return one ES module that does what the module `entry` and all that it imports do.

    The same modules always give the same text. Raises BundleError.
    """
    modules = order_modules(entry.resolve())
    names = {path: f"m{index}" for index, path in enumerate(modules)}
    scopes = "".join(write_scope(names, path, module) for path, module in modules.items())
    return f"{banner}{jsmin(scopes)}\n"


def order_modules(entry: Path) -> dict[Path, Module]:
    """Return every module by its file, each after all that it imports."""
    modules: dict[Path, Module] = {}

    def visit(path: Path, way: tuple[Path, ...]) -> None:
        if path in way:
            circle = " -> ".join(each.name for each in (*way[way.index(path) :], path))
            raise BundleError(f"modules import each other in a circle: {circle}")
        if path in modules:
            return
        module = take_apart(path)
        for _, imported in module.imports:
            visit(imported, (*way, path))
        modules[path] = module

    visit(entry, ())
    return modules


def take_apart(path: Path) -> Module:
    """Read a module. Raises BundleError for whatever is not taken."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BundleError(f"{path.name} is imported and is not there") from None
    imports = tuple((names, (path.parent / file).resolve()) for names, file in IMPORT.findall(text))
    exports = tuple(EXPORT.findall(text))
    body = EXPORT.sub("", IMPORT.sub("", text))
    for form, reason in REFUSED.items():
        if found := form.search(body):
            raise BundleError(f"{path.name}: {found[0]!r}: {reason}")
    return Module(imports, exports, body)


def write_scope(names: dict[Path, str], path: Path, module: Module) -> str:
    """Return a module as a function that is called at once and returns what is exported."""
    taken = "".join(
        f"const {{{wanted.replace(' as ', ': ')}}} = {names[imported]};\n"
        for wanted, imported in module.imports
    )
    given = f"return {{{','.join(module.exports)}}};" if module.exports else ""
    return f"const {names[path]} = (() => {{\n{taken}{module.body}\n{given}\n}})();\n"
