"""Where nothing can be written, every command says so in a sentence."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.outcome import RunCli
from tui_trainer.core.rundir import RunDir


@pytest.fixture
def read_only(trained: RunDir, home: Path) -> Iterator[RunDir]:
    """A run in a home that is mounted read-only, which binds root too."""
    aside = home.with_name("aside")
    shutil.copytree(home, aside)
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(home)]
    mounting = subprocess.run(mount, capture_output=True, text=True)
    if mounting.returncode:
        pytest.skip(f"no tmpfs can be mounted here ({mounting.stderr.strip()}): unshare -rm may help")
    try:
        shutil.copytree(aside, home, dirs_exist_ok=True)
        subprocess.run(["mount", "-o", "remount,ro", str(home)], check=True)
        yield trained
    finally:
        subprocess.run(["umount", "--lazy", str(home)], check=True)


@pytest.mark.parametrize(
    "command",
    [
        "train",
        "train --detach",
        "delete latest --yes",
        "resume latest --epochs 9",
        "fork latest --epochs 9 --detach",
    ],
)
def test_what_would_write_says_that_it_cannot(run_cli: RunCli, read_only: RunDir, command: str) -> None:
    done = run_cli(*command.split())
    assert done.status == 1
    assert "Read-only file system" in done.err.splitlines()[-1]
    assert "Traceback" not in done.err
    assert read_only.exists


def test_what_only_reads_works(run_cli: RunCli, read_only: RunDir) -> None:
    assert read_only.id in run_cli("runs").out
    assert "validation" in run_cli("show", "latest").out


def test_a_file_where_the_home_should_be_is_named(run_cli: RunCli, home: Path) -> None:
    home.write_text("")
    for command in ("train", "runs", "show latest"):
        done = run_cli(*command.split())
        assert done.status in (1, 2)
        assert f"{home}/runs" in done.err
        assert "TUI_TRAINER_HOME" in done.err
