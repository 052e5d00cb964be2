"""What of a step is looked at, and what its pages have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.figures import value
from tui_trainer.core.inside.batch import BatchStep, Numbers
from tui_trainer.core.recipe import Recipe
from tui_trainer.tui.inside import formulas
from tui_trainer.tui.plot.matrices import Matrix, beside
from tui_trainer.tui.plot.spans import Line, Span, clip

Floats: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True)
class Part:
    """What belongs to one layer: its name, then what it computes."""

    heading: Line
    lines: Sequence[Line]


@dataclass(frozen=True)
class Scene:
    """A step, what it was made with, and what of it is looked at."""

    step: BatchStep
    recipe: Recipe
    classes: Sequence[str]
    sample: int = 0
    width: int = 78

    @property
    def in_numbers(self) -> bool:
        """Whether every number was told."""
        return all(layer.z.values for layer in self.step.layers)

    @property
    def formula(self) -> formulas.LossFormula:
        """How the loss is computed."""
        outputs = self.step.outputs.shape[1]
        return formulas.of_loss(self.recipe.loss, is_regression=not self.classes, num_outputs=outputs)

    def given(self, number: int) -> str:
        """What layer ``number``, from 1 on, gets: x, or an h, or what dropout left of it."""
        if number == 1:
            return "x"
        before, layer = self.step.layers[number - 2], self.step.layers[number - 1]
        is_whole = before.h.values == layer.inputs.values
        return f"{'h' if is_whole else 'd'}{number - 1}"

    def of(self, numbers: Numbers) -> Floats:
        """The numbers of the sample that is looked at."""
        return np.asarray(numbers.array()[self.sample])

    def said(self, text: str) -> Line:
        """A line of text."""
        return clip((Span(text),), self.width)

    def quiet(self, text: str) -> Line:
        """A line that explains."""
        return clip((Span(text, "quiet"),), self.width)

    def beside(self, *matrices: Matrix) -> list[Line]:
        """Matrices side by side."""
        return beside(matrices, self.width)


def sample_line(scene: Scene) -> str:
    """Which sample is looked at, and what the loss compares."""
    step, sample = scene.step, scene.step.samples[scene.sample]
    told = f"sample {scene.sample + 1} of {step.batch_size:,}, number {sample.index:,} of train"
    return f"{told}: {actual_of(scene, sample.actual)}"


def actual_of(scene: Scene, actual: float) -> str:
    """``true 8``: the class, or the target."""
    if not scene.classes:
        return f"true {value(actual)}"
    return f"true {scene.classes[int(actual)] if int(actual) < len(scene.classes) else int(actual)}"


def clipping(scene: Scene) -> list[Line]:
    """Whether the gradient was shortened, and by how much."""
    step = scene.step
    if step.clipped_to is None:
        return []
    told = f"all gradients together are {value(step.gradient_norm)} long"
    if step.gradient_norm <= step.clipped_to:
        return [scene.said(f"{told}: no more than {step.clipped_to:g}, not clipped")]
    share = step.clipped_to / step.gradient_norm
    return [scene.said(f"{told}: clipped to {step.clipped_to:g}, each number times {value(share)}")]
