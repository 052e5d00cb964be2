from pathlib import Path

import pytest

from tui_trainer.core import labels
from tui_trainer.core.labels import Labels, tagged
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir, create


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    return create(Recipe(), root=tmp_path / "runs")


def test_what_was_written_is_read(run):
    recorded = run.recipe_toml.read_bytes()
    labels.write(run, Labels(("good", "für-morgen"), 'a "quoted" \\ note'))
    assert labels.read(run) == Labels(("good", "für-morgen"), 'a "quoted" \\ note')
    assert run.recipe_toml.read_bytes() == recorded


@pytest.mark.parametrize("text", ["", "[not", "tags = 3", "tags = [1, {}]", "\udcff"])
def test_what_cannot_be_read_is_no_label(run, text):
    assert labels.read(run) == Labels()
    run.labels_toml.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert labels.read(run) == Labels()


def test_labels_of_others_are_safe_for_a_terminal(run):
    run.labels_toml.write_text('tags = ["\\u001b[31mred", "two words"]\nnote = "\\u001b]52;c;x\\u0007\\n!"\n')
    assert labels.read(run) == Labels(("red", "two", "words"), "]52;c;x !")


def test_words_add_and_take_away_tags():
    assert tagged(["a", "b"], ["+c", "-a", "b", "d", "-none"]) == ("b", "c", "d")
