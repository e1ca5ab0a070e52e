"""Our own ES modules as one: imports are followed, and each module gets a function of its own.

    import { History } from "./history.js";        const m1=(()=>{const{a}=m0;
    export class Board { … }                  ->   class b{…}return{a:b}})();

It is no general bundler. It takes the forms of import and export that our code uses, and refuses
all others, so what it writes never means something else than the modules do.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from ml.commands.web.shorten import make_names, shorten
from ml.commands.web.tokens import ScriptError

IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.\.?/[^"]+\.js)";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:class|function|const) (\w+)\b)", re.MULTILINE)
# What would mean something else inside a function.
REFUSED = {
    re.compile(r"^(?:import\b(?!\.meta)|export\b).*", re.MULTILINE): "only `import { … } from "
    '"./….js";` and `export` before a class, a function or a const are bundled',
    re.compile(r"\bimport\s*\(.*"): "a module that is imported later cannot be bundled",
    re.compile(r"^await\b.*", re.MULTILINE): "a bundled module cannot wait for its start",
}
SHEET = re.compile(r"`[^`$]*`")


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

    @property
    def keys(self) -> dict[str, str]:
        """The name under which each export is handed on in the bundle."""
        return dict(zip(self.exports, make_names(), strict=False))


def bundle(entry: Path, banner: str = "", styles: Path | None = None) -> str:
    """Return one ES module that does what the module `entry` and all that it imports do.

    In `styles`, whose templates are style sheets, these lose their line breaks and indentation. The
    same modules always give the same bytes. Raises ScriptError.
    """
    modules = order_modules(entry.resolve())
    names = {path: f"m{index}" for index, path in enumerate(modules)}
    wanted = {(file, name) for module in modules.values() for file, name in module.wants}
    bodies = [write_body(names, modules, path, wanted) for path in modules]
    if styles:
        place = list(modules).index(styles.resolve())
        bodies[place] = SHEET.sub(lambda found: squeeze(found[0]), bodies[place])
    head, short = shorten(bodies)
    scopes = zip(names.values(), short, strict=True)
    written = ",\n".join(f"{name}=(()=>{{{body}}})()" for name, body in scopes)
    return f"{banner}{head}let {written};\n"


def squeeze(sheet: str) -> str:
    """Return a style sheet without line breaks, indentation and spaces that mean nothing."""
    return re.sub(r"(?<=[:,]) |\s*\n\s*| (?=\{)|;(?=\s*\})", "", sheet)


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
    names: dict[Path, str], modules: dict[Path, Module], path: Path, wanted: set[tuple[Path, str]]
) -> str:
    """Return what a module's function does: take what is imported, and return what is `wanted`."""
    module = modules[path]
    taken = [
        f"const {{{link(pairs, modules[file])}}} = {names[file]};\n"
        for file, pairs in module.imports.items()
    ]
    given = [f"{key}: {name}" for name, key in module.keys.items() if (path, name) in wanted]
    returned = f"return {{ {', '.join(given)} }};" if given else ""
    return f"{''.join(taken)}{module.body}\n{returned}"


def link(pairs: dict[str, str], module: Module) -> str:
    """Return an import as a pattern of the keys under which the names are handed on."""
    for name in pairs:
        if name not in module.keys:
            raise ScriptError(f"{name} is imported, and its module exports nothing of that name")
    return ", ".join(f"{module.keys[name]}: {alias}" for name, alias in pairs.items())
