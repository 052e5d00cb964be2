"""A step of a large net in norms; and the loss of each sample of any."""

import numpy as np

from tui_trainer.core.figures import value
from tui_trainer.tui.inside import formulas
from tui_trainer.tui.inside.step_scene import Part, Scene, actual_of, clipping
from tui_trainer.tui.plot.spans import Role, Span, left
from tui_trainer.tui.plot.table import Column, table

_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


def forward(scene: Scene) -> list[Part]:
    """How long z and h are, layer by layer."""
    by_name = {parameter.name: parameter for parameter in scene.step.parameters}
    rows = []
    for layer in scene.step.layers:
        weight, bias = by_name[f"{layer.name}.weight"], by_name.get(f"{layer.name}.bias")
        rows.append(
            [
                layer.name,
                "×".join(map(str, weight.before.shape)),
                value(weight.before.norm),
                value(bias.before.norm) if bias else "–",
                value(layer.inputs.norm),
                value(layer.z.norm),
                value(layer.h.norm),
                layer.activation or "–",
            ]
        )
    names = ("shape of W", "|W|", "|b|", "|in|", "|z|", "|h|", "activation")
    columns = [Column("layer", "left"), *map(Column, names)]
    lines = [
        scene.quiet("Norms: |in|, |z| and |h| are means over the samples."),
        *table(columns, rows, scene.width),
        (),
        scene.said(f"L = {value(scene.step.loss)}, the mean of {scene.step.batch_size:,} losses"),
        scene.said(f"l = {scene.formula.value}"),
    ]
    return [Part((Span("forward", "accent"),), lines)]


def backward(scene: Scene) -> list[Part]:
    """How long the derivatives are, from output to input."""
    by_name = {parameter.name: parameter for parameter in scene.step.parameters}
    rows = []
    for layer in reversed(scene.step.layers):
        weight, bias = by_name[f"{layer.name}.weight"], by_name.get(f"{layer.name}.bias")
        rows.append(
            [
                layer.name,
                value(layer.dh.norm),
                value(layer.dz.norm),
                value(weight.gradient.norm),
                value(bias.gradient.norm) if bias else "–",
            ]
        )
    columns = [Column("layer", "left"), *map(Column, ("|dl/dh|", "|dl/dz|", "|dL/dW|", "|dL/db|"))]
    lines = [
        scene.quiet("Norms, from output to input. dl: a sample's own loss, mean of the samples;"),
        scene.quiet("dL: the mean loss of the batch."),
        *table(columns, rows, scene.width),
    ]
    return [Part((Span("backward", "accent"),), lines)]


def update(scene: Scene) -> list[Part]:
    """How far each tensor of parameters moves."""
    step, kind = scene.step, scene.recipe.optimizer.kind
    told = formulas.of_update(scene.recipe.optimizer, step.lr, step.count)
    first = Part((Span(kind, "accent"),), [*map(scene.said, told), *clipping(scene)])
    is_changed = step.clipped_to is not None or any(each.penalty is not None for each in step.parameters)
    names = ["|g|", *["|penalty|", "|g used|"] * is_changed, "|before|", "|moves by|", "share"]
    rows = []
    for each in step.parameters:
        row = [each.name, value(each.gradient.norm)]
        if is_changed:
            row += ["–" if each.penalty is None else value(each.penalty.norm), value(each.used.norm)]
        share = value(each.update.norm / each.before.norm) if each.before.norm else "–"
        rows.append([*row, value(each.before.norm), value(each.update.norm), share])
    moves = table([Column("parameters", "left", 24), *map(Column, names)], rows, scene.width)
    found = [first, Part((Span("gradients and moves", "accent"),), moves)]
    if memory := step.parameters[0].memory:
        names = [f"|{key}| before" for key in step.parameters[0].memory_before]
        names += [f"|{key}|" for key in memory]
        rows = [
            [
                each.name,
                *(value(numbers.norm) for numbers in (*each.memory_before.values(), *each.memory.values())),
            ]
            for each in step.parameters
        ]
        remembered = table([Column("parameters", "left", 24), *map(Column, names)], rows, scene.width)
        found.append(Part((Span(f"what {kind} remembers", "accent"),), remembered))
    return found


def losses(scene: Scene) -> list[Part]:
    """The loss of each sample as a bar, largest first."""
    step = scene.step
    values, actual = np.frombuffer(step.losses, "<f4"), np.frombuffer(step.actual, "<f4")
    indices = np.frombuffer(step.indices, "<u4")
    order = np.argsort(-values, kind="stable")
    largest = float(values[np.isfinite(values)].max(initial=0.0)) or 1.0
    names = [actual_of(scene, float(actual[i])) for i in order]
    label = min(24, max(map(len, names), default=0))
    digits = len(f"{int(indices.max(initial=0)):,}")
    room = max(1, scene.width - label - digits - 12)
    lines = []
    for name, i in zip(names, order, strict=True):
        length = round(8 * room * float(values[i]) / largest) if np.isfinite(values[i]) else 0
        head = f"{int(indices[i]):>{digits},}  {left(name, label)} {value(float(values[i])):>7}  "
        role: Role = "strong" if i == scene.sample else "text"
        lines.append((Span(head, role), Span("█" * (length // 8) + _EIGHTHS[length % 8], "point")))
    told = f"{len(values):,} losses, largest first; their mean {value(float(values.mean()))}"
    if len(values) < step.batch_size:
        told = f"the first {len(values):,} of {step.batch_size:,}: {told}"
    return [Part((Span("loss per sample", "accent"), Span(f"  {told}", "quiet")), lines)]
