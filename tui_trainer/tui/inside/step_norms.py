"""A step of a large net in norms; and the loss of each sample of any."""

import math

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
        scene.quiet("Norms, from output to input: of dl means over the samples, of dL of the batch's mean."),
        *table(columns, rows, scene.width),
    ]
    return [Part((Span("backward", "accent"),), lines)]


def update(scene: Scene) -> list[Part]:
    """How far each tensor of parameters moves."""
    step = scene.step
    told = formulas.of_update(scene.recipe.optimizer, step.lr, step.count)
    has_penalty = any(parameter.penalty is not None for parameter in step.parameters)
    letters = list(step.parameters[0].memory)
    names = ["|g|", *["|pen.|"] * has_penalty, *["|used|"] * (step.clipped_to is not None)]
    names += [f"|{letter}|" for letter in letters] + ["|before|", "|moves by|", "share"]
    rows = []
    for parameter in step.parameters:
        row = [parameter.name, value(parameter.gradient.norm)]
        if has_penalty:
            row.append("–" if parameter.penalty is None else value(parameter.penalty.norm))
        if step.clipped_to is not None:
            row.append(value(parameter.used.norm))
        row += [value(parameter.memory[letter].norm) for letter in letters]
        share = parameter.update.norm / parameter.before.norm if parameter.before.norm else math.nan
        row += [
            value(parameter.before.norm),
            value(parameter.update.norm),
            "–" if math.isnan(share) else value(share),
        ]
        rows.append(row)
    columns = [Column("parameters", "left", 16), *map(Column, names)]
    lines = [*map(scene.said, told), *clipping(scene), *table(columns, rows, scene.width)]
    return [Part((Span(scene.recipe.optimizer.kind, "accent"),), lines)]


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
