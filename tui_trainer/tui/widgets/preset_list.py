"""The presets of one group: a cursor to look, marks for what is chosen, a filter."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui_trainer.core.presets import Preset


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
        self._presets: tuple[Preset, ...] = ()
        self._chosen: AbstractSet[str] = frozenset()

    @property
    def looked_at(self) -> Preset | None:
        """The preset under the cursor; None where the list is empty."""
        return None if self.highlighted is None else self._presets[self.highlighted]

    def show(self, presets: Sequence[Preset], chosen: AbstractSet[str]) -> None:
        """List ``presets`` with ``chosen`` marked; a new list has its cursor on the first of those."""
        if tuple(presets) == self._presets:
            self._mark(chosen)
            return
        self._presets, self._chosen = tuple(presets), chosen
        self.set_options([Option(self._row(preset)) for preset in presets])
        self.highlighted = 0 if presets else None
        self.look_at_chosen()

    def look_at_chosen(self) -> None:
        """Put the cursor on what is chosen, unless it is there."""
        if (preset := self.looked_at) and preset.name in self._chosen:
            return
        chosen = (index for index, preset in enumerate(self._presets) if preset.name in self._chosen)
        self.highlighted = next(chosen, self.highlighted)

    def _mark(self, chosen: AbstractSet[str]) -> None:
        changed = self._chosen ^ chosen
        self._chosen = chosen
        for index, preset in enumerate(self._presets):
            if preset.name in changed:
                self.replace_option_prompt_at_index(index, self._row(preset))

    def _row(self, preset: Preset) -> Content:
        row = Content(f" {'●' if preset.name in self._chosen else ' '} {preset.name}")
        return row.stylize("bold") if preset.name in self._chosen else row

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say which preset is looked at now."""
        event.stop()
        self.post_message(self.Looked(self._presets[event.option_index]))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Say which preset was clicked."""
        event.stop()
        self.post_message(self.Clicked(self._presets[event.option_index]))
