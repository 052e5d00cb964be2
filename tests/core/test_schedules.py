import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.core.recipe import Constant, Cosine, OneCycle, StepDecay, Warmup
from tui_trainer.core.schedules import factor

SCHEDULES = [Constant(), StepDecay(), Cosine(), Cosine(floor=0.1), OneCycle(), Warmup()]


def rates_of(scheduler: torch.optim.lr_scheduler.LRScheduler, horizon: int) -> list[float]:
    rates = []
    for _ in range(horizon):
        rates.append(scheduler.get_last_lr()[0])
        scheduler.optimizer.step()
        scheduler.step()
    return rates


@pytest.mark.parametrize("horizon", [30, 100, 101])
def test_pytorchs_schedulers_are_the_same_functions(horizon):
    def optimizer() -> torch.optim.SGD:
        return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)

    scheduler = torch.optim.lr_scheduler
    theirs = {
        OneCycle(): lambda: scheduler.OneCycleLR(optimizer(), max_lr=1.0, total_steps=horizon, div_factor=25),
        Cosine(floor=0.1): lambda: scheduler.CosineAnnealingLR(optimizer(), horizon - 1, eta_min=0.1),
        Warmup(rise=0.1): lambda: scheduler.LambdaLR(
            optimizer(), lambda step: min(1.0, (step + 1) / round(0.1 * horizon))
        ),
    }
    for schedule, make in theirs.items():
        ours = [factor(schedule, step, horizon) for step in range(horizon)]
        assert ours == pytest.approx(rates_of(make(), horizon), abs=1e-6), schedule.kind


def test_a_step_schedule_drops_at_equal_distances():
    rates = [factor(StepDecay(drops=2, gamma=0.1), step, 9) for step in range(9)]
    assert rates == pytest.approx([1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01])


@given(st.sampled_from(SCHEDULES), st.integers(0, 10_000), st.integers(1, 5_000))
def test_a_factor_is_a_share_of_the_rate_and_the_last_one_holds(schedule, step, horizon):
    value = factor(schedule, step, horizon)
    assert 0 <= value <= 1
    if step >= horizon:
        assert value == factor(schedule, horizon - 1, horizon)
