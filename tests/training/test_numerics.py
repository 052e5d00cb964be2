import pytest
import torch

from tui_trainer.core.recipe import Architecture, Cnn, LeNet, Recipe, ResNet18, Training, Vgg16
from tui_trainer.training.numerics import DeviceNotAvailable, computed_as_before, describe, resolve_device

CPU = torch.device("cpu")

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


@pytest.mark.parametrize(
    ("architecture", "wanted", "is_so"),
    [
        (Cnn(), "auto", True),
        (LeNet(), "auto", True),
        (Cnn(), False, False),
        (ResNet18(), "auto", False),
        (Vgg16(), "auto", False),
        (Vgg16(), True, True),
    ],
    ids=str,
)
def test_channels_are_last_where_that_is_faster_and_a_run_goes_on_as_it_began(
    architecture: Architecture, wanted: bool | str, is_so: bool
) -> None:
    recipe = Recipe(architecture=architecture, training=Training(channels_last=wanted))
    assert describe(CPU, 1, recipe, "", is_compiled=False)["channels_last"] is is_so
    before = {"device": "cpu", "channels_last": not is_so}
    assert computed_as_before(recipe, before).training.channels_last is not is_so
    assert computed_as_before(recipe, {"device": "cpu"}).training.channels_last is False, "of an old version"
    assert computed_as_before(recipe, {}) == recipe
