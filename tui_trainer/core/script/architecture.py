"""Step 2: the network, layer by layer."""

from tui_trainer.core.layers import Layer
from tui_trainer.core.recipe import Activation, Initialization
from tui_trainer.core.script.plan import Plan
from tui_trainer.core.script.writing import Step, exploded

_ACTIVATIONS: dict[Activation, str] = {
    "identity": "nn.Identity()",
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "leaky-relu": "nn.LeakyReLU()",
    "gelu": "nn.GELU()",
    "softplus": "nn.Softplus()",
}
_INITIALIZATIONS: dict[Initialization, tuple[str, str]] = {
    "zeros": ("All weights zero", "zeros_(layer.weight)"),
    "normal": ("Small normal weights", "normal_(layer.weight, std=0.01)"),
    "xavier": ("Glorot and Bengio 2010", "xavier_uniform_(layer.weight)"),
    "he": ("He et al. 2015", 'kaiming_normal_(layer.weight, nonlinearity="relu")'),
}
_RESIDUAL = '''\
def residual(inputs, outputs, stride):
    """Two convolutions, added to their input (He et al. 2016)."""
    shortcut = None
    if inputs != outputs:
        shortcut = nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False),
            nn.BatchNorm2d(outputs),
        )
    return BasicBlock(inputs, outputs, stride, shortcut)'''

_IN_BFLOAT16 = """\
class InBfloat16(nn.Sequential):
    def forward(self, x):
        with torch.autocast(x.device.type, torch.bfloat16):
            return super().forward(x).float()"""


def architecture(plan: Plan) -> Step:
    """``model``, its weights drawn after ``torch.manual_seed``."""
    uses = {"nn", "torch"}
    layers = [layer for layer in plan.table if layer.kind != "output"]
    training = plan.recipe.training
    seeded = f"torch.manual_seed({training.seed % 2**63})"
    container = "InBfloat16" if training.precision == "bfloat16" else "nn.Sequential"
    network = exploded(container, [part for layer in layers for part in _modules(layer)])
    if plan.device:
        network += ".to(device)"
    if training.channels_last is True:  # auto is about the speed on one machine
        network += ".to(memory_format=torch.channels_last)"
    lines = [seeded, f"model = {network}"]
    if plan.table[-1].kind == "output":
        lines.append(f"# {plan.table[-1].name} is inside the loss")
    lines += _initialization(plan)
    blocks = ["\n".join(lines)]
    if any(layer.kind == "residual" for layer in layers):
        uses.add("BasicBlock")
        blocks.insert(0, _RESIDUAL)
    if training.precision == "bfloat16":
        blocks.insert(0, _IN_BFLOAT16)
    return Step("2 Architecture (model)", blocks, frozenset(uses))


def _modules(layer: Layer) -> list[str]:
    channels_in, channels_out = layer.input_shape[0], layer.output_shape[0]
    match layer.kind:
        case "flatten":
            return ["nn.Flatten()"]
        case "linear":
            return [f"nn.Linear({channels_in}, {channels_out})"]
        case "conv":
            return [f"nn.Conv2d({channels_in}, {channels_out}, {layer.kernel}, padding={layer.padding})"]
        case "residual":
            return [f"residual({channels_in}, {channels_out}, {layer.stride})"]
        case "batch-norm":
            norm = "BatchNorm2d" if len(layer.input_shape) == 3 else "BatchNorm1d"
            momentum = "" if layer.momentum == 0.1 else f", momentum={layer.momentum!r}"
            return [f"nn.{norm}({channels_in}{momentum})"]
        case "max-pool":
            return [f"nn.MaxPool2d({layer.kernel})"]
        case "average-pool":
            return ["nn.AdaptiveAvgPool2d(1)", "nn.Flatten()"]
        case "activation":
            return [_ACTIVATIONS[layer.activation]]
        case "dropout":
            return [f"nn.Dropout({layer.rate!r})"]
        case "output":
            raise AssertionError("the loss applies it")


def _initialization(plan: Plan) -> list[str]:
    if plan.recipe.architecture.initialization == "default":
        return []
    source, draw = _INITIALIZATIONS[plan.recipe.architecture.initialization]
    zeros = "nn.init.zeros_(layer.bias)"
    if any(layer.kind == "residual" for layer in plan.table):
        bias = ["        if layer.bias is not None:", f"            {zeros}"]
    else:
        bias = [f"        {zeros}"]
    return [
        f"# {source}; biases start at zero",
        "for layer in model.modules():",
        "    if isinstance(layer, (nn.Linear, nn.Conv2d)):",
        f"        nn.init.{draw}",
        *bias,
    ]
