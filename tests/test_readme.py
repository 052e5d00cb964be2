"""What the README tells people to type works, and CI types it."""

import re
import subprocess
import sys
from pathlib import Path

from tui_trainer.core import rundir
from tui_trainer.core.compose import Choices, compose
from tui_trainer.core.history import load
from tui_trainer.core.presets import Library, shipped_folder

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def test_two_commands_set_up_everything_a_line_each() -> None:
    start, test = blocks("sh")
    assert start.count("\n") == test.count("\n") == 1
    assert start.endswith(".venv/bin/tui-trainer\n")
    for command in (start, test):
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e ")
        subprocess.run(["bash", "-n", "-c", command], check=True)


def test_ci_runs_the_very_command_that_the_readme_gives() -> None:
    extraction = re.search(r"test_command=\$\((.*)\)", (PROJECT / ".ci" / "run").read_text())
    assert extraction is not None
    found = subprocess.run(
        ["bash", "-c", extraction[1]], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert found.stdout == blocks("sh")[1]


def test_every_version_that_was_tested_is_pinned() -> None:
    lines = (PROJECT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in pins)
    assert len({pin.partition("==")[0].lower() for pin in pins}) == len(pins)


def test_the_preset_in_it_is_right(tmp_path: Path) -> None:
    (text,) = blocks("toml")
    group, name = re.match(r"# (\w+)/([\w-]+)\.toml", text).groups()  # type: ignore[union-attr]
    (tmp_path / group).mkdir()
    (tmp_path / group / f"{name}.toml").write_text(text)
    library = Library.load([shipped_folder(), tmp_path])
    assert library.problems == ()
    assert compose(library, Choices(recipe=name)).recipe.architecture.kind == "fully-connected"


def test_it_opens_with_a_picture() -> None:
    picture = re.match(r"!\[.+\]\((.+)\)", README)
    assert picture is not None
    assert (PROJECT / picture[1]).is_file()


def test_its_six_lines_watch_a_loop(home: Path) -> None:
    (loop,) = blocks("python")
    assert re.findall(r"# (\d)$", loop, re.MULTILINE) == list("123456")
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"import torch\ntorch.manual_seed(0)\ntorch.set_num_threads(1)\n{loop}"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    run = rundir.find("latest")
    history = load(run)
    assert (history.phase, history.step) == ("finished", 1000)
    assert len(history.batch_loss) == 1000
    best = history.best("loss")
    assert best is not None
    assert best.metrics["accuracy"] > 0.9
    assert best.confusion is not None
    assert best.num_samples == 200
    own = run.own_loop()
    assert own is not None
    assert own.config == {"lr": 0.02, "hidden": 16}
