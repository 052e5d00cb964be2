"""A step of a small net in all its numbers: forward, backward, update."""

import numpy as np

from tui_trainer.core.activations import GRAPHS
from tui_trainer.core.inside.batch import BatchStep, LayerPass, Numbers, ParameterStep
from tui_trainer.core.recipe import Activation
from tui_trainer.tui.inside import formulas
from tui_trainer.tui.inside.step_scene import Floats, Part, Scene, clipping
from tui_trainer.tui.plot.matrices import Matrix, is_long, transposed
from tui_trainer.tui.plot.spans import Line, Role, Span


def forward(scene: Scene) -> list[Part]:
    """From x to the loss, of one sample."""
    found = []
    for number, layer in enumerate(scene.step.layers, 1):
        x, z, h = scene.given(number), f"z{number}", f"h{number}"
        texts = [f"{z} = W{number} {x} + b{number}"]
        weight, bias = _parameters(scene.step, layer)
        shown = [
            Matrix(f"W{number}", weight.before.array()),
            Matrix(x, scene.of(layer.inputs)),
            Matrix(f"b{number}", bias.before.array()),
            Matrix(z, scene.of(layer.z), "strong"),
        ]
        if layer.activation:
            texts.append(f"{h} = {layer.activation}({z})")
            shown.append(Matrix(h, scene.of(layer.h), "strong"))
        if number < len(scene.step.layers) and scene.given(number + 1) == f"d{number}":
            texts.append(f"d{number} = {h} with dropout")
            shown.append(Matrix(f"d{number}", scene.of(scene.step.layers[number].inputs), "strong"))
        found.append(Part(_heading(number, layer), [scene.said("      ".join(texts)), *scene.beside(*shown)]))
    return [*found, _loss_part(scene)]


def _loss_part(scene: Scene) -> Part:
    step, number = scene.step, len(scene.step.layers)
    last = f"h{number}" if step.layers[-1].activation else f"z{number}"
    made = "sigmoid" if step.outputs.shape[1] == 1 else "softmax"
    y_hat = f"y^ = {made}({last})" if scene.classes else f"y^ = {last}"
    loss = step.samples[scene.sample].loss
    lines = [
        scene.said(f"{y_hat}      l = {scene.formula.value}"),
        *scene.beside(
            Matrix("y^", scene.of(step.outputs), "strong"),
            Matrix("y", _target(scene)),
            Matrix("l", np.array([loss], np.float32), "strong"),
            Matrix("L, mean of the batch", np.array([step.loss], np.float32)),
        ),
    ]
    return Part((Span("loss", "accent"),), lines)


def _target(scene: Scene) -> Floats:
    """Y as y^ is compared with it: of several classes 1 for the true one."""
    target = scene.step.targets.array()[scene.sample]
    outputs = scene.step.outputs.shape[1]
    if outputs == 1:
        return np.array([target], np.float32)
    return np.asarray(np.arange(outputs) == int(target), np.float32)


def backward(scene: Scene) -> list[Part]:
    """From the loss back to x, of one sample; and the mean over the batch."""
    found = [_loss_part(scene)]
    count = len(scene.step.layers)
    for number in range(count, 0, -1):
        layer = scene.step.layers[number - 1]
        assert layer.dw is not None
        weight, bias = _parameters(scene.step, layer)
        x, dz = scene.given(number), f"dl/dz{number}"
        lines: list[Line] = []
        if number == count:
            outer = f"dl/dh{number}" if layer.activation else dz
            lines.append(scene.said(f"{outer} = {scene.formula.slope}"))
        if layer.activation:
            lines += _through_activation(scene, number, layer)
        lines += [
            scene.said(f"dl/dW{number} = {dz} {x}^T      dl/db{number} = {dz}      g: mean of the batch"),
            *scene.beside(
                Matrix(dz, scene.of(layer.dz), "strong"),
                Matrix(x, scene.of(layer.inputs)),
                Matrix(f"dl/dW{number}", scene.of(layer.dw), "strong"),
                Matrix(f"g of W{number}", weight.gradient.array()),
                Matrix(f"g of b{number}", bias.gradient.array()),
            ),
        ]
        if number > 1:
            before = scene.step.layers[number - 2]
            kept = ", where dropout kept it" if x.startswith("d") else ""
            lines.append(scene.said(f"dl/dh{number - 1} = W{number}^T {dz}{kept}"))
            lines += scene.beside(
                Matrix(f"W{number}^T", weight.before.array().T),
                Matrix(dz, scene.of(layer.dz)),
                Matrix(f"dl/dh{number - 1}", scene.of(before.dh), "strong"),
            )
        found.append(Part(_heading(number, layer), lines))
    return found


