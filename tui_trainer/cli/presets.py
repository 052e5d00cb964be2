"""``presets``: what there is to choose from, and what each choice means."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from tui_trainer.cli.choosing import preset_names
from tui_trainer.cli.output import columns, to_json, warn
from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_trainer.core.presets import Language, Library, Preset
    from tui_trainer.tui.plot.raster import GlyphName

_INDENT = "  "
_PICTURE = (46, 10)
"""Columns and rows of what is drawn."""


@dataclass(frozen=True)
class _Words:
    """What ``show`` itself says, in one language."""

    colon: str
    settings: str


_WORDS: dict[Language, _Words] = {
    "en": _Words(":", "settings, for --set KEY=VALUE:"),
    "fr": _Words(" :", "réglages, pour --set CLÉ=VALEUR :"),
}


class _Presets(click.Group):
    """``presets optimizers`` lists a group; ``presets show adam`` is a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``list`` before arguments that name no command."""
        first = args[0] if args else ""
        if first not in {*self.commands, *ctx.help_option_names} and not (ctx.resilient_parsing and not args):
            args = ["list", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """``show``, and what may follow ``list``."""
        listing = self.commands["list"]
        groups = [item for option in listing.params[:1] for item in option.shell_complete(ctx, incomplete)]
        return [*super().shell_complete(ctx, incomplete), *groups, *listing.shell_complete(ctx, incomplete)]


def _groups(_context: click.Context, _parameter: click.Parameter, word: str) -> list[CompletionItem]:
    from tui_trainer.core.presets import GROUPS

    return [CompletionItem(group) for group in GROUPS if group.startswith(word)]


def _names(context: click.Context, parameter: click.Parameter, word: str) -> list[CompletionItem]:
    from tui_trainer.core.presets import GROUPS

    return [item for group in GROUPS for item in preset_names(group)(context, parameter, word)]


_lang = click.option("--lang", type=click.Choice(["en", "fr"]), help="Language of the explanations.")


@click.group(
    cls=_Presets,
    subcommand_metavar="[GROUP] [--json] | show NAME",
    epilog="""
    \b
    Examples:
      tui-trainer presets
      tui-trainer presets optimizers
      tui-trainer presets show adam --lang fr

    Your own presets are TOML files in folders named as the groups, in <config>/tui-trainer/presets; what is
    wrong with one is told here.
    """,
)
def presets() -> None:
    """List what there is to choose from; explain one choice."""


@presets.command("list", hidden=True)
@click.argument("group", required=False, shell_complete=_groups)
@click.option("--json", "as_json", is_flag=True, help="As one JSON array.")
@click.option("--markdown", "as_markdown", is_flag=True, help="All that ship, explained on one page.")
@_lang
def list_presets(group: str | None, as_json: bool, as_markdown: bool, lang: str | None) -> None:
    """List all presets, or those of GROUP."""
    from tui_trainer.core.presets import GROUPS, Library, language, shipped_folder
    from tui_trainer.core.validation import wrong_choice

    if as_markdown:
        from tui_trainer.cli.reference import page

        print(page(Library.load((shipped_folder(),))), end="")
        return

    if group is not None and group not in GROUPS:
        raise click.UsageError(f"group '{plain(group, limit=60)}': {wrong_choice(group, GROUPS)}")
    library, spoken = Library.load(), language(lang)
    listed = {name: library.group(name) for name in ([group] if group else GROUPS)}
    if as_json:
        print(to_json([_object(preset, library, spoken) for group in listed.values() for preset in group]))
    else:
        print("\n\n".join("\n".join(_section(name, of, spoken)) for name, of in listed.items()))
    for problem in library.problems:
        warn(str(problem))


def _section(group: str, presets: list[Preset], spoken: Language) -> list[str]:
    from tui_trainer.core.presets import text

    rows = [
        [
            f"{_INDENT}{preset.name}",
            plain(text(preset, spoken).summary) + ("" if preset.shipped else "  (yours)"),
        ]
        for preset in presets
    ]
    return [group, *columns(rows)]


def _object(preset: Preset, library: Library, spoken: Language) -> dict[str, object]:
    from tui_trainer.core.presets import text

    said = text(preset, spoken)
    return {
        "name": preset.name,
        "group": preset.group,
        "shipped": preset.shipped,
        "summary": said.summary,
        "settings": {setting.path: setting.value for setting in library.settings(preset)},
    }


@presets.command("show", short_help="Explain one preset.")
@click.argument("name", shell_complete=_names)
@_lang
def show_preset(name: str, lang: str | None) -> None:
    """Explain a preset: its formula, what speaks for and against it, and its settings."""
    from tui_trainer.core.presets import ALIASES, Library, language
    from tui_trainer.core.validation import did_you_mean

    library = Library.load()
    found = library.find(name) or library.find(ALIASES.get(name, ""))
    if not found and (mistakes := library.mistakes(name)):
        raise click.UsageError("\n".join(plain(str(problem)) for problem in mistakes))
    if not found:
        near = did_you_mean(name, {preset.name for preset in library.presets.values()})
        raise click.UsageError(
            f"no preset is called '{plain(name, limit=60)}'{near or '; tui-trainer presets lists them all'}"
        )
    spoken = language(lang)
    print("\n\n".join("\n".join(_explained(preset, library, spoken)) for preset in found))


def _explained(preset: Preset, library: Library, spoken: Language) -> Iterator[str]:
    from tui_trainer.core.layering import assembled
    from tui_trainer.core.presets import text
    from tui_trainer.tui.plot.functions import picture

    said = text(preset, spoken)
    words = _WORDS[spoken]
    yield f"{preset.name} ({preset.group})"
    if said.summary:
        yield plain(said.summary)
    ascii_only = "utf" not in (sys.stdout.encoding or "").lower()
    taught = said.taught(ascii_only=ascii_only)
    formulas = [*said.formulas(ascii_only=ascii_only), *([taught] if taught else [])]
    for lines in ([f"{_INDENT}{line}" for line in formulas], said.commentary.splitlines()):
        yield from ["", *map(plain, lines)] if lines else []
    glyphs: GlyphName = "ascii" if ascii_only else "braille"
    if drawn := picture(preset, assembled(library.layers(preset)), *_PICTURE, glyphs):
        yield from ["", *(f"{_INDENT}{line}" for line in drawn.splitlines())]
    if said.advantages or said.drawbacks or said.when:
        yield ""
    yield from (f"+ {plain(line)}" for line in said.advantages)
    yield from (f"- {plain(line)}" for line in said.drawbacks)
    if said.when:
        yield plain(said.when)
    if preset.symptom is not None:
        yield from ["", f"shows: {preset.symptom.text}"]
    rows = [
        [
            f"{_INDENT}{setting.path}",
            setting.symbol or "",
            plain(_value(setting.value)),
            setting.help(spoken) + (f" PyTorch{words.colon} {setting.torch}." if setting.torch else ""),
        ]
        for setting in library.settings(preset)
    ]
    if rows:
        yield from ["", words.settings, *columns(rows)]


def _value(value: object) -> str:
    from tui_trainer.core.validation import toml

    return value if isinstance(value, str) else toml(value)
