"""Environments of other programs, each made once, where the system keeps caches."""

import os
import subprocess
import sys
import venv
from pathlib import Path

OTHERS = {
    "lightning": ("lightning==2.6.*", "rich", "tensorboard"),
    "keras": ("keras==3.*",),
    "skorch": ("skorch==1.*",),
    "ignite": ("pytorch-ignite==0.5.*", "tqdm"),
    "fastai": ("fastai==2.*",),
}
"""Trainer -> what pip installs for it beside torch."""

READERS = {"tensorboard": ("tensorboard==2.*",)}
"""What reads logs, and needs no torch."""

CONSTRAINTS = Path(__file__).resolve().parents[1] / "constraints.txt"


def folder() -> Path:
    """Where the environments lie: ``$TUI_TRAINER_BENCHMARKS``, else the user's cache."""
    from platformdirs import user_cache_path

    chosen = os.environ.get("TUI_TRAINER_BENCHMARKS")
    return Path(chosen) if chosen else user_cache_path("tui-trainer-benchmarks", appauthor=False)


def python_of(name: str) -> str:
    """The interpreter of a program's environment, which is made where it is not there yet."""
    home = folder() / name
    python, whole = home / "bin" / "python", home / "whole"
    if not whole.exists():
        print(f"making an environment for {name} …", file=sys.stderr, flush=True)
        venv.create(home, with_pip=True, clear=True)
        packages = READERS[name] if name in READERS else ("torch", *OTHERS[name])
        # The constraints hold torch to the build that the figures are about.
        install = [str(python), "-m", "pip", "install", "--quiet", "-c", str(CONSTRAINTS)]
        subprocess.run([*install, "numpy", *packages], check=True)
        whole.touch()
    return str(python)
