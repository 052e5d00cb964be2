from pathlib import Path

import pytest

from tui_trainer.cli.choosing import environment


@pytest.mark.parametrize("variable", ["TUI_TRAINER_DATA", "TUI_TRAINER_HOME"])
def test_a_worker_elsewhere_is_told_where_the_data_lie(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv(variable, "../beside")
    inside = "beside/data" if variable == "TUI_TRAINER_HOME" else "beside"
    assert environment(None) == {"TUI_TRAINER_DATA": str(tmp_path / inside)}
    assert environment(Path("given"))["TUI_TRAINER_DATA"] == str(tmp_path / "here" / "given")
