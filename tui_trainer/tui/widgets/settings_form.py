"""The settings of one part as fields, checked while one types."""

from collections.abc import Mapping, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from tui_trainer.core.language import Language
from tui_trainer.core.settings import Setting
from tui_trainer.tui.ascii import only_ascii, wording
from tui_trainer.tui.setting_text import name_of, typed, value_text
from tui_trainer.tui.spoken import spoken
from tui_trainer.tui.widgets.lines import Lines
from tui_trainer.tui.widgets.prose import Paragraph, flow

# Part of no value, so that these keys work while one types.
_NEVER_TYPED = "/?[]"


NAME_WIDTH, FIELD_WIDTH = 26, 14
"""Columns; app.tcss places the field in them."""


class SettingsForm(VerticalScroll, can_focus=True):
    """A row for each setting: name and symbol, field, help or what is wrong."""

    class Changed(Message):
        """A setting was typed: ``text`` is TOML or a bare word, not checked yet."""

        def __init__(self, path: str, text: str) -> None:
            super().__init__()
            self.path = path
            self.text = text

    @property
    def rows(self) -> list["SettingRow"]:
        """The rows in use, top to bottom."""
        return [row for row in self.query(SettingRow) if row.display]

    async def show(self, settings: Sequence[Setting], more: Mapping[str, str]) -> None:
        """Show ``settings``; a field that is wrong or being typed in keeps what was typed.

        ``more`` is said after the help of a setting, by path.
        """
        rows = list(self.query(SettingRow))
        added = [SettingRow(setting) for setting in settings[len(rows) :]]
        await self.mount(*added)
        for index, row in enumerate([*rows, *added]):
            row.display = index < len(settings)
            if row.display:
                row.show(settings[index], more.get(settings[index].path, ""))

    def complain(self, path: str, problem: str) -> None:
        """Say beside a field what is wrong with it; an empty ``problem`` takes that back."""
        for row in self.rows:
            if row.path == path:
                row.complain(problem)

    def forgive(self) -> None:
        """Take back what is wrong: those fields show their settings again."""
        for row in self.rows:
            if row.is_wrong:
                row.complain("")

    def step(self, by: int) -> bool:
        """Go ``by`` fields down; False where there is none."""
        fields = [row.field for row in self.rows]
        at = next(
            (index for index, field in enumerate(fields) if field.has_focus), -1 if by > 0 else len(fields)
        )
        if not 0 <= at + by < len(fields):
            return False
        fields[at + by].focus()
        return True


class SettingRow(Lines):
    """One setting: its name, its field, and below them its help or what is wrong."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self._setting = setting
        self._more = ""
        self._problem = ""
        self.field = Field(setting)

    @property
    def path(self) -> str:
        """Which setting it is."""
        return self._setting.path

    @property
    def is_wrong(self) -> bool:
        """Whether what was typed is no value of it."""
        return bool(self._problem)

    def compose(self) -> ComposeResult:
        """The field; the row itself writes around it."""
        yield self.field

    def lines(self, width: int) -> list[Content]:
        """Name and mark beside the field, the help below them."""
        setting, say = self._setting, wording(self)
        name = Content(name_of(setting))
        if setting.symbol and not only_ascii(self):
            name = Content.assemble(name, (f"  {setting.symbol}", "$accent"))
        blank = " " * max(1, NAME_WIDTH + FIELD_WIDTH - name.cell_length)
        first = Content.assemble(name, blank, (" ▾" if setting.choices else "", "$muted"))
        if self._problem:
            text, style = f"✗ {self._problem}", "$error"
        elif self.field.has_focus or self.screen.has_class("-tall"):
            text, style = f"{_help(setting, spoken(self))} {self._more}".strip(), "$muted"
        else:
            return [first]
        return [first, *flow([Paragraph(Content.styled(say(text), style), Content("  "))], width)]

    def show(self, setting: Setting, more: str) -> None:
        """Show a value that came from elsewhere, and ``more`` about it."""
        if setting.path != self.path:
            self._problem = ""
        if (setting.path, more) != (self.path, self._more):
            self.refresh(layout=True)
        self._setting, self._more = setting, more
        if not self.is_wrong:
            self.field.show(setting)

    def complain(self, problem: str) -> None:
        """Say what is wrong, or the help where nothing is."""
        if problem != self._problem:
            self._problem = problem
            self.refresh(layout=True)

    def on_descendant_focus(self) -> None:
        """Show the help of the field one is at."""
        self.refresh(layout=True)

    def on_descendant_blur(self) -> None:
        """Take the help back."""
        self.refresh(layout=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Report what was typed, unless the value is the one that was shown."""
        event.stop()
        if event.value != value_text(self._setting.value) or self.is_wrong:
            self.post_message(SettingsForm.Changed(self.path, typed(self._setting, event.value)))


def _help(setting: Setting, language: Language) -> str:
    """What it does, and PyTorch's name where that is another."""
    if not setting.torch or setting.torch == setting.path.rpartition(".")[2]:
        return setting.help(language)
    within = "dans" if language == "fr" else "in"
    return f"{setting.help(language)} ({setting.torch} {within} PyTorch)"


class Field(Input):
    """A text field for a setting; Space goes through its choices, where it has some."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(value_text(setting.value), compact=True)
        self.cursor_blink = False
        self._choices = setting.choices

    def show(self, setting: Setting) -> None:
        """Show a value, unless the user is at it."""
        self._choices = setting.choices
        if not self.has_focus:
            with self.prevent(Input.Changed):
                self.value = value_text(setting.value)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Keys that are part of no value are the screen's."""
        return super().check_consume_key(key, character) and not self._leaves(character)

    def on_key(self, event: events.Key) -> None:
        """Leave the screen its keys."""
        if self._leaves(event.character):
            event.prevent_default()

    def next_choice(self) -> bool:
        """Take the next of the choices; False where there are none."""
        if not self._choices:
            return False
        at = self._choices.index(self.value) if self.value in self._choices else -1
        self.value = self._choices[(at + 1) % len(self._choices)]
        return True

    def _leaves(self, character: str | None) -> bool:
        if character is None:
            return False
        return character in _NEVER_TYPED or (character == " " and bool(self._choices))
