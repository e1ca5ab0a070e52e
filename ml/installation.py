"""Where this project's packages are installed, and what a person types to install more."""

import sys
from pathlib import Path

from ml.files import OWN_PYTHON, PROJECT_DIR, has_own_python, runs_own_python

# What requirements.txt lists on top of requirements-serve.txt.
FOR_TRAINING = {
    *("filelock", "matplotlib", "onnx", "onnxscript", "safetensors", "torch", "torchvision"),
    "tqdm",
}


def list_training_installs(root: Path = PROJECT_DIR) -> list[str]:
    """Return the commands of which one installs PyTorch and all else that training needs.

    They name no folder of this machine: everybody may read them. Empty where the file that lists
    it is not there, as in the Docker image.
    """
    if not (root / "requirements.txt").is_file():
        return []
    if not runs_own_python(root):
        return ["python -m pip install -r requirements.txt"]
    by_make = [] if sys.platform == "win32" else ["make setup-train"]
    return [*by_make, f"{OWN_PYTHON} -m pip install -r requirements.txt"]


def advise(package: str, root: Path = PROJECT_DIR) -> str:
    """Return what to do about a package, named as in `import`, that this Python lacks."""
    runs_own = runs_own_python(root)
    if has_own_python(root) and not runs_own:
        return f"run it with the project's own Python: {OWN_PYTHON} run.py"
    is_for_training = package.partition(".")[0] in FOR_TRAINING
    file = "requirements.txt" if is_for_training else "requirements-serve.txt"
    if not (root / file).is_file():
        return "what it is for is not part of this installation"
    python = OWN_PYTHON if runs_own else sys.executable
    return f"install it with: {python} -m pip install -r {file}"
