"""The layers with weights of a network, and what goes through each of them and back."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol, cast

import torch
from torch import Tensor, nn

from tui_trainer.core.recipe import Activation
from tui_trainer.training.architectures import ACTIVATIONS
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.inside.looking import still

_KINDS: dict[type[nn.Module], Activation] = {module: name for name, module in ACTIVATIONS.items()}


class Unit(NamedTuple):
    """A layer with weights, and the modules by whose names `given_by` has its z and its h."""

    name: str
    module: nn.Linear | nn.Conv2d
    z: str
    """What gives z, which goes into the activation: the layer itself, its batch norm, or a sum."""
    h: str
    """What gives h, which comes out of it; as for z where there is no activation."""
    activation: Activation = "identity"


def activation_after(unit: Unit) -> str:
    """The activation that follows a layer, by its name in recipes; empty where there is none."""
    return unit.activation if unit.h != unit.z else ""


class _Block(Protocol):
    """torchvision's residual block."""

    conv1: nn.Conv2d
    bn1: nn.Module
    conv2: nn.Conv2d
    bn2: nn.Module
    downsample: nn.Sequential | None


def units(network: nn.Sequential) -> list[Unit]:
    """Every layer with weights of its own, from input to output; of residual blocks their convolutions."""
    found: list[Unit] = []
    last = ""
    for name, module in network.named_children():
        if isinstance(module, nn.Linear | nn.Conv2d):
            found.append(Unit(name, module, name, name))
        elif _is_block(module):
            found += _units_of(name, cast(_Block, module))
        elif found and found[-1].h == last == found[-1].z:
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                found[-1] = found[-1]._replace(z=name, h=name)
            elif kind := _KINDS.get(type(module)):
                found[-1] = found[-1]._replace(h=name, activation=kind)
        last = name
    return found


def given_by(network: nn.Sequential, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """The output for samples (N, …), and what each module gave on the way, by name; see ``Unit``."""
    given: dict[str, Tensor] = {}
    for name, module in network.named_children():
        if _is_block(module):
            given |= _given_in(name, cast(_Block, module), x)
            x = given[name]
        else:
            x = given[name] = module(x)
    return x, given


class Passed(NamedTuple):
    """What went through each unit, and what came back, for samples (N, …)."""

    gradients: Sequence[Tensor]
    """∂l/∂W of the mean loss."""
    signals: Sequence[Tensor]
    """∂l/∂z of the mean loss."""
    inputs: Sequence[Tensor]
    """z."""
    activations: Sequence[Tensor]
    """h."""


def pass_through(trainee: Trainee, found: Sequence[Unit], x: Tensor, y: Tensor) -> Passed:
    """Send samples through in eval mode, and the gradient of their loss back; no ``grad`` is touched."""
    with still(trainee.network), torch.enable_grad():
        outputs, given = given_by(trainee.network, x)
        sought = [*(unit.module.weight for unit in found), *(given[unit.z] for unit in found)]
        gradients = torch.autograd.grad(trainee.criterion(outputs, y), sought)
    return Passed(
        gradients[: len(found)],
        gradients[len(found) :],
        [given[unit.z].detach() for unit in found],
        [given[unit.h].detach() for unit in found],
    )


def _is_block(module: nn.Module) -> bool:
    """Whether it is a residual block: torchvision need not be imported to know."""
    return type(module).__name__ == "BasicBlock"


def _units_of(name: str, block: _Block) -> Iterator[Unit]:
    yield Unit(f"{name}.conv1", block.conv1, f"{name}.bn1", f"{name}.relu", "relu")
    yield Unit(f"{name}.conv2", block.conv2, f"{name}.sum", name, "relu")
    if block.downsample is not None:
        shortcut = f"{name}.shortcut"
        yield Unit(shortcut, cast(nn.Conv2d, block.downsample[0]), shortcut, shortcut)


def _given_in(name: str, block: _Block, x: Tensor) -> dict[str, Tensor]:
    """As the block's own ``forward`` has it; that one writes h over z."""
    z = block.bn1(block.conv1(x))
    h = torch.relu(z)
    shortcut = x if block.downsample is None else block.downsample(x)
    total = block.bn2(block.conv2(h)) + shortcut
    return {
        f"{name}.bn1": z,
        f"{name}.relu": h,
        f"{name}.shortcut": shortcut,
        f"{name}.sum": total,
        name: torch.relu(total),
    }
