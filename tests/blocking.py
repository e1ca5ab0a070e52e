"""Programs in which packages are not installed."""

BLOCK = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {names}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocked())
"""


def write_block(*names: str) -> str:
    """Return the beginning of a program to which packages of these names are unknown."""
    return BLOCK.format(names=names)
