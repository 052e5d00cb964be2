import subprocess
import sys

from tui_trainer.training.torchvision_compat import MNIST

ONLY_HERE = """
import sys
import tui_trainer.training.data
assert "torchvision" not in sys.modules, "imported before anybody named one of its sets"
import tui_trainer.training.torchvision_compat
assert "torchvision" in sys.modules
"""


def test_torchvision_loads_whatever_torch_it_was_built_for():
    assert [name for name, _ in MNIST.resources] == [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    ]


def test_torchvision_is_imported_only_when_needed():
    done = subprocess.run([sys.executable, "-c", ONLY_HERE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
