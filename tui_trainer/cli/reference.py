"""The page ``docs/presets.md``: every preset that ships, explained, from nothing but the TOML files."""

from collections.abc import Iterator, Sequence

from tui_trainer.core.layering import leaves
from tui_trainer.core.presets import GROUPS, Library, Preset, text
from tui_trainer.core.settings import Setting
from tui_trainer.core.text import plain
from tui_trainer.core.validation import toml

COMMAND = "tui-trainer presets --markdown > docs/presets.md"


def page(library: Library) -> str:
    """All of it, in Markdown and in English."""
    parts = [
        "# Presets",
        f"What there is to choose from. Made by `{COMMAND}` from the files in `presets/`: change those. "
        "`tui-trainer presets show NAME --lang fr` says the same in French.",
        overview(library),
    ]
    for group in GROUPS:
        parts.append(f"## {group}")
        for preset in library.group(group):
            parts += _preset(preset, library)
    return "\n\n".join(parts) + "\n"


def overview(library: Library) -> str:
    """The names in each group, as the table that the README has too."""
    rows = [[group, " ".join(f"`{preset.name}`" for preset in library.group(group))] for group in GROUPS]
    return _table(["group", "presets, in teaching order"], rows)


def _preset(preset: Preset, library: Library) -> Iterator[str]:
    said = text(preset, "en")
    yield f"### {preset.name}"
    yield f"{plain(said.summary)}"
    if formulas := said.formulas(ascii_only=False):
        yield "\n".join(["```text", *map(plain, formulas), "```"])
    if taught := said.taught(ascii_only=False):
        lead, _, formula = plain(taught).partition(": ")
        yield f"{lead}: `{formula}`"
    points = [f"- {word}: {plain(point)}" for word, points in _reasons(preset) for point in points]
    if points:
        yield "\n".join(points)
    if said.commentary:
        yield plain(said.commentary.strip())
    if preset.group == "recipes":
        yield _table(["part", "preset", "set"], [_part(part, table) for part, table in preset.values.items()])
    elif settings := library.settings(preset):
        yield _table(["setting", "symbol", "value", "PyTorch", ""], list(map(_setting, settings)))


def _reasons(preset: Preset) -> Iterator[tuple[str, Sequence[str]]]:
    said = text(preset, "en")
    yield "for", said.advantages
    yield "against", said.drawbacks
    yield "when", [said.when] if said.when else []


def _part(part: str, table: dict[str, object]) -> list[str]:
    """What a recipe chooses for a part: the presets it names, and what it sets itself."""
    named = table.get("preset", ())
    names = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    own = leaves({key: value for key, value in table.items() if key != "preset"})
    sets = [f"`{key} = {toml(value)}`" for key, value in own.items()]
    return [part, " ".join(f"`{name}`" for name in names), ", ".join(sets)]


def _setting(setting: Setting) -> list[str]:
    value = setting.value if isinstance(setting.value, str) else toml(setting.value)
    torch = f"`{setting.torch}`" if setting.torch else ""
    return [f"`{setting.path}`", setting.symbol or "", f"`{value}`", torch, setting.description]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    escaped = [[cell.replace("|", r"\|") for cell in row] for row in rows]
    lines = [head, ["---"] * len(head), *escaped]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
