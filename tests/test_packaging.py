"""The wheel: what it must carry, and that it works from wherever it is installed."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which a freshly built wheel was unpacked, as an installer does."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    built = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    site = folder / "site"
    with zipfile.ZipFile(folder / built.stdout.split()[-1]) as wheel:
        wheel.extractall(site)
    return site


def run_installed(site: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the unpacked program from ``folder``; the checkout is not on its path."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "tui_trainer", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_an_installed_wheel_finds_its_presets_from_another_folder(installed: Path, tmp_path: Path) -> None:
    done = run_installed(installed, tmp_path, "presets", "--json")
    assert done.returncode == 0, done.stderr
    listed = {preset["name"] for preset in json.loads(done.stdout)}
    shipped = {file.stem for file in (PROJECT / "presets").glob("*/*.toml")}
    assert listed == shipped


def test_an_installed_wheel_trains_on_the_data_it_carries(installed: Path, tmp_path: Path) -> None:
    done = run_installed(installed, tmp_path, "train", "--epochs", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["status"] == "finished"
