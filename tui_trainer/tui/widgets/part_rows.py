"""The recipe at a glance: one row for each of its parts, the one that is open marked."""

from collections.abc import Iterable

from pydantic.fields import FieldInfo
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui_trainer.core.layers import num_parameters
from tui_trainer.core.recipe import Part, Regularization
from tui_trainer.core.settings import settings_of
from tui_trainer.core.text import plain
from tui_trainer.core.titles import title
from tui_trainer.tui.ascii import wording
from tui_trainer.tui.draft import SECTIONS, Draft, Section
from tui_trainer.tui.explanation import shape_text
from tui_trainer.tui.setting_text import named_value, value_text

_NAME_WIDTH = 19
_VALUE_WIDTH = 20


class PartRows(Widget):
    """`` 1 Data            digits             1,797 images 8×8 → 10 classes``"""

    class Clicked(Message):
        """A row was clicked."""

        def __init__(self, section: Section) -> None:
            super().__init__()
            self.section = section

    def __init__(self) -> None:
        super().__init__()
        self._draft: Draft | None = None
        self._summary = ""
        self._open: Section = "recipe"

    def show(self, draft: Draft, open_: Section, summary: str) -> None:
        """Show ``draft`` with one part open; ``summary`` is of its recipe."""
        self._draft, self._open, self._summary = draft, open_, summary
        self.refresh()

    def render(self) -> Content:
        """The rows."""
        if self._draft is None:
            return Content("")
        return Content("\n").join(self._row(self._draft, number) for number in range(len(SECTIONS)))

    def _row(self, draft: Draft, number: int) -> Content:
        section = SECTIONS[number]
        value, details, end = row_texts(draft, section)
        if section == "recipe":
            details = (plain(self._summary),)
        say, is_open = wording(self), section == self._open
        head = f"{'▸' if is_open else ' '}{number} {section.title():<{_NAME_WIDTH - 3}}"
        body = fitted(say(value), map(say, details), self.size.width - _NAME_WIDTH - len(end) - 2)
        row = Content.assemble((head, "bold $primary" if is_open else "$muted"), body, (f" {end} ", "$muted"))
        return row.stylize("on $panel") if is_open else row

    def on_click(self, event: events.Click) -> None:
        """Ask for the part that was clicked."""
        if 0 <= event.y < len(SECTIONS):
            self.post_message(self.Clicked(SECTIONS[event.y]))


def fitted(value: str, details: Iterable[str], width: int) -> Content:
    """``value`` and as many details as fit into ``width``, which it fills; in columns where there is room."""
    shown = [detail for detail in details if detail]
    text = f"{value:<{_VALUE_WIDTH}}" if shown else value
    if shown and len(text) + 2 + len(shown[0]) > width:
        text = value
    for detail in shown:
        if len(text) + 2 + len(detail) > width and detail is not shown[0]:
            break
        text += f"  {detail}"
    return Content(text).stylize("bold", 0, len(value)).truncate(max(width, 1), ellipsis=True, pad=True)


def row_texts(draft: Draft, section: Section) -> tuple[str, tuple[str, ...], str]:
    """What stands in the row of a part: what was chosen, more of it, and what stands at the right end."""
    recipe = draft.recipe
    titles = title(recipe)
    match section:
        case "recipe":
            return draft.choices.recipe + (" (changed)" if draft.is_changed else ""), (), ""
        case "data":
            return titles[0], (draft.facts.dimensions,), ""
        case "architecture":
            count = f"{num_parameters(draft.layers):,} parameters" if draft.layers else ""
            return titles[1], (path_text(draft),), count
        case "loss":
            return titles[2], (), ""
        case "optimizer":
            own = [s for s in settings_of(recipe, "optimizer") if not s.path.startswith("optimizer.schedule")]
            schedule = recipe.optimizer.schedule.kind
            name = titles[3].partition(" ")[0] + (f" {schedule}" if schedule != "constant" else "")
            return name, tuple(map(named_value, own)), ""
        case "regularization":
            return ", ".join(_slots(recipe.regularization)) or "none", (), ""
        case _:
            training = recipe.training
            batch = (
                "all samples at once" if training.batch_size == "all" else f"batches of {training.batch_size}"
            )
            details = (batch, f"seed {training.seed}", f"best by {training.select_by}")
            return f"{training.epochs:,} epochs", details, f"device {training.device}"


def _slots(regularization: Regularization) -> list[str]:
    """``l2 λ 0.0001``"""
    slots: list[str] = []
    for name, slot in regularization:
        if isinstance(slot, Part):
            fields = type(slot).model_fields
            values = [f"{_symbol(fields[key]) or key} {value_text(value)}" for key, value in slot]
            slots.append(f"{name.replace('_', '-')} {' '.join(values)}")
    return slots


def _symbol(field: FieldInfo) -> str | None:
    extra = field.json_schema_extra
    return str(extra["symbol"]) if isinstance(extra, dict) and "symbol" in extra else None


def path_text(draft: Draft) -> str:
    """How a sample goes through the network: ``64→64→32→10 softmax``; shortened where it is long."""
    if not draft.layers:
        return ""
    shapes = [draft.layers[0].input_shape]
    shapes += [layer.output_shape for layer in draft.layers if layer.parameters or layer.kind == "flatten"]
    if draft.layers[0].kind == "flatten":
        shapes = shapes[1:]
    steps = [shape_text(shape) for shape in shapes]
    if len(steps) > 5:
        steps = [steps[0], steps[1], "…", *steps[-2:]]
    output = f" {draft.layers[-1].name}" if draft.layers[-1].kind == "output" else ""
    return "→".join(steps) + output
