"""Every preset as ``presets show`` explains it, in both languages, to be read by whoever changes one."""

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.cli.outcome import RunCli
from tui_trainer.core.presets import Library, shipped_folder

LIBRARY = Library.load((shipped_folder(),))
NAMES = sorted({preset.name for preset in LIBRARY.presets.values() if preset.group != "recipes"})


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", NAMES)
def test_it_explains(name: str, language: str, run_cli: RunCli, snapshot: SnapshotAssertion) -> None:
    done = run_cli("presets", "show", name, "--lang", language)
    assert (done.status, done.err) == (0, "")
    assert done.out == snapshot


def test_the_course_is_quoted_where_pytorch_computes_something_else(run_cli: RunCli) -> None:
    assert (
        "  in the course: v ← γv + ηg, θ ← θ - v\n"
        in run_cli("presets", "show", "momentum", "--lang", "en").out
    )
    assert "  dans le cours : v ← γv + ηg" in run_cli("presets", "show", "momentum", "--lang", "fr").out
    assert "in the course" not in run_cli("presets", "show", "adam", "--lang", "en").out


def test_the_labels_speak_french_too(run_cli: RunCli) -> None:
    out = run_cli("presets", "show", "sgd", "--lang", "fr").out
    assert "réglages, pour --set CLÉ=VALEUR :" in out
    assert "PyTorch : lr." in out
