import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.outcome import RunCli
from tui_trainer.cli import program
from tui_trainer.core.rundir import RunDir


def run_program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "tui_trainer", *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def completions(*words: str) -> list[str]:
    done = run_program(
        _TUI_TRAINER_COMPLETE="bash_complete",
        COMP_WORDS=" ".join(["tui-trainer", *words]),
        COMP_CWORD=str(len(words)),
    )
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in program.commands)])
def test_every_command_explains_itself(run_cli: RunCli, arguments: list[str]) -> None:
    done = run_cli(*arguments)
    assert done.status == 0
    assert done.out.startswith("Usage: tui-trainer")


def test_help_teaches_by_examples_and_names_every_command(run_cli: RunCli) -> None:
    help_page = run_cli("--help").out
    assert "tui-trainer train --optimizer sgd" in help_page
    for name, command in program.commands.items():
        assert command.hidden or f"\n  {name} " in help_page


@pytest.mark.parametrize(
    ("typed", "meant"), [("trian", "train"), ("first-step", "first-steps"), ("preset", "presets")]
)
def test_an_unknown_word_is_answered_with_the_nearest_command_or_recipe(
    run_cli: RunCli, typed: str, meant: str
) -> None:
    done = run_cli(typed)
    assert done.status == 2
    assert done.err == (f"tui-trainer: '{typed}' is neither a recipe nor a command; did you mean {meant}?\n")


def test_a_word_near_nothing_is_answered_with_all_recipes(run_cli: RunCli) -> None:
    assert "recipes are first-steps, " in run_cli("zzzzzz").err


def test_options_may_stand_before_the_command(run_cli: RunCli) -> None:
    assert "un pas propre à chaque poids" in run_cli("--lang", "fr", "presets", "optimizers").out
    assert "un pas propre à chaque poids" in run_cli("--lang=fr", "presets", "show", "adam").out
    done = run_cli("--set", "optimizer.lr=-1", "train", "--epochs", "2")
    assert done.err.startswith("tui-trainer train: optimizer.lr = -1: must be greater")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--lang", "fr", "train"], "--lang is an option of the app; train has no such option"),
        (["--ascii", "presets", "show", "adam"], "--ascii is an option of the app; presets show has no such"),
        (["--lr", "1", "runs"], "--lr is an option of the app; runs has no such option"),
    ],
)
def test_an_option_before_a_command_that_has_none_is_one_sentence(
    run_cli: RunCli, arguments: list[str], sentence: str
) -> None:
    done = run_cli(*arguments)
    assert (done.status, len(done.err.splitlines())) == (2, 1)
    assert done.err.startswith(f"tui-trainer: {sentence}")


@pytest.mark.parametrize(
    ("group", "arguments"),
    [
        ("recipes", ["bad1"]),
        ("recipes", ["train", "bad1"]),
        ("recipes", ["presets", "show", "bad1"]),
        ("optimizers", ["train", "--optimizer", "bad1"]),
        ("optimizers", ["descent", "--optimizer", "bad1"]),
        ("schedules", ["train", "--schedule", "bad1"]),
    ],
)
def test_what_is_wrong_with_a_preset_of_one_s_own_is_said_where_it_is_used(
    run_cli: RunCli, tmp_path: Path, group: str, arguments: list[str]
) -> None:
    folder = tmp_path / "config" / "presets" / group
    folder.mkdir(parents=True)
    (folder / "bad1.toml").write_text("schema = 1\n[optimizer]\nkind = 'adam'\nlr = -1\nbeta3 = 0\n")
    done = run_cli(*arguments)
    assert done.status == 2
    for mistake in [line for line in run_cli("presets").err.splitlines() if "bad1.toml" in line]:
        assert mistake in done.err
    assert f"{group}/bad1.toml: optimizer." in done.err


def test_hostile_words_do_not_reach_the_terminal(run_cli: RunCli) -> None:
    done = run_cli("\x1b]52;c;aGk=\x07\u202e")
    assert done.status == 2
    assert "\x1b" not in done.err
    assert "\u202e" not in done.err


@pytest.mark.parametrize("arguments", [[], ["first-steps"], ["--ascii"], ["--optimizer", "sgd"]])
def test_without_a_terminal_the_app_says_so_in_one_sentence(arguments: list[str]) -> None:
    done = run_program(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == ("tui-trainer: the app needs a terminal; without one there is tui-trainer train.\n")


@pytest.mark.parametrize(
    ("arguments", "spelled"),
    [
        (["presets", "show", "adam", "--lang", "fr"], "apprend bien presque sans reglage"),
        (["presets", "show", "adam"], "optimizer.lr             eta      0.001  "),
        (["show", "latest"], "digits - fcnn 64-32 relu - cross-entropy - adam"),
    ],
)
def test_what_stdout_cannot_show_is_spelled(arguments: list[str], spelled: str, trained: RunDir) -> None:
    done = run_program(*arguments, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert spelled in done.stdout
    assert "?" not in done.stdout


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = f"{sys.executable} -P -m tui_trainer presets --json | head -c 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, timeout=60)
    assert done.returncode == 0
    assert done.stderr == b""


def test_a_home_that_cannot_be_made_is_one_sentence(run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_TRAINER_HOME", "/dev/null/home")
    done = run_cli("train", "--quiet")
    assert done.status == 1
    assert "set TUI_TRAINER_HOME" in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["tr"], {"train"}),
        (["first"], {"first-steps"}),
        (["--asc"], {"--ascii"}),
        (["train", "reg"], {"regression-fcnn"}),
        (["train", "--optimizer", "mom"], {"momentum"}),
        (["presets", "opt"], {"optimizers"}),
        (["presets", "show", "ada"], {"adagrad", "adam", "adamw"}),
        (["show", "lat"], {"latest"}),
    ],
)
def test_the_shell_completes(words: list[str], offered: set[str]) -> None:
    assert set(completions(*words)) == offered


def test_the_shell_completes_runs(trained: RunDir) -> None:
    assert completions("show", trained.id[:8]) == [trained.id]