def _through_activation(scene: Scene, number: int, layer: LayerPass) -> list[Line]:
    z, h = f"z{number}", f"h{number}"
    activation: Activation = layer.activation  # type: ignore[assignment]
    slope = formulas.slope(activation, z, h)
    steep = GRAPHS[activation].slope(scene.of(layer.z).astype(np.float64)).astype(np.float32)
    return [
        scene.said(f"dl/d{z} = dl/d{h} * {slope}"),
        *scene.beside(
            Matrix(f"dl/d{h}", scene.of(layer.dh)),
            Matrix(slope.replace("(1 where", "1 where").replace("else 0)", "else 0"), steep),
            Matrix(f"dl/d{z}", scene.of(layer.dz), "strong"),
        ),
    ]


def update(scene: Scene) -> list[Part]:
    """What the optimizer makes of the gradient."""
    step = scene.step
    formula = formulas.of_update(scene.recipe.optimizer, step.lr, step.count)
    heading = (Span(scene.recipe.optimizer.kind, "accent"),)
    found = [Part(heading, [*map(scene.said, formula), *clipping(scene)])]
    for number, layer in enumerate(step.layers, 1):
        for letter, parameter in zip("Wb", _parameters(step, layer), strict=True):
            name, lies = f"{letter}{number}", is_long(parameter.before.array())
            shown = [
                Matrix(key, numbers.array().T if lies else numbers.array(), role)
                for key, numbers, role in _told_of(parameter, is_clipped=step.clipped_to is not None)
            ]
            heading = (Span(transposed(name) if lies else name, "accent"),)
            found.append(Part(heading, scene.beside(*shown)))
    return found


def _told_of(parameter: ParameterStep, *, is_clipped: bool) -> list[tuple[str, Numbers, Role]]:
    """What there is to see of one tensor of parameters, in the order in which it is computed."""
    told: list[tuple[str, Numbers, Role]] = [("g", parameter.gradient, "text")]
    if parameter.penalty is not None:
        told.append(("penalty", parameter.penalty, "text"))
    if parameter.penalty is not None or is_clipped:
        told.append(("g used", parameter.used, "text"))
    told += [(f"{key} before", before, "text") for key, before in parameter.memory_before.items()]
    told += [(key, after, "strong") for key, after in parameter.memory.items()]
    return [
        *told,
        ("before", parameter.before, "text"),
        ("moves by", parameter.update, "text"),
        ("after", parameter.after, "strong"),
    ]


def _heading(number: int, layer: LayerPass) -> Line:
    shape = f"{layer.inputs.shape[-1]} → {layer.z.shape[-1]}"
    activation = f", {layer.activation}" if layer.activation else ""
    return (Span(f"layer {number}", "accent"), Span(f"  {layer.name}, {shape}{activation}", "quiet"))


def _parameters(step: BatchStep, layer: LayerPass) -> tuple[ParameterStep, ParameterStep]:
    by_name = {parameter.name: parameter for parameter in step.parameters}
    return by_name[f"{layer.name}.weight"], by_name[f"{layer.name}.bias"]
