"""curl's command lines, parsed, so that the examples are run without curl."""

import argparse
import io
import shlex
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PARSER = argparse.ArgumentParser()
PARSER.add_argument("url")
PARSER.add_argument("-sS", action="store_true")
PARSER.add_argument("-X", dest="method")
PARSER.add_argument("-H", dest="headers", action="append", default=[])
PARSER.add_argument("-d", dest="data")
PARSER.add_argument("--data-binary", dest="file")
PARSER.add_argument("-F", dest="form", action="append", default=[])
PARSER.add_argument("-o", dest="save")


@dataclass
class Curl:
    """Runs command lines as curl would, by an app's client; files are kept here."""

    client: object
    token: str
    files: dict[str, bytes] = field(default_factory=dict)

    def run(self, command):
        """Run a command; return the answer."""
        one_line = command.replace("\\\n", "").replace("$TOKEN", self.token)
        program, *words = shlex.split(one_line)
        assert program == "curl"
        asked = PARSER.parse_args(words)
        headers = dict(line.split(": ", 1) for line in asked.headers)
        options = {}
        if asked.data is not None:
            options["data"] = asked.data
        if asked.file:
            options["data"] = self.files[asked.file.removeprefix("@")]
        if asked.form:
            options["data"] = {
                name: (io.BytesIO(self.files[file]), file)
                for name, _, file in (part.partition("=@") for part in asked.form)
            }
        method = asked.method or ("POST" if options else "GET")
        path = urlsplit(asked.url).path
        answer = self.client.open(path, method=method, headers=headers, buffered=True, **options)
        if asked.save:
            self.files[asked.save] = answer.data
        return answer
