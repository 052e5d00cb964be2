"""Where a fork comes from is in its record, and leads to no place but the runs folder."""

import pytest

from tui_trainer.core import parentage, rundir
from tui_trainer.core.parentage import Parent
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir


def made(name: str, parent: Parent | None = None) -> RunDir:
    return rundir.create(Recipe(name=name), parent=parent)


def test_a_record_names_the_parent_for_as_long_as_the_run_lasts() -> None:
    parent = made("parent")
    said = Parent(parent.id, 1200, is_repeatable=False)
    child = made("child", said)
    rundir.append_numerics(child, {"device": "cpu"})
    assert child.parent == said
    assert str(said) == f"forked from {parent.id} at step 1,200"
    assert child.parent_run == parent
    assert (child.recipe(), child.recipe_notes()) == (Recipe(name="child"), ())
    assert (parent.parent, parent.parent_run) == (None, None)
    rundir.delete(parent)
    assert child.parent == said
    assert child.parent_run is None


@pytest.mark.parametrize("name", ["..", "../runs", "", ".", ".hidden", "/etc", "a/b", "link", "gone"])
def test_no_parent_leads_out_of_the_runs_folder(name: str) -> None:
    child = made("child", Parent(name, 3))
    (child.path.parent / ".hidden").mkdir()
    (child.path.parent / "link").symlink_to(child.path)
    assert child.parent_run is None


@pytest.mark.parametrize(
    "record", ["", "[parent]", "[parent]\nrun = 'a'\nstep = 'b'\n", "[parent\n", "parent = '[parent]'\n"]
)
def test_a_record_that_is_damaged_names_nobody(record: str) -> None:
    assert parentage.read(record) is None
