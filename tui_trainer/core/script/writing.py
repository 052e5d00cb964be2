"""How the lines of a script are written: as a formatter would leave them, safe whatever stands in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

WIDTH = 76
"""The longest line: it fits on a screen of 80 columns with a margin."""

_IMPORTS = (
    ("copy", "import copy"),
    ("math", "import math"),
    ("np", "import numpy as np"),
    ("torch", "import torch"),
    ("F", "import torch.nn.functional as F"),
    ("load_breast_cancer", "from sklearn.datasets import load_breast_cancer  # pip install scikit-learn"),
    ("load_diabetes", "from sklearn.datasets import load_diabetes  # pip install scikit-learn"),
    ("load_digits", "from sklearn.datasets import load_digits  # pip install scikit-learn"),
    ("load_iris", "from sklearn.datasets import load_iris  # pip install scikit-learn"),
    ("load_wine", "from sklearn.datasets import load_wine  # pip install scikit-learn"),
    ("nn", "from torch import nn"),
    ("datasets", "from torchvision import datasets"),
    ("BasicBlock", "from torchvision.models.resnet import BasicBlock"),
)
"""Name in the script and the line that brings it, in the order they are written."""
_STANDARD_LIBRARY = frozenset({"copy", "math"})


@dataclass(frozen=True)
class Step:
    """One step of the script."""

    title: str
    blocks: Sequence[str]
    """Lines that belong together, or a function; no newline at the end."""
    uses: frozenset[str] = field(default=frozenset())
    """Names that imports bring."""


def imports(steps: Iterable[Step]) -> str:
    """The imports that ``steps`` need, the standard library's first."""
    used = frozenset[str]().union(*(step.uses for step in steps))
    groups = [
        "\n".join(line for name, line in _IMPORTS if name in used and (name in _STANDARD_LIBRARY) is standard)
        for standard in (True, False)
    ]
    return "\n\n".join(filter(None, groups))


def joined(blocks: Iterable[str]) -> str:
    """The whole script: an empty line between blocks, two around functions and classes."""
    text, follows_function = "", False
    for block in blocks:
        is_function = _is_function(block)
        if text:
            text += "\n\n\n" if is_function or follows_function else "\n\n"
        text += block
        follows_function = is_function
    return text + "\n"


def _is_function(block: str) -> bool:
    first = next((line for line in block.split("\n") if not line.startswith("#")), "")
    return first.startswith(("def ", "class "))


def call(function: str, arguments: Sequence[str], *, before: str = "", indent: str = "") -> str:
    """``before function(arguments)`` on a line, or an argument a line where that is too long."""
    line = f"{indent}{before}{function}({', '.join(arguments)})"
    if len(line) <= WIDTH:
        return line
    return exploded(function, arguments, before=before, indent=indent)


def exploded(function: str, arguments: Sequence[str], *, before: str = "", indent: str = "") -> str:
    """The call with an argument a line; its last comma keeps formatters from joining them."""
    inner = "".join(f"{indent}    {argument},\n" for argument in arguments)
    return f"{indent}{before}{function}(\n{inner}{indent})"


def string(text: str) -> str:
    """``text`` as a literal in ASCII, in the quotes that need fewer escapes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    escaped = text.encode("unicode_escape").decode("ascii").replace(quote, f"\\{quote}")
    return f"{quote}{escaped}{quote}"
