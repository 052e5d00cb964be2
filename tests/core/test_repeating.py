"""Changes as they are typed, shared and planned again."""

import shlex

import pytest

from tui_trainer.core.edits import EditRefused
from tui_trainer.core.recipe import Momentum, Recipe, Training
from tui_trainer.core.repeating import fitting, in_order, planned, read, refuse_wrong, said
from tui_trainer.core.sharing import command_line

MOMENTUM = Recipe(optimizer=Momentum(lr=0.1, momentum=0.9), training=Training(epochs=10))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("lr=0.01@300", "lr=0.01@300"),
        ("optimizer.momentum = 0.5 @ 0", "momentum=0.5@0"),
        ("L2=1e-05@7", "l2=1e-05@7"),
        ("training.epochs=40@120", "epochs=40@120"),
        ("lr=0.1234567890123@1", "lr=0.1234567890123@1"),
    ],
)
def test_a_change_is_read_as_it_is_said(typed: str, told: str) -> None:
    change = read(typed)
    assert said(change) == told
    assert read(told) == change


@pytest.mark.parametrize("typed", ["", "lr", "lr=0.1", "lr@3", "=1@3", "lr=0.1@x", "lr=0.1@1.5", "lr=@3"])
def test_what_is_no_change_is_refused(typed: str) -> None:
    with pytest.raises(EditRefused):
        read(typed)


def test_changes_come_by_step_and_of_several_at_one_the_last_counts() -> None:
    told = [planned("optimizer.lr", value, step) for value, step in [(0.3, 9), (0.2, 4), (0.1, 9)]]
    assert in_order(told) == (told[1], told[2])


def test_the_line_of_a_run_names_what_its_recipe_can_take() -> None:
    changes = (
        planned("optimizer.momentum", 0.5, 3),
        planned("'; rm -rf /", 1.0, 4),
        planned("optimizer.lr", float("nan"), 5),
        planned("optimizer.lr", 0.01, 6),
    )
    assert fitting(MOMENTUM, changes) == (changes[0], changes[3])
    line = command_line(MOMENTUM, changes)
    assert line == f"{command_line(MOMENTUM)} --change momentum=0.5@3 --change lr=0.01@6"
    assert shlex.split(line)[-1] == "lr=0.01@6"


def test_every_change_that_cannot_come_is_told_in_a_sentence_of_its_own() -> None:
    given = [planned("training.epochs", 20, 50), planned("regularization.dropout.rate", 0.1, 60)]
    late = planned("optimizer.lr", 0.1, 15 * 40)
    refuse_wrong(MOMENTUM, [late], given)
    early, less = planned("optimizer.lr", 0.1, 3), planned("training.epochs", 1, 100)
    with pytest.raises(EditRefused) as refused:
        refuse_wrong(MOMENTUM, [late, less, early], done=9)
    assert str(refused.value).splitlines() == [
        "--change lr=0.1@3: it goes on from step 9",
        "--change epochs=1@100: 2.5 epochs are trained by then",
        "--change lr=0.1@600: the run ends after 400 steps",
    ]
