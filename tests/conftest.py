"""Every test has a home and a configuration of its own, and no network of environment variables around it."""

from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no bug: how long one example takes proves nothing.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

MNIST_FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that stands for ``<home>`` in this test."""
    folder = tmp_path / "home"
    monkeypatch.setenv("TUI_TRAINER_HOME", str(folder))
    monkeypatch.setenv("TUI_TRAINER_CONFIG", str(tmp_path / "config"))
    for name in ("TUI_TRAINER_DATA", "TUI_TRAINER_DOWNLOAD", "NO_COLOR", "SSH_CONNECTION", "SLURM_JOB_ID"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def mnist_folder() -> Path:
    """Where the real MNIST lies; the test is skipped where it does not."""
    if not (MNIST_FOLDER / "MNIST" / "raw").is_dir():
        pytest.skip(f"the real MNIST is not at {MNIST_FOLDER}")
    return MNIST_FOLDER
