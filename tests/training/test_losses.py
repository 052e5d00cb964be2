import pytest
import torch
from torch.testing import assert_close

from tui_trainer.core.recipe import BinaryCrossEntropy, CrossEntropy, ErrorLoss
from tui_trainer.training.losses import build_loss

LABELS = torch.tensor([0, 1, 1, 0])


def test_cross_entropy_is_minus_the_log_of_the_true_class():
    logits = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    probabilities = logits.exp() / logits.exp().sum(1, keepdim=True)
    by_hand = -probabilities[torch.arange(4), LABELS].log().mean()
    assert_close(build_loss(CrossEntropy(), "binary", LABELS)(logits, LABELS), by_hand)


def test_binary_cross_entropy_takes_one_logit():
    logits = torch.tensor([[0.3], [-2.0], [1.5], [0.0]])
    p = 1 / (1 + (-logits[:, 0]).exp())
    by_hand = -(LABELS * p.log() + (1 - LABELS) * (1 - p).log()).mean()
    assert_close(build_loss(BinaryCrossEntropy(), "binary", LABELS)(logits, LABELS), by_hand)


def test_binary_cross_entropy_bears_extreme_logits():
    loss = build_loss(BinaryCrossEntropy(), "binary", LABELS)(torch.tensor([[1e4]]), torch.tensor([0]))
    assert loss.item() == pytest.approx(1e4)


def test_mse_of_numbers_is_the_mean_square():
    mse = build_loss(ErrorLoss(), "regression", LABELS)
    assert mse(torch.tensor([[1.0], [2.0]]), torch.tensor([[3.0], [2.0]])).item() == pytest.approx(2.0)


def test_mse_on_classes_compares_probabilities_with_one_hot_targets():
    mse = build_loss(ErrorLoss(), "multiclass", LABELS)
    knows_nothing = mse(torch.zeros(4, 4), LABELS).item()
    assert knows_nothing == pytest.approx((0.75**2 + 3 * 0.25**2) / 4)
    is_sure = mse(100 * torch.nn.functional.one_hot(LABELS, 4).float(), LABELS).item()
    assert is_sure == pytest.approx(0)


def test_mse_on_two_classes_with_one_output_compares_the_sigmoid():
    mse = build_loss(ErrorLoss(), "binary", LABELS)
    assert mse(torch.zeros(4, 1), LABELS).item() == pytest.approx(0.25)
