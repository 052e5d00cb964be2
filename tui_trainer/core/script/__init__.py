"""A recipe as a plain PyTorch script: the course's five steps, the loop, the evaluation.

The script stands alone: it imports nothing of this program and holds only what its recipe needs. It splits
the samples as the recipe does and computes the same at each step; initial weights, the order of samples,
dropout and augmentation begin from another draw, so that its curve is alike and not equal.
"""

from textwrap import wrap

from tui_trainer.core.architectures import layer_table
from tui_trainer.core.facts import facts
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.script.architecture import architecture
from tui_trainer.core.script.data import data, data_root
from tui_trainer.core.script.evaluation import evaluation
from tui_trainer.core.script.loop import loop
from tui_trainer.core.script.loss import loss
from tui_trainer.core.script.optimizer import optimizer
from tui_trainer.core.script.plan import Plan
from tui_trainer.core.script.regularization import regularization
from tui_trainer.core.script.writing import WIDTH, Step, imports, joined
from tui_trainer.core.text import plain
from tui_trainer.core.titles import title

__all__ = ["WIDTH", "data_root", "script"]

_LONGEST_NAME = 50


def script(recipe: Recipe, root: str = "data") -> str:
    """The script of ``recipe``; ``root`` is the folder that torchvision's sets are read from.

    For recipes that ``rules.check`` does not refuse: raises ValueError for convolutions on a table.
    """
    about = facts(recipe.data)
    plan = Plan(recipe, about, layer_table(recipe, about), root)
    steps = [step(plan) for step in (data, architecture, loss, optimizer, regularization, loop, evaluation)]
    return joined([_heading(recipe), imports(steps), *(block for step in steps for block in _titled(step))])


def _heading(recipe: Recipe) -> str:
    # A name is text from outside. It stays in its line, which is not one of the first two: there a comment
    # may declare the encoding of the file.
    name = plain(recipe.name, limit=_LONGEST_NAME).strip()
    told = wrap(", ".join(title(recipe)), WIDTH - 2)
    return "\n".join(
        [
            '"""A recipe of tui-trainer in plain PyTorch, in five steps."""',
            "",
            f"# Recipe: {name}".rstrip(),
            *(f"# {line}" for line in told),
            "# Train, validation and test samples are those of tui-trainer; weights and",
            "# order come from another draw: the curve is like the one there, not equal.",
        ]
    )


def _titled(step: Step) -> tuple[str, ...]:
    first, *others = step.blocks
    return (f"# {step.title}\n{first}", *others)
