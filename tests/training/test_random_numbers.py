import torch
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.training.random_numbers import derive, epoch_order, seed_layers

seeds = st.integers(0, 2**40)


@given(seeds, seeds, st.integers(0, 1000), st.integers(0, 1000))
def test_every_purpose_has_its_own_seed(seed, other_seed, step, other_step):
    assert derive(seed, "step", step) == derive(seed, "step", step)
    if (seed, step) != (other_seed, other_step):
        assert derive(seed, "step", step) != derive(other_seed, "step", other_step)
    assert derive(seed, "step", step) != derive(seed, "epoch", step)


@given(st.integers(1, 500), seeds, st.integers(1, 100))
def test_an_epoch_goes_through_every_sample_once_in_an_order_of_its_own(num_samples, seed, epoch):
    order = epoch_order(num_samples, seed, epoch)
    assert sorted(order.tolist()) == list(range(num_samples))
    assert torch.equal(order, epoch_order(num_samples, seed, epoch))
    if num_samples > 50:
        assert not torch.equal(order, epoch_order(num_samples, seed, epoch + 1))


def test_what_layers_draw_follows_the_seed():
    layer, ones = torch.nn.Dropout(0.5), torch.ones(100)
    seed_layers(1)
    first = layer(ones)
    assert not torch.equal(layer(ones), first)
    seed_layers(1)
    assert torch.equal(layer(ones), first)
