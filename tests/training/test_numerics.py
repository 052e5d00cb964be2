import pytest
import torch

from tui_trainer.core.recipe import Recipe
from tui_trainer.training.numerics import DeviceNotAvailable, describe, resolve_device

no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has an NVIDIA GPU")
no_metal = pytest.mark.skipif(torch.backends.mps.is_available(), reason="this machine has a Metal GPU")


@no_gpu
@no_metal
def test_auto_is_the_cpu_where_there_is_nothing_else():
    assert resolve_device("auto", 10**12) == torch.device("cpu")


def test_auto_leaves_small_nets_on_the_cpu():
    assert resolve_device("auto", 10_000) == torch.device("cpu")


@no_gpu
@pytest.mark.parametrize("wanted", ["cuda", "cuda:1"])
def test_an_absent_gpu_is_refused_in_a_sentence(wanted):
    with pytest.raises(
        DeviceNotAvailable, match=rf"training\.device is {wanted}, but .*cpu works everywhere"
    ):
        resolve_device(wanted, 0)


@no_metal
def test_absent_metal_is_refused_in_a_sentence():
    with pytest.raises(DeviceNotAvailable, match=r"training\.device is mps, but"):
        resolve_device("mps", 0)


def test_what_a_run_was_computed_with_is_plain_values():
    facts = describe(torch.device("cpu"), 2, Recipe(), "abc", is_compiled=False)
    assert facts["device"] == "cpu"
    assert facts["threads"] == 2
    assert facts["data_sha256"] == "abc"
    assert {type(value) for value in facts.values()} <= {str, int, bool}
