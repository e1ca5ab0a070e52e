"""`python -m tests.faults [NAME …]`: try every fault at every step, and say what was lost."""

import sys
import tempfile
import time
from pathlib import Path

from tests.faults.enumeration import enumerate_faults
from tests.faults.files import WRITES as FILES
from tests.faults.stored import WRITES as STORED

WRITES = FILES + STORED

for each in WRITES:
    if sys.argv[1:] and each.name not in sys.argv[1:]:
        continue
    t = time.time()
    with tempfile.TemporaryDirectory() as place:
        result = enumerate_faults(each(), Path(place) / "f")
    print(
        result.name,
        result.steps,
        sum(result.tries.values()),
        dict(result.tries),
        dict(result.ends),
        len(result.lost),
        f"{time.time() - t:.1f}s",
    )
    for line in result.lost[:15]:
        print("   ", line[:400])
