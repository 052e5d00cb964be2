"""What New shows: choices, the recipe they make, and all that is known of it before training."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from tui_trainer.core import rules
from tui_trainer.core.architectures import layer_table
from tui_trainer.core.compose import WITHIN, Choices, compose
from tui_trainer.core.datafiles import absence
from tui_trainer.core.estimate import Plan, plan, saved_by_compiling
from tui_trainer.core.facts import DataFacts, facts
from tui_trainer.core.layering import assembled
from tui_trainer.core.layers import Layer
from tui_trainer.core.presets import GROUP_OF, Library, Preset
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rules import Finding
from tui_trainer.core.titles import title

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
    is_changed: bool
    """Whether anything differs from the recipe as it is called."""
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
        is_touched = choices != Choices(recipe=choices.recipe)
        is_changed = is_touched and composed.recipe != compose(library, Choices(choices.recipe)).recipe
        return cls(
            choices, composed.recipe, composed.notes, known, findings, layers, effort, is_changed, missing
        )

    @property
    def saved_by_compiling_s(self) -> float:
        """By how many seconds it would be over sooner if it were compiled; 0 where it is, or does not pay."""
        is_asked = self.recipe.training.compile or self.plan is None
        return 0.0 if is_asked else saved_by_compiling(self.recipe, self.facts)

    @property
    def refused(self) -> tuple[Finding, ...]:
        """Why it cannot be trained; empty when it can."""
        return tuple(finding for finding in self.findings if finding.severity == "refused")

    def groups(self, library: Library, section: Section) -> tuple[list[Preset], ...]:
        """What there is to choose from in a section: its own presets, then those within its part."""
        inner = [part for part, (outer, _) in WITHIN.items() if outer == section and self._inner_kind(part)]
        return tuple(library.group(GROUP_OF[part]) for part in (section, *inner))

    def chosen(self, library: Library, section: Section) -> frozenset[tuple[str, str]]:
        """The keys of the presets that are chosen in a section."""
        inner = [part for part, (outer, _) in WITHIN.items() if outer == section]
        keys = {(GROUP_OF[part], name) for part in inner for name in self._inner_names(part)}
        return frozenset(keys | {(GROUP_OF[section], name) for name in self._names(library, section)})

    def _names(self, library: Library, section: Section) -> frozenset[str]:
        if section == "recipe":
            return frozenset({self.choices.recipe})
        if section == "regularization":
            slots = {
                name.replace("_", "-") for name, value in self.recipe.regularization if value is not None
            }
            return frozenset(slots or {"none"})
        said = library.get("recipes", self.choices.recipe).values.get(section, {})
        names = self.choices.replaced.get(section) or ((said["preset"],) if "preset" in said else ())
        return frozenset(name for name in names if self._is_still(library, section, name))

    def _is_still(self, library: Library, section: Section, name: str) -> bool:
        """Whether the part would still be called as the preset is, whatever was set in it since."""
        alone = assembled(library.layers(library.get(GROUP_OF[section], name)))
        place = SECTIONS.index(section) - 1
        return title(alone)[place].split()[0] == title(self.recipe)[place].split()[0]

    def _inner_names(self, part: str) -> tuple[str, ...]:
        """The presets chosen within a part: as named, else the one that is called like what is there."""
        return self.choices.replaced.get(part) or tuple(filter(None, [self._inner_kind(part)]))

    def _inner_kind(self, part: str) -> str:
        if part == "schedule":
            return self.recipe.optimizer.schedule.kind
        return str(getattr(self.recipe.architecture, part, ""))

    def choosing(self, library: Library, section: Section, preset: Preset) -> Choices:
        """The choices with ``preset`` chosen; in regularization turned on or off, the others kept."""
        if section == "recipe":
            return Choices(recipe=preset.name)
        if preset.group != GROUP_OF[section]:
            part = next(part for part, group in GROUP_OF.items() if group == preset.group)
            return self.choices.with_part(part, preset.name)
        names = frozenset({preset.name})
        if section == "regularization" and preset.name != "none":
            names = (self._names(library, section) - {"none"}) ^ names or frozenset({"none"})
        ordered = [other.name for other in library.group("regularization") if other.name in names]
        return self.choices.with_part(section, *(ordered or names))
