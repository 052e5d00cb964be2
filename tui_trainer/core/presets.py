"""Presets: the TOML files that ship with the program and the user's own, found, read and checked.

Nothing in a preset runs. Its texts are data from outside: whoever prints them sends them through
``core.text.plain``; names are safe as they are.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

from tui_trainer.core.language import Language, language
from tui_trainer.core.layering import DEFAULTS, PARTS, Layer, assembled, leaves
from tui_trainer.core.presetfile import GROUPS, Preset, Texts, read
from tui_trainer.core.settings import Setting, settings_of
from tui_trainer.core.validation import Problem, RecipeError, Table, hint, toml

__all__ = [
    "ALIASES",
    "GROUPS",
    "GROUP_OF",
    "Language",
    "Library",
    "Preset",
    "Texts",
    "UnknownPreset",
    "language",
    "shipped_folder",
    "text",
    "user_folder",
]

GROUP_OF = {
    "data": "data",
    "architecture": "architectures",
    "activation": "activations",
    "loss": "losses",
    "optimizer": "optimizers",
    "schedule": "schedules",
    "regularization": "regularization",
    "recipe": "recipes",
}
ALIASES = {"bce": "binary-cross-entropy", "cce": "cross-entropy"}


class UnknownPreset(LookupError):
    """No preset bears that name; the text is one sentence with the nearest or all there are.

    Where a file bears it, ``problems`` is all that is wrong in it.
    """

    def __init__(self, text: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(text)
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Library:
    """All presets that are right, and what is wrong with the others."""

    presets: Mapping[tuple[str, str], Preset]  # by group and name
    problems: tuple[Problem, ...] = ()

    @classmethod
    def load(cls, folders: Sequence[Path] | None = None) -> "Library":
        """Read the presets in ``folders``: by default those that ship, then the user's own.

        The first folder counts as shipped. A name is taken by the first file that bears it: a later one is
        a problem, as is each mistake in a file; the rest works. Nothing in a file makes this raise.
        """
        if folders is None:
            folders = (shipped_folder(), user_folder())
        found: dict[tuple[str, str], Preset] = {}
        problems: list[Problem] = []
        for group, path, file in _files(folders, problems):
            try:
                preset, wrong = read(path, group, file, shipped=path.is_relative_to(folders[0]))
                if taken := found.get((group, preset.name)):
                    raise RecipeError(
                        [Problem(file, "", f"the name is taken by {taken.file}; choose another")]
                    )
            except RecipeError as error:
                problems += error.problems
                continue
            try:
                assembled(cls(found, tuple(problems)).layers(preset))
            except RecipeError as error:
                wrong += [problem for problem in error.problems if problem not in problems]
            if wrong:
                problems += wrong
            else:
                found[group, preset.name] = preset
        return cls(found, tuple(problems))

    def get(self, group: str, name: str) -> Preset:
        """The preset of that name or alias. Raises UnknownPreset."""
        preset = self.presets.get((group, name)) or self.presets.get((group, ALIASES.get(name, "")))
        if preset:
            return preset
        if mistakes := self.mistakes(name, (group,)):
            raise UnknownPreset(f"{mistakes[0].file} has mistakes", mistakes)
        names = [preset.name for preset in self.group(group)]
        raise UnknownPreset(f"no such preset in {group}{hint(name, names)}")

    def mistakes(self, name: str, groups: Sequence[str] = GROUPS) -> list[Problem]:
        """What is wrong in the files that bear the name of a preset."""
        endings = tuple(f"/{group}/{name}.toml" for group in groups)
        return [problem for problem in self.problems if problem.file and problem.file.endswith(endings)]

    def group(self, group: str) -> list[Preset]:
        """The presets of a group, in teaching order."""
        return sorted(
            (preset for preset in self.presets.values() if preset.group == group),
            key=lambda preset: (preset.order, preset.name),
        )

    def find(self, name: str) -> list[Preset]:
        """The presets of that name in any group; ``linear`` may be several things."""
        return [self.presets[group, name] for group in GROUPS if (group, name) in self.presets]

    def settings(self, preset: Preset) -> tuple[Setting, ...]:
        """What ``preset`` lets one set, at the values it brings; an activation has nothing to set."""
        if preset.group == "activations":
            return ()
        settings = settings_of(assembled(self.layers(preset)), preset.part)
        if preset.group == "schedules":
            return tuple(setting for setting in settings if setting.path.startswith("optimizer.schedule."))
        return settings

    def layers(self, preset: Preset) -> list[Layer]:
        """The layers of the recipe that ``preset`` makes when all else is left at the models' defaults."""
        if preset.group == "recipes":
            return [DEFAULTS, *self.recipe_layers(preset)]
        part = preset.part or ""
        replaces = frozenset({part} if GROUP_OF[part] == preset.group else ())
        return [DEFAULTS, Layer(preset.values, preset.file, replaces)]

    def recipe_layers(self, recipe: Preset, without: AbstractSet[str] = frozenset()) -> list[Layer]:
        """The layers of a recipe, lowest first: the presets it names, then what it says itself.

        Parts in ``without`` are left out, with all that the recipe and its presets say for them.
        """
        layers: list[Layer] = []
        said: Table = {"name": recipe.name}
        for part, table in recipe.values.items():
            if part in without:
                continue
            said[part] = {key: value for key, value in table.items() if key != "preset"}
            names = table.get("preset", ())
            layers += self.part_layers(part, [names] if isinstance(names, str) else names, recipe.file)
        return [*layers, Layer(said, recipe.file)]

    def part_layers(self, part: str, names: Sequence[str], file: str | None = None) -> list[Layer]:
        """The layers of the presets named for one part, by a recipe's ``file`` or on the command line."""
        layers: list[Layer] = []
        for name in names:
            key, value = (f"{part}.preset", toml(name)) if file else (f"--{part} {name}", "")
            mistakes: tuple[Problem, ...] = ()
            try:
                preset = self.get(GROUP_OF[part], name)
                layer, wrong = Layer(preset.values, preset.file), _clash(preset, names, layers)
            except UnknownPreset as error:
                wrong, mistakes = str(error), error.problems
            if wrong:
                layer = Layer({part: {}}, file, problems=(Problem(file, key, wrong, value), *mistakes))
            layers.append(layer)
        replaces = frozenset(PARTS) & {part}
        return [replace(layer, replaces=replaces) if at == 0 else layer for at, layer in enumerate(layers)]


