import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.core.script.saving import save
from tui_trainer.core.text import slug


def test_a_file_that_is_there_is_never_written_to(tmp_path: Path) -> None:
    (tmp_path / "first-steps.py").write_text("precious")
    (tmp_path / "first-steps-2.py").symlink_to(tmp_path / "nowhere")
    assert save("text", "first-steps", tmp_path) == tmp_path / "first-steps-3.py"
    assert save("more", "first-steps", tmp_path) == tmp_path / "first-steps-4.py"
    assert (tmp_path / "first-steps.py").read_text() == "precious"
    assert not (tmp_path / "nowhere").exists()
    assert (tmp_path / "first-steps-3.py").read_text() == "text"


@pytest.mark.parametrize("name", ["torch", "numpy", "copy", "math"])
def test_no_script_stands_in_the_place_of_what_it_imports(name: str, tmp_path: Path) -> None:
    assert save("text", name, tmp_path).name == f"{name}-script.py"


@pytest.mark.parametrize(
    ("name", "file"), [("Été à l'eau", "ete-a-l-eau.py"), ("../../etc", "etc.py"), ("\n日本", "recipe.py")]
)
def test_a_name_becomes_a_file_in_the_folder(name: str, file: str, tmp_path: Path) -> None:
    assert save("text", name, tmp_path) == tmp_path / file


@given(st.text())
def test_a_slug_leads_nowhere_else(name: str) -> None:
    assert os.path.basename(slug(name)) == slug(name)  # noqa: PTH119
    assert not slug(name).startswith(("-", "."))
    assert slug(slug(name)) == slug(name)


def test_what_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        save("text", "x", tmp_path / "absent")
