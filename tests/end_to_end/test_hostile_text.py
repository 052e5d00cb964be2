"""Text from outside (presets, runs, exceptions) reaches neither the terminal nor the markup parser."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end.terminal import Terminal
from tui_trainer.core import rundir
from tui_trainer.core.events import Evaluated, PhaseChanged, RunStarted
from tui_trainer.core.liveness import boot_id, host
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogWriter

ESCAPES = "\x1b[31m\x1b]52;c;aGk=\x07\x1b]0;title\x07\x9b1m\x08\r"
UNSEEN = "\u202eevil\u2066\u200b\u0301\ufeff"
MARKUP = "[red]X[/][@click=app.quit]Y[/]"
HOSTILE = f"{ESCAPES}{UNSEEN}{MARKUP}"

FORBIDDEN = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff\u0300-\u036f]")


@pytest.fixture
def hostile_run(home: Path) -> RunDir:
    """A failed run whose every text was written by somebody hostile."""
    run = rundir.create(Recipe(name="evil"))
    said = {"attempt": 1, "elapsed_s": 1.0}
    with LogWriter(run.events) as log:
        log.append(
            RunStarted(
                **said,
                name=HOSTILE,
                task="binary",
                host=host(),
                boot_id=boot_id(),
                pid=1,
                started_at=time.time(),
                classes=[f"a{HOSTILE}", f"b{HOSTILE}"],
            )
        )
        metrics = {"loss": 0.5, "accuracy": 0.5}
        for split in ("train", "validation"):
            log.append(
                Evaluated(
                    **said, step=0, split=split, num_samples=4, metrics=metrics, confusion=((1, 1), (1, 1))
                )
            )
        log.append(PhaseChanged(**said, phase="failed", reason=f"ValueError: {HOSTILE}"))
    run.worker_log.write_text(f"Traceback {HOSTILE}\n")
    return run


@pytest.fixture
def hostile_preset(tmp_path: Path) -> str:
    """The name of a user's recipe whose texts are hostile."""
    folder = tmp_path / "config" / "presets" / "recipes"
    folder.mkdir(parents=True)
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in HOSTILE)
    (folder / "evil.toml").write_text(
        f'schema = 1\n[data]\npreset = "moons"\n'
        f'[text.en]\nsummary = "look: {escaped}"\ncommentary = "{escaped}"\n'
    )
    return "evil"


@pytest.mark.parametrize(
    "arguments",
    [
        ["presets"],
        ["presets", "recipes"],
        ["presets", "show", "evil"],
        ["runs"],
        ["show", "latest"],
        ["logs", "latest"],
        ["events", "latest"],
        ["train", f"--data={HOSTILE}"],
        ["train", "--set", f"optimizer.{HOSTILE}=1"],
        ["show", HOSTILE],
    ],
    ids=lambda arguments: "-".join(arguments[:2])[:24].encode("ascii", "ignore").decode(),
)
def test_no_command_prints_it(arguments: list[str], hostile_run: RunDir, hostile_preset: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "tui_trainer", *arguments], capture_output=True, timeout=60
    )
    printed = (done.stdout + done.stderr).decode()
    assert printed
    assert "Traceback (most recent" not in printed
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", printed), repr(printed)
    assert not FORBIDDEN.search(printed), repr(printed)


def test_the_app_shows_it_as_plain_text(hostile_run: RunDir, hostile_preset: str) -> None:
    with Terminal(hostile_preset) as terminal:
        terminal.until_shows("look:")
        terminal.until_shows("[red]X[/]")
        terminal.press("]")
        terminal.until_shows("failed")
        terminal.press("\r")
        terminal.until_shows("ValueError")
        terminal.press("q")
        assert terminal.until_ended() == 0
        written = terminal.written.decode()
    assert "\x1b]52" not in written
    assert "\x1b]0;title" not in written
    assert "\x9b" not in written
    assert not FORBIDDEN.search(written)
