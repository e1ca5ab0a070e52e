"""Examples that run: one request as a curl command, in JavaScript and in Python.

`$TOKEN` stands for the server's token where it is needed.
"""

import json
import shlex
from dataclasses import dataclass, field
from typing import Any

TOKEN = "$TOKEN"
INDENT = "\n    "


@dataclass(frozen=True)
class Example:
    """A request: its body is JSON, a file or a form with a file; what is answered may be saved."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    json: object = None
    file: str | None = None
    form: dict[str, str] = field(default_factory=dict)
    save: str | None = None


def make_example(url: str, path: str, method: str, operation: dict[str, Any]) -> Example:
    """Return the example of an operation; `url` is where the API is."""
    own = operation.get("x-example", {})
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(find_value(parameter["schema"])))
    headers, body = {}, find_body(operation)
    if needs_token(operation):
        headers["X-Board-Token"] = TOKEN
    if body is not None and not own.get("form"):
        headers["Content-Type"] = "application/json"
    return Example(
        method.upper(),
        f"{url}{path}",
        headers | own.get("headers", {}),
        body,
        **{name: own[name] for name in ("file", "form", "save") if name in own},
    )


def find_value(schema: dict[str, Any]) -> object:
    """Return a value for a parameter: its first example, or the first word that it may be."""
    return [*schema.get("examples", []), *schema.get("enum", [])][0]


def find_body(operation: dict[str, Any]) -> object:
    """Return the first example of a JSON body, None if there is none."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return next((each["value"] for each in content.get("examples", {}).values()), None)


def needs_token(operation: dict[str, Any]) -> bool:
    """Whether nobody may ask without the token or, in a browser, a hand's cookie."""
    security = operation.get("security", [])
    return {"token": []} in security and {} not in security


def write_curl(example: Example) -> str:
    """Return the command line."""
    parts = [f"curl -sS {shlex.quote(example.url)}"]
    is_usual = example.method == ("GET" if is_bare(example) else "POST")
    if not is_usual:
        parts[0] += f" -X {example.method}"
    for name, value in example.headers.items():
        quote = '"' if TOKEN in value else "'"
        parts.append(f"-H {quote}{name}: {value}{quote}")
    if example.json is not None:
        parts.append(f"-d {shlex.quote(json.dumps(example.json))}")
    if example.file:
        parts.append(f"--data-binary @{example.file}")
    parts += [f"-F {name}=@{file}" for name, file in example.form.items()]
    if example.save:
        parts.append(f"-o {example.save}")
    return f" \\{INDENT}".join(parts)


def is_bare(example: Example) -> bool:
    """Whether the request has no body."""
    return example.json is None and not example.file and not example.form


def write_javascript(example: Example) -> str:
    """Return a module for Node, or for the console of one of the board's own pages."""
    lines, options = [], []
    if example.file or example.form or example.save:
        lines.append('import { readFile, writeFile } from "node:fs/promises";')
    for name, file in example.form.items():
        lines.append("const form = new FormData();")
        lines.append(f'form.set("{name}", new Blob([await readFile("{file}")]), "{file}");')
    if example.method != "GET":
        options.append(f'method: "{example.method}"')
    if example.headers:
        options.append(f"headers: {quote_token(example.headers, 'process.env.TOKEN')}")
    if example.json is not None:
        options.append(f"body: JSON.stringify({json.dumps(example.json)})")
    if example.file:
        options.append(f'body: await readFile("{example.file}")')
    if example.form:
        options.append("body: form")
    asked = ", {" + "".join(f"{INDENT}{each}," for each in options) + "\n}" if options else ""
    lines.append(f'const answer = await fetch("{example.url}"{asked});')
    if example.save:
        lines.append(f'await writeFile("{example.save}", Buffer.from(await answer.arrayBuffer()));')
    else:
        lines.append("console.log(answer.status, await answer.text());")
    return "\n".join(lines)


def write_python(example: Example) -> str:
    """Return a program that needs nothing but Python itself."""
    if example.form:  # Python has nothing that writes forms; the route takes JSON as well
        return write_python_of_picture(example)
    modules, lines, arguments = ["urllib.request"], [], [f'"{example.url}"']
    if example.json is not None:
        modules.append("json")
        lines.append(f"body = {example.json!r}")
        arguments.append("json.dumps(body).encode()")
    if example.file:
        lines.append(f'content = open("{example.file}", "rb").read()')
        arguments.append("content")
    if TOKEN in example.headers.values():
        modules.append("os")
    if example.headers:
        variable = 'os.environ["TOKEN"]'
        arguments.append(f"headers={quote_token(example.headers, variable)}")
    if example.method != ("GET" if is_bare(example) else "POST"):
        arguments.append(f'method="{example.method}"')
    lines.append(f"request = urllib.request.Request({INDENT}{f',{INDENT}'.join(arguments)},\n)")
    return write_program(modules, lines, example.save)


def write_python_of_picture(example: Example) -> str:
    """Return a program that sends a form's picture as a data URL."""
    (file,) = example.form.values()
    lines = [
        f'content = base64.b64encode(open("{file}", "rb").read()).decode()',
        'body = {"image": "data:image/png;base64," + content}',
        "request = urllib.request.Request(",
        f'    "{example.url}",',
        "    json.dumps(body).encode(),",
        '    headers={"Content-Type": "application/json"},',
        ")",
    ]
    return write_program(["base64", "json", "urllib.request"], lines, None)


def write_program(modules: list[str], lines: list[str], save: str | None) -> str:
    """Return a program that prepares a request, sends it, and shows or saves what is answered."""
    show = "print(answer.status, answer.read().decode())"
    if save:
        show = f'open("{save}", "wb").write(answer.read())'
    sent = [
        "try:",
        "    with urllib.request.urlopen(request) as answer:",
        f"        {show}",
        "except urllib.error.HTTPError as error:",
        "    print(error.code, error.read().decode())  # its detail says what to change",
    ]
    imports = [f"import {module}" for module in sorted(["urllib.error", *modules])]
    return "\n".join([*imports, "", *lines, *sent])


def quote_token(headers: dict[str, str], variable: str) -> str:
    """Return headers as an object, with a variable in the place of the token."""
    return json.dumps(headers).replace(json.dumps(TOKEN), variable)
