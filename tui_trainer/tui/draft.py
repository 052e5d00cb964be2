"""What New shows: choices, the recipe they make, and all that is known of it before training."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from tui_trainer.core import rules
from tui_trainer.core.architectures import layer_table
from tui_trainer.core.compose import Choices, compose
from tui_trainer.core.datafiles import absence
from tui_trainer.core.estimate import Plan, plan
from tui_trainer.core.facts import DataFacts, facts
from tui_trainer.core.layers import Layer
from tui_trainer.core.presets import Library, Preset
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rules import Finding

Section: TypeAlias = Literal[
    "recipe", "data", "architecture", "loss", "optimizer", "regularization", "training"
]
SECTIONS: tuple[Section, ...] = (
    "recipe",
    "data",
    "architecture",
    "loss",
    "optimizer",
    "regularization",
    "training",
)


@dataclass(frozen=True)
class Draft:
    """A recipe in the making. It is always a whole one: what makes none raises instead."""

    choices: Choices
    recipe: Recipe
    notes: tuple[str, ...]
    facts: DataFacts
    findings: tuple[Finding, ...]
    layers: tuple[Layer, ...]
    """Empty where the network cannot be built; ``findings`` says why."""
    plan: Plan | None
    """None where there are no layers."""
    absence: str
    """What to do about a data set that is not on this machine; empty when it is."""

    @classmethod
    def of(cls, library: Library, choices: Choices) -> "Draft":
        """The draft that ``choices`` make. Raises RecipeError with every mistake."""
        composed = compose(library, choices)
        known = facts(composed.recipe.data)
        findings = rules.check(composed.recipe, known)
        try:
            layers, effort = layer_table(composed.recipe, known), plan(composed.recipe, known)
        except ValueError:
            layers, effort = (), None
        missing = absence(composed.recipe.data, download="d downloads it and trains")
        return cls(choices, composed.recipe, composed.notes, known, findings, layers, effort, missing)

    @property
    def refused(self) -> tuple[Finding, ...]:
        """Why it cannot be trained; empty when it can."""
        return tuple(finding for finding in self.findings if finding.severity == "refused")

    def chosen(self, library: Library, section: Section) -> frozenset[str]:
        """The names of the presets that are chosen in a section."""
        if section == "recipe":
            return frozenset({self.choices.recipe})
        if section == "regularization":
            slots = {
                name.replace("_", "-") for name, value in self.recipe.regularization if value is not None
            }
            return frozenset(slots or {"none"})
        if names := self.choices.replaced.get(section):
            return frozenset(names)
        said = library.get("recipes", self.choices.recipe).values.get(section, {})
        return frozenset({said["preset"]} if "preset" in said else ())

    def choosing(self, library: Library, section: Section, preset: Preset) -> Choices:
        """The choices with ``preset`` chosen; in regularization turned on or off, the others kept."""
        if section == "recipe":
            return Choices(recipe=preset.name)
        names = frozenset({preset.name})
        if section == "regularization" and preset.name != "none":
            names = (self.chosen(library, section) - {"none"}) ^ names or frozenset({"none"})
        ordered = [other.name for other in library.group("regularization") if other.name in names]
        return self.choices.with_part(section, *(ordered or names))
