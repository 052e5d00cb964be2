import json
from pathlib import Path

import pytest

from tests.cli.outcome import RunCli
from tui_trainer.core.presets import GROUPS


def test_all_groups_are_listed_with_a_summary_in_the_language_asked_for(run_cli: RunCli) -> None:
    english, french = run_cli("presets", "--lang", "en"), run_cli("presets", "--lang", "fr")
    assert english.status == french.status == 0
    for heading in GROUPS:
        assert f"\n{heading}\n" in f"\n{english.out}"
    assert "its own step size for every weight" in english.out
    assert "un pas propre à chaque poids" in french.out


def test_the_locale_chooses_the_language(run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert "un pas propre" in run_cli("presets", "optimizers").out


def test_a_group_is_listed_alone(run_cli: RunCli) -> None:
    done = run_cli("presets", "losses", "--json")
    assert [preset["name"] for preset in json.loads(done.out)][:3] == ["mse", "mae", "huber"]


def test_a_wrong_group_is_answered_with_the_right_ones(run_cli: RunCli) -> None:
    done = run_cli("presets", "optimizer")
    assert done.status == 2
    assert done.err.startswith("tui-trainer presets: group 'optimizer': must be one of data, ")
    assert done.err.endswith("did you mean optimizers?\n")


def test_a_preset_is_explained_with_formula_reasons_and_settings(run_cli: RunCli) -> None:
    out = run_cli("presets", "show", "adam", "--lang", "en").out
    assert "m ← β₁m + (1-β₁)g" in out
    assert "+ learns well with hardly any tuning" in out
    assert "- may generalize worse than well-tuned SGD" in out
    settings = [line.split() for line in out.splitlines() if "optimizer.beta1" in line]
    assert settings[0][:3] == ["optimizer.beta1", "β₁", "0.9"]
    assert "betas[0]" in " ".join(settings[0])


def test_a_recipe_that_teaches_says_what_it_shows(
    run_cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "config" / "presets" / "recipes"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(
        'schema = 1\n[symptom]\ndiagnosis = "overfitting"\nvalidation_loss_rise = { at_least = 1.3 }\n'
    )
    shown = run_cli("presets", "show", "mine").out.splitlines()
    assert "shows: overfitting, validation loss ≥ 1.3 × its minimum" in shown
    assert "shows:" not in run_cli("presets", "show", "first-steps").out


def test_another_name_for_a_preset_will_do(run_cli: RunCli) -> None:
    assert run_cli("presets", "show", "bce").out.startswith("binary-cross-entropy (losses)")


def test_an_unknown_preset_is_answered_with_the_nearest(run_cli: RunCli) -> None:
    done = run_cli("presets", "show", "addam")
    assert (done.status, done.err) == (
        2,
        "tui-trainer presets show: no preset is called 'addam'; did you mean adam?\n",
    )


@pytest.fixture
def own_presets(tmp_path: Path) -> None:
    """The user's own folder, with one preset that is right, one that is not and one that would act."""
    folder = tmp_path / "config" / "presets" / "optimizers"
    folder.mkdir(parents=True)
    text = '[text.en]\nsummary = "mine\\u001b]0;owned\\u0007 [red]"\n'
    (folder / "slow-adam.toml").write_text(f'schema = 1\n[optimizer]\nkind = "adam"\nlr = 1e-5\n{text}')
    (folder / "wrong.toml").write_text('schema = 1\n[optimizer]\nkind = "adam"\nlearning_rate = 1\n')


@pytest.mark.usefixtures("own_presets")
def test_own_presets_are_listed_and_the_mistakes_in_them_told(run_cli: RunCli) -> None:
    done = run_cli("presets", "optimizers")
    assert done.status == 0
    assert "slow-adam" in done.out
    assert "(yours)" in done.out
    assert "wrong.toml: optimizer.learning_rate: no such setting; did you mean lr?" in done.err


@pytest.mark.usefixtures("own_presets")
def test_what_a_preset_says_cannot_act_on_the_terminal(run_cli: RunCli) -> None:
    for arguments in (["presets"], ["presets", "show", "slow-adam"]):
        done = run_cli(*arguments)
        assert "mine" in done.out
        assert "[red]" in done.out
        assert "\x1b" not in done.out
        assert "\x07" not in done.out
