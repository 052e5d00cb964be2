"""What a script looks like: short, formatted, without us, and safe whatever its recipe is called."""

import ast
import io
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scripts import EVERY_KIND, VARIETY
from tui_trainer.core.compose import Choices, compose
from tui_trainer.core.facts import facts
from tui_trainer.core.presets import Library, shipped_folder
from tui_trainer.core.recipe import Recipe, TorchvisionSet
from tui_trainer.core.rules import check
from tui_trainer.core.script import WIDTH, script
from tui_trainer.core.text import plain

LIBRARY = Library.load([shipped_folder()])
RECIPES = [compose(LIBRARY, Choices(preset.name)).recipe for preset in LIBRARY.group("recipes")]
HOSTILE = (
    "x\nimport os; os.abort()",
    "x\r\x0c\x0b\x1c\x85\u2028\u2029import os",
    '"""\nimport os',
    "coding: utf-7",
    "-*- coding: latin-1 -*-",
    "\\N{BULLET} \\u0000 \\",
    "\x00\ud800\u202e{recipe}%s",
    "fmt: off",
)


def test_the_first_recipe_fits_on_two_pages() -> None:
    text = script(compose(LIBRARY).recipe)
    assert text.count("\n") <= 108


@pytest.mark.parametrize("recipe", [*RECIPES, *EVERY_KIND, *VARIETY], ids=lambda recipe: recipe.name)
def test_lines_fit_on_a_narrow_screen_and_nothing_of_ours_is_imported(recipe: Recipe) -> None:
    text = script(recipe)
    assert max(map(len, text.split("\n"))) <= WIDTH
    assert text.isascii()
    assert "tui_trainer" not in text
    assert text == script(recipe)
    headings = [line[2] for line in text.split("\n") if line.startswith("# ") and line[2:4].strip().isdigit()]
    assert headings == list("12345")


def test_formatter_and_linter_leave_it_as_it_is(tmp_path: Path) -> None:
    named = [Recipe(name=name) for name in HOSTILE]
    for number, recipe in enumerate([*RECIPES, *EVERY_KIND, *VARIETY, *named]):
        (tmp_path / f"script_{number}.py").write_text(script(recipe), "utf-8")
    for command in (["format", "--check", "--diff"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", str(tmp_path)],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_only_what_the_recipe_needs_appears() -> None:
    text = script(Recipe())
    for word in ("penalty", "scheduler", "patience", "augment", "clip", "device", "math", "F."):
        assert word not in text


def shape(text: str) -> str:
    return ast.dump(ast.parse(text.encode()))


@given(st.one_of(st.sampled_from(HOSTILE), st.text(), st.text(alphabet="\\\"'\n\r#:=coding utf-8{}")))
def test_no_name_reaches_out_of_its_comment(name: str) -> None:
    text = script(Recipe(name=name))
    assert tokenize.detect_encoding(io.BytesIO(text.encode()).readline)[0] == "utf-8"
    assert shape(text) == shape(script(Recipe(name="custom")))
    assert plain(name, limit=50).strip() in text


@given(st.one_of(st.sampled_from(HOSTILE), st.text(), st.text(alphabet="\\\"'\n")))
def test_no_folder_reaches_out_of_its_string(root: str) -> None:
    tree = ast.parse(script(Recipe(data=TorchvisionSet()), root).encode())
    (found,) = [
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and ast.unparse(node.targets[0]) == "root"
    ]
    assert found == root


def test_what_is_written_here_can_be_trained() -> None:
    for recipe in [*EVERY_KIND, *VARIETY]:
        refused = [found for found in check(recipe, facts(recipe.data)) if found.severity == "refused"]
        assert refused == [], recipe.name
