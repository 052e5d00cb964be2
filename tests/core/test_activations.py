import numpy as np
import pytest
import torch

from tui_trainer.core.activations import GRAPHS
from tui_trainer.core.layers import Layer
from tui_trainer.core.recipe import Activation
from tui_trainer.training.architectures import build_network


@pytest.mark.parametrize("name", GRAPHS)
def test_what_is_drawn_is_what_the_network_computes(name: Activation) -> None:
    z = np.linspace(-5, 5, 101) + 0.001
    layer = Layer(name=f"{name}1", kind="activation", input_shape=(1,), output_shape=(1,), activation=name)
    inputs = torch.tensor(z, requires_grad=True)
    outputs = build_network([layer], "default", 0)(inputs)
    outputs.sum().backward()
    np.testing.assert_allclose(GRAPHS[name].value(z), outputs.detach().numpy(), atol=1e-9)
    assert inputs.grad is not None
    np.testing.assert_allclose(GRAPHS[name].slope(z), inputs.grad.numpy(), atol=1e-9)