def _clash(preset: Preset, names: Sequence[str], others: Sequence[Layer]) -> str:
    """Why ``preset`` cannot stand beside the others named with it, if so."""
    if preset.name == "none" and len(set(names)) > 1:
        return "stands alone: it takes all others away"
    ours = leaves(preset.values)
    for other in others:
        theirs = leaves(other.table)
        for key in ours.keys() & theirs.keys():
            if ours[key] != theirs[key]:
                return f"{other.source} sets {key} too; name only one of them"
    return ""


def text(preset: Preset, language: Language) -> Texts:
    """What a preset says in that language, else in English, else nothing."""
    return preset.text.get(language) or preset.text.get("en") or Texts()


def shipped_folder() -> Path:
    """Where the presets that ship lie: inside the package as installed, beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "presets"
    return inside if inside.is_dir() else package.parent / "presets"


def user_folder() -> Path:
    """Where users put their own: ``presets`` in ``$TUI_TRAINER_CONFIG``, else in their config folder."""
    if chosen := os.environ.get("TUI_TRAINER_CONFIG"):
        return Path(chosen).expanduser().absolute() / "presets"
    from platformdirs import user_config_path

    return user_config_path("tui-trainer", appauthor=False) / "presets"


# Files


def _files(folders: Sequence[Path], problems: list[Problem]) -> Iterator[tuple[str, Path, str]]:
    """Group, path and name for messages of each preset file; parts before the recipes that name them."""
    found: list[tuple[str, Path, str]] = []
    for folder in folders:
        shown = "presets" if folder == folders[0] else _at_home(folder)
        for path in _entries(folder, shown, problems):
            if path.name in GROUPS:
                group_shown = f"{shown}/{path.name}"
                found += [
                    (path.name, file, f"{group_shown}/{file.name}")
                    for file in _entries(path, group_shown, problems)
                    if file.suffix == ".toml"
                ]
            elif path.suffix == ".toml" or os.path.isdir(path):  # noqa: PTH112 (pathlib's raises)
                message = f"not in the folder of a group{hint(path.name, GROUPS)}"
                problems.append(Problem(f"{shown}/{path.name}", "", message))
    return iter(sorted(found, key=lambda file: GROUPS.index(file[0])))


def _entries(folder: Path, shown: str, problems: list[Problem]) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except FileNotFoundError:
        return []
    except OSError as error:
        problems.append(Problem(shown, "", f"cannot be read: {error.strerror}"))
        return []


def _at_home(path: Path) -> str:
    """``path`` with the user's home as ``~``."""
    home = Path("~").expanduser()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
