"""The table of layers as a PyTorch network, its weights drawn from the seed."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from tui_trainer.core.layers import Layer
from tui_trainer.core.recipe import Activation, Initialization
from tui_trainer.training.random_numbers import derive, seed_layers

NORMAL_STD = 0.01
"""Deviation of ``initialization = "normal"``: small and the same for every layer (Krizhevsky et al. 2012)."""

ACTIVATIONS: dict[Activation, type[nn.Module]] = {
    "identity": nn.Identity,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky-relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "softplus": nn.Softplus,
}


class InBfloat16(nn.Sequential):
    """Layers whose matrix products are of bfloat16; weights, and what comes out, are float32."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Outputs ``(N, …)`` of float32."""
        with torch.autocast(inputs.device.type, torch.bfloat16):
            for layer in self:
                inputs = layer(inputs)
        return inputs.float()


def build_network(
    table: Sequence[Layer],
    initialization: Initialization,
    seed: int,
    precision: Literal["float32", "bfloat16"] = "float32",
) -> nn.Sequential:
    """The network of ``table`` on the CPU; its modules have the names of the layers.

    The weights of a module are a function of the seed and its name: adding a layer leaves the others alone.
    """
    network = InBfloat16() if precision == "bfloat16" else nn.Sequential()
    for layer in table:
        if layer.kind == "output":
            continue
        module = _module(layer)
        for name, inner in module.named_modules(prefix=layer.name):
            if isinstance(inner, nn.Linear | nn.Conv2d):
                seed_layers(derive(seed, "initialization", name))
                _initialize(inner, initialization)
        network.add_module(layer.name, module)
    return network


def _module(layer: Layer) -> nn.Module:
    match layer.kind:
        case "flatten":
            return nn.Flatten()
        case "linear":
            return nn.Linear(layer.input_shape[0], layer.output_shape[0])
        case "conv":
            channels_in, channels_out = layer.input_shape[0], layer.output_shape[0]
            return nn.Conv2d(channels_in, channels_out, layer.kernel, padding=layer.padding)
        case "residual":
            return _residual_block(layer)
        case "batch-norm":
            norm = nn.BatchNorm2d if len(layer.input_shape) == 3 else nn.BatchNorm1d
            return norm(layer.input_shape[0], momentum=layer.momentum)
        case "max-pool":
            return nn.MaxPool2d(layer.kernel)
        case "average-pool":
            return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        case "activation":
            return ACTIVATIONS[layer.activation]()
        case "dropout":
            return nn.Dropout(layer.rate)
        case "output":
            raise AssertionError("the loss applies it")


def _residual_block(layer: Layer) -> nn.Module:
    """torchvision's, with the shortcut that its ResNet gives a block whose shapes differ."""
    from tui_trainer.training.torchvision_compat import BasicBlock

    channels_in, channels_out = layer.input_shape[0], layer.output_shape[0]
    shortcut = None
    if layer.has_projection:
        convolution = nn.Conv2d(channels_in, channels_out, 1, stride=layer.stride, bias=False)
        shortcut = nn.Sequential(convolution, nn.BatchNorm2d(channels_out))
    block: nn.Module = BasicBlock(channels_in, channels_out, layer.stride, shortcut)
    return block


def _initialize(module: nn.Linear | nn.Conv2d, initialization: Initialization) -> None:
    """Draw the weights of a layer anew. Biases start at zero, except with PyTorch's own default."""
    match initialization:
        case "default":
            module.reset_parameters()
            return
        case "zeros":
            nn.init.zeros_(module.weight)
        case "normal":
            nn.init.normal_(module.weight, std=NORMAL_STD)
        case "xavier":  # Glorot and Bengio 2010
            nn.init.xavier_uniform_(module.weight)
        case "he":  # He et al. 2015
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    if module.bias is not None:
        nn.init.zeros_(module.bias)
