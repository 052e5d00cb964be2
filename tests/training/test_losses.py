import pytest
import torch
from torch.testing import assert_close

from tests.recipes import loss_of
from tui_trainer.core.recipe import BinaryCrossEntropy, CrossEntropy, ErrorLoss, Focal, Huber
from tui_trainer.training.losses import balancing_weights, build_loss

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


def test_mae_is_the_mean_distance():
    mae = build_loss(ErrorLoss(kind="mae"), "regression", LABELS)
    assert mae(torch.tensor([[1.0], [2.0]]), torch.tensor([[4.0], [2.0]])).item() == pytest.approx(1.5)


def test_huber_is_squared_up_to_delta_and_straight_beyond():
    huber = build_loss(Huber(delta=2.0), "regression", LABELS)
    near = huber(torch.tensor([[1.0]]), torch.tensor([[0.0]])).item()
    far = huber(torch.tensor([[10.0]]), torch.tensor([[0.0]])).item()
    assert near == pytest.approx(0.5)
    assert far == pytest.approx(2.0 * (10 - 2.0 / 2))


def test_focal_counts_by_what_is_missing_to_certainty():
    logits = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    p = logits.softmax(1)[torch.arange(4), LABELS]
    by_hand = (-((1 - p) ** 2) * p.log()).mean()
    assert_close(build_loss(Focal(gamma=2.0), "multiclass", LABELS)(logits, LABELS), by_hand)


def test_focal_with_one_output_looks_at_the_sigmoid():
    logits = torch.tensor([[0.3], [-2.0], [1.5], [0.0]])
    p = torch.where(LABELS == 1, logits[:, 0].sigmoid(), 1 - logits[:, 0].sigmoid())
    by_hand = (-((1 - p) ** 1.5) * p.log()).mean()
    assert_close(build_loss(Focal(gamma=1.5), "binary", LABELS)(logits, LABELS), by_hand)


def test_focal_without_gamma_is_cross_entropy_and_bears_certainty():
    logits = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    plain = build_loss(CrossEntropy(), "multiclass", LABELS)(logits, LABELS)
    assert_close(build_loss(Focal(gamma=0.0), "multiclass", LABELS)(logits, LABELS), plain)
    sure = (1e3 * torch.nn.functional.one_hot(LABELS, 3).float()).requires_grad_()
    build_loss(Focal(gamma=0.5), "multiclass", LABELS)(sure, LABELS).backward()
    assert sure.grad.isfinite().all()


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
def test_smoothing_spreads_part_of_the_target_over_all_classes(smoothing):
    logits = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    target = (1 - smoothing) * torch.nn.functional.one_hot(LABELS, 3) + smoothing / 3
    by_hand = -(target * logits.log_softmax(1)).sum(1).mean()
    smooth = build_loss(CrossEntropy(label_smoothing=smoothing), "multiclass", LABELS)
    assert_close(smooth(logits, LABELS), by_hand)
    one, two = logits[:, :1], torch.cat([torch.zeros(4, 1), logits[:, :1]], dim=1)
    assert_close(
        build_loss(BinaryCrossEntropy(label_smoothing=smoothing), "binary", LABELS)(one, LABELS),
        build_loss(CrossEntropy(label_smoothing=smoothing), "binary", LABELS)(two, LABELS),
    )


@pytest.mark.parametrize(
    "loss",
    [CrossEntropy(class_weights="balanced"), Focal(class_weights="balanced")],
    ids=lambda loss: loss.kind,
)
def test_balanced_classes_weigh_the_same_however_rare(loss):
    labels = torch.tensor([0] * 9 + [1])
    assert_close(balancing_weights(labels), torch.tensor([10 / 18, 10 / 2]))
    assert balancing_weights(labels)[labels].mean().item() == pytest.approx(1)
    balanced = build_loss(loss, "binary", labels)
    logits = torch.zeros(10, 2)
    by_class = [
        balanced(logits[labels == label], labels[labels == label]) * n for label, n in ((0, 9), (1, 1))
    ]
    assert_close(by_class[0], by_class[1])


@pytest.mark.parametrize("kind", ["cross-entropy", "focal"])
@pytest.mark.parametrize("weights", ["none", "balanced"])
def test_parts_of_a_batch_add_up_to_it(kind, weights):
    loss = build_loss(loss_of(kind, class_weights=weights), "multiclass", torch.tensor([0, 0, 0, 1]))
    logits = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    parts = loss(logits[:1], LABELS[:1]) / 4 + loss(logits[1:], LABELS[1:]) * 3 / 4
    assert_close(parts, loss(logits, LABELS))
