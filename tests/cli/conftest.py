"""The command line in this process, and runs to ask it about."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.outcome import Outcome, Record, RunCli
from tui_trainer.cli import main
from tui_trainer.core import rundir
from tui_trainer.core.events import Event
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogWriter


@dataclass(frozen=True)
class Trained:
    """What training once left behind."""

    home: Path
    outcome: Outcome


@pytest.fixture
def run_cli(capfd: pytest.CaptureFixture[str]) -> RunCli:
    def run(*arguments: str) -> Outcome:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        captured = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return Outcome(ended.value.code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """first-steps, trained for two epochs through pipes."""
    folder = tmp_path_factory.mktemp("trained")
    home = folder / "home"
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tui_trainer", "train", "--epochs", "2"],
        env={**os.environ, "TUI_TRAINER_HOME": str(home), "TUI_TRAINER_CONFIG": str(folder / "config")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Trained(home, Outcome(done.returncode, done.stdout, done.stderr))


@pytest.fixture
def trained(trained_once: Trained, home: Path) -> RunDir:
    """A finished run in this test's own home: a run is moved by copying its folder."""
    assert trained_once.outcome.status == 0, trained_once.outcome.err
    shutil.copytree(trained_once.home, home)
    return rundir.find("latest")


@pytest.fixture
def record() -> Record:
    def make(events: Iterable[Event]) -> RunDir:
        run = rundir.create(Recipe(name="recorded"))
        with LogWriter(run.events) as log:
            for event in events:
                log.append(event)
        return run

    return make
