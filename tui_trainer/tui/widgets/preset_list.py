"""The presets of one part: a cursor to look, marks for what is chosen, a heading over each further group."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui_trainer.core.presets import Preset

Keys: TypeAlias = AbstractSet[tuple[str, str]]


class PresetList(OptionList, inherit_bindings=False):
    """One row a preset. Its keys are the screen's."""

    class Looked(Message):
        """The cursor is on another preset."""

        def __init__(self, preset: Preset) -> None:
            super().__init__()
            self.preset = preset

    class Clicked(Message):
        """A preset was chosen with the mouse."""

        def __init__(self, preset: Preset) -> None:
            super().__init__()
            self.preset = preset

    def __init__(self) -> None:
        super().__init__(markup=False, compact=True)
        self._rows: tuple[Preset | str, ...] = ()
        """A preset, or the heading of a group."""
        self._chosen: Keys = frozenset()

    @property
    def looked_at(self) -> Preset | None:
        """The preset under the cursor; None where the list is empty."""
        row = None if self.highlighted is None else self._rows[self.highlighted]
        return row if isinstance(row, Preset) else None

    def show(self, groups: Sequence[Sequence[Preset]], chosen: Keys) -> None:
        """List the presets with ``chosen`` marked; a new list has its cursor on the first of those."""
        rows: list[Preset | str] = []
        for number, group in enumerate(groups):
            rows += [*([group[0].group] if number and group else []), *group]
        if tuple(rows) == self._rows:
            self._mark(chosen)
            return
        self._rows, self._chosen = tuple(rows), chosen
        self.set_options([Option(self._prompt(row), disabled=isinstance(row, str)) for row in rows])
        self.highlighted = next((i for i, row in enumerate(rows) if isinstance(row, Preset)), None)
        self.look_at_chosen()

    def look_at_chosen(self) -> None:
        """Put the cursor on what is chosen, unless it is there."""
        if (preset := self.looked_at) and preset.key in self._chosen:
            return
        chosen = (index for index, row in enumerate(self._rows) if self._is_chosen(row))
        self.highlighted = next(chosen, self.highlighted)

    def _mark(self, chosen: Keys) -> None:
        changed = self._chosen ^ chosen
        self._chosen = chosen
        for index, row in enumerate(self._rows):
            if isinstance(row, Preset) and row.key in changed:
                self.replace_option_prompt_at_index(index, self._prompt(row))

    def _is_chosen(self, row: Preset | str) -> bool:
        return isinstance(row, Preset) and row.key in self._chosen

    def _prompt(self, row: Preset | str) -> Content:
        if isinstance(row, str):
            return Content.styled(f" {row}", "$muted")
        prompt = Content(f" {'●' if self._is_chosen(row) else ' '} {row.name}")
        return prompt.stylize("bold") if self._is_chosen(row) else prompt

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say which preset is looked at now."""
        event.stop()
        if preset := self.looked_at:
            self.post_message(self.Looked(preset))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Say which preset was clicked."""
        event.stop()
        if isinstance(row := self._rows[event.option_index], Preset):
            self.post_message(self.Clicked(row))
