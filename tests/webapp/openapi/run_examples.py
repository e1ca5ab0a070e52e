"""Runs each program that comes as a line of JSON, and answers what it printed as another."""

import contextlib
import io
import json
import sys

for line in sys.stdin:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(json.loads(line), {})
    print(json.dumps(printed.getvalue()), flush=True)
