import math

import pytest
import torch
from torch import nn

from tui_trainer.training.selection import Selection


def best_of(select_by: str, values: list[float]) -> tuple[int, float, int]:
    """Step and weight of the best of evaluations at steps 0, 10, …, and how many came since."""
    model = nn.Linear(1, 1, bias=False)
    selection = Selection(model, select_by)
    for number, value in enumerate(values):
        nn.init.constant_(model.weight, number)
        selection.consider(10 * number, value)
    selection.restore()
    return selection.best_step, model.weight.item(), selection.evaluations_since_best


@pytest.mark.parametrize(
    ("select_by", "values", "expected"),
    [
        ("loss", [3.0, 1.0, 2.0], (10, 1.0, 1)),
        ("accuracy", [0.1, 0.9, 0.5, 0.3], (10, 1.0, 2)),
        ("r2", [-3.0, -1.0], (10, 1.0, 0)),
        ("loss", [2.0, 1.0, 1.0, 1.0], (10, 1.0, 2)),
        ("loss", [math.nan, 5.0, math.nan, 6.0], (10, 1.0, 2)),
        ("accuracy", [0.5, math.inf], (0, 0.0, 1)),
    ],
    ids=["lowest loss", "highest accuracy", "highest r2", "earlier of equals", "never nan", "never inf"],
)
def test_the_best_weights_come_back(select_by, values, expected):
    assert best_of(select_by, values) == expected


def test_later_training_does_not_touch_the_weights_kept():
    model = nn.Linear(2, 1)
    selection = Selection(model, "loss")
    kept = model.weight.detach().clone()
    selection.consider(0, 1.0)
    with torch.no_grad():
        model.weight.add_(1)
    selection.restore()
    assert torch.equal(model.weight, kept)
