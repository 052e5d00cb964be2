import pytest
import torch

from tui_trainer.core.recipe import FullyConnected, Recipe, Training
from tui_trainer.training import threads
from tui_trainer.training.threads import choose, fastest

SMALL = Recipe()
LARGE = Recipe(architecture=FullyConnected(hidden=(256, 256)), training=Training(batch_size=256))


def with_cores(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(count)), raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: count)


def test_threads_asked_for_are_given():
    assert choose(LARGE.model_copy(update={"training": Training(threads=7)})) == 7


@pytest.mark.parametrize(("cores", "recipe"), [(1, LARGE), (2, LARGE), (64, SMALL)])
def test_where_the_answer_is_plain_nothing_is_measured(monkeypatch, cores, recipe):
    with_cores(monkeypatch, cores)
    monkeypatch.setattr(threads, "_measured", None)
    assert choose(recipe) == 1


def test_the_measurement_leaves_a_core_to_the_screen(monkeypatch):
    tried = []

    def told(seconds):
        tried.extend(seconds)
        return max(seconds)

    with_cores(monkeypatch, 4)
    monkeypatch.setattr(threads, "MEASURED_S", 0.0005)  # whatever this machine is busy with: measure
    monkeypatch.setattr(threads, "_step_of", lambda *_: lambda: None)
    monkeypatch.setattr(threads, "fastest", told)
    before = torch.get_num_threads()
    assert choose(LARGE) == 3
    assert sorted(tried) == [1, 2, 3]
    assert torch.get_num_threads() == before


def test_a_real_net_is_measured(monkeypatch):
    with_cores(monkeypatch, 4)
    assert choose(LARGE) in (1, 2, 3)


@pytest.mark.parametrize(
    ("seconds", "chosen"),
    [
        ({1: [10, 10, 10], 2: [6, 6, 6], 3: [4, 4, 4]}, 3),
        ({1: [10, 10, 10], 2: [6, 6, 6], 3: [5.5, 5.5, 5.5]}, 2),
        ({1: [10, 10, 10], 2: [9, 9, 9]}, 1),
        ({1: [10, 10, 10], 2: [5, 30, 30]}, 1),  # a core is busy elsewhere
    ],
)
def test_more_threads_have_to_be_worth_their_risk(seconds, chosen):
    assert fastest(seconds) == chosen
