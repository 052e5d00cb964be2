"""New: choose a recipe or make one of its parts, see what it comes to, and train it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from tui_trainer.core import presets
from tui_trainer.core.compose import Choices
from tui_trainer.core.layering import assembled
from tui_trainer.core.presets import Library, Preset
from tui_trainer.core.settings import Setting, settings_of
from tui_trainer.core.text import plain
from tui_trainer.core.validation import Problem, RecipeError
from tui_trainer.core.variation import Base
from tui_trainer.tui import keys, terminal
from tui_trainer.tui.ascii import only_ascii, wording
from tui_trainer.tui.clipboard import copy
from tui_trainer.tui.draft import SECTIONS, Draft, Section
from tui_trainer.tui.explanation import PICTURED, about, layer_lines, with_picture
from tui_trainer.tui.messages import DescentRequested, PreflightRequested, RaceRequested, TrainRequested
from tui_trainer.tui.options import AppOptions
from tui_trainer.tui.setting_text import named_value
from tui_trainer.tui.widgets.key_bar import KeyBar
from tui_trainer.tui.widgets.outlook import Outlook
from tui_trainer.tui.widgets.part_rows import PartRows
from tui_trainer.tui.widgets.preset_list import PresetList
from tui_trainer.tui.widgets.prose import Paragraph, Prose
from tui_trainer.tui.widgets.settings_form import Field, SettingsForm
from tui_trainer.tui.widgets.title_bar import TitleBar


class NewScreen(Screen[None]):
    """The recipe list first; each part opens as list, explanation and settings."""

    KEYS: ClassVar[tuple[keys.Key, ...]] = keys.NEW
    HOW_TO_READ: ClassVar[str] = (
        "A recipe is a full set of choices, in the five steps of the course. The rows above show its parts; "
        "the one marked ▸ is open below: what there is to choose, what it means, its own settings.\n\n"
        "● marks what is chosen. ↑↓ only look. Choosing another recipe brings its parts; changes to the one "
        "you leave are kept and come back with it.\n\n"
        "The last rows say what training comes to. ✓ it can start. ✗ it cannot, and why. ! it can, but think "
        "twice. An update is one step of the optimizer on one batch; an epoch goes once through the training "
        "samples. Nothing is chosen by the test samples: they are read once, at the end."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.NEW)]
    AUTO_FOCUS = "PresetList"

    def __init__(
        self,
        library: Library,
        options: AppOptions,
        *,
        problems: Sequence[Problem] = (),
    ) -> None:
        super().__init__()
        self._library = library
        self._lang = options.lang
        self._begins_with_descent = options.descent
        self._problems = tuple(problems)
        self._section: Section = "recipe"
        self._draft = Draft.of(library, options.choices)
        self._kept: dict[str, Choices] = {}
        self._wrong: dict[str, str] = {}
        self._compared: list[Choices] = []
        """What was added to the comparison."""

    def compose(self) -> ComposeResult:
        """Rows of parts above; list, explanation and layers below; the outlook under them."""
        yield TitleBar("new")
        yield PartRows()
        with Horizontal(id="open"):
            with Vertical(id="choice"):
                yield Input(placeholder="find", compact=True, id="find")
                yield PresetList()
            with Vertical(id="about"):
                with VerticalScroll(id="explanation", can_focus=False):
                    yield Prose(id="text")
                yield Static(markup=False, id="glance")
                yield SettingsForm()
            with VerticalScroll(id="layers", can_focus=False):
                yield Prose(id="table")
        yield Outlook()
        yield KeyBar(self.KEYS)

    async def on_mount(self) -> None:
        """Open the recipe list."""
        self.query_one("#find", Input).cursor_blink = False
        await self._open("recipe")
        if self._begins_with_descent:
            self.action_descent()

    def on_screen_resume(self) -> None:
        """Count the runs anew: one may have been trained meanwhile."""
        self.query_one(TitleBar).recount()

    def on_resize(self) -> None:
        """Put the layers where there is room for them."""
        self._explain()

    # What is shown

    async def _open(self, section: Section) -> None:
        self._section = section
        self._wrong.clear()
        self.remove_class("-editing", "-finding")
        self.set_class(section == "training", "-no-choice")
        self.set_class(section == "recipe", "-recipes")
        with self.prevent(Input.Changed):
            self.query_one("#find", Input).value = ""
        form = self.query_one(SettingsForm)
        self.set_focus(form if section == "training" else self.query_one(PresetList))
        form.forgive()
        await self._show()

    def _list_presets(self) -> None:
        if self._section == "training":
            return
        wanted = self.query_one("#find", Input).value.strip().lower()
        listed = [
            [
                preset
                for preset in group
                if wanted in preset.name or wanted in presets.text(preset, self._lang).summary.lower()
            ]
            for group in self._draft.groups(self._library, self._section)
        ]
        self.query_one(PresetList).show(listed, self._draft.chosen(self._library, self._section))

    async def _show(self) -> None:
        """Show the draft everywhere."""
        draft = self._draft
        recipe = self._library.get("recipes", draft.choices.recipe)
        self.query_one(PartRows).show(draft, self._section, presets.text(recipe, self._lang).summary)
        self._list_presets()
        self._explain()
        settings = self._settings()
        self.set_class(not settings, "-no-settings")
        await self.query_one(SettingsForm).show(settings, self._activation())
        self._foretell()

    def _foretell(self) -> None:
        wrong = [f"{path} {problem}" for path, problem in self._wrong.items()]
        self.query_one(Outlook).show(self._draft, wrong=wrong, remarks=self._remarks())

    def _settings(self) -> tuple[Setting, ...]:
        return () if self._section == "recipe" else settings_of(self._draft.recipe, self._section)

    def _activation(self) -> dict[str, str]:
        """What is said of the activation at its setting."""
        kind = getattr(self._draft.recipe.architecture, "activation", None)
        preset = self._library.presets.get(("activations", kind)) if kind else None
        if preset is None:
            return {}
        texts = presets.text(preset, self._lang)
        formula = texts.formula_ascii if only_ascii(self) else texts.formula
        return {"architecture.activation": f"{plain(formula)}: {plain(texts.summary)}."}

    def _explain(self) -> None:
        """Say what the preset under the cursor is, and what it would bring where it is not chosen."""
        preset = self.query_one(PresetList).looked_at
        is_other = preset is not None and self._is_other(preset)
        self.set_class(is_other, "-looking")
        settings = self._library.settings(preset) if preset and is_other else self._settings()
        glance = "  ".join(["it brings"] * is_other + list(map(named_value, settings))) if settings else ""
        self.query_one("#glance", Static).update(Content.styled(wording(self)(glance), "$muted"))
        table = self._table(preset if is_other else None)
        self.query_one("#table", Prose).show([table])
        paragraphs: list[Paragraph] = []
        if preset and self._section != "training":
            texts = presets.text(preset, self._lang)
            paragraphs = about(preset, texts, wording(self), ascii_only=only_ascii(self))
            if preset.group in PICTURED:
                recipe = self._draft.recipe if not is_other else assembled(self._library.layers(preset))
                paragraphs = with_picture(
                    paragraphs,
                    recipe,
                    preset,
                    is_tall=self.has_class("-tall"),
                    glyphs="ascii" if only_ascii(self) else "braille",
                )
            if preset.group == "architectures" and self.size.width < terminal.WIDE:
                paragraphs.insert(1, replace(table, lead=Content("  ")))
        self.query_one("#text", Prose).show(paragraphs)
        self.query_one("#explanation").scroll_home(animate=False)

    def _is_other(self, preset: Preset) -> bool:
        """Whether choosing ``preset`` would put it in the place of what is chosen now."""
        if self._section in ("recipe", "regularization", "training"):
            return False
        return preset.key not in self._draft.chosen(self._library, self._section)

    def _table(self, other: Preset | None) -> Paragraph:
        """The layers of the recipe, or as they would be with another architecture."""
        draft = self._draft
        if other and self._section == "architecture":
            draft = Draft.of(self._library, draft.choosing(self._library, self._section, other))
        lines = layer_lines(draft.layers) if draft.layers else [Content("cannot be built for these data")]
        return Paragraph(Content("\n").join(lines), verbatim=True)

    def _remarks(self) -> list[str]:
        remarks = []
        if number := len(self._compared):
            added = "a takes this one out" if self._draft.choices in self._compared else "a adds this one"
            remarks.append(f"to compare: {number} recipe{'s' * (number > 1)}; {added}, A goes on")
        if count := len({problem.file for problem in self._problems}):
            remarks.append(f"{count} file{'s' * (count > 1)} of yours with mistakes: p lists them")
        return remarks

    # What is chosen

    async def _choose(self, choices: Choices) -> bool:
        """Take ``choices`` where they make a recipe; say why where they do not."""
        try:
            draft = Draft.of(self._library, choices)
        except RecipeError as error:
            self.notify(plain(str(error)), severity="error", markup=False)
            return False
        self._draft = draft
        await self._show()
        return True

    @on(PresetList.Looked)
    async def _look(self, message: PresetList.Looked) -> None:
        """Recipes are taken as the cursor goes; of the other groups, presets are explained."""
        if self._section == "recipe" and message.preset.name != self._draft.choices.recipe:
            self._kept[self._draft.choices.recipe] = self._draft.choices
            name = message.preset.name
            await self._choose(self._kept.get(name, Choices(recipe=name)))
        else:
            self._explain()

    @on(PresetList.Clicked)
    async def _click(self, message: PresetList.Clicked) -> None:
        if self._section != "recipe":
            await self._choose(self._draft.choosing(self._library, self._section, message.preset))

    @on(PartRows.Clicked)
    async def _click_part(self, message: PartRows.Clicked) -> None:
        await self._open(message.section)

    @on(SettingsForm.Changed)
    async def _set(self, message: SettingsForm.Changed) -> None:
        form = self.query_one(SettingsForm)
        try:
            draft = Draft.of(self._library, self._draft.choices.with_setting(message.path, message.text))
        except RecipeError as error:
            self._wrong[message.path] = plain(error.problems[0].message)
            form.complain(message.path, self._wrong[message.path])
            self._foretell()
            return
        self._wrong.pop(message.path, None)
        form.complain(message.path, "")
        self._draft = draft
        await self._show()

    @on(Input.Changed, "#find")
    def _filter(self) -> None:
        self._list_presets()

    @on(Input.Submitted)
    async def _submit(self, event: Input.Submitted) -> None:
        if event.input.id == "find":
            self.set_focus(self.query_one(PresetList))
        else:
            self.action_train()

    # Keys

    def action_train(self) -> None:
        """Train the recipe, unless something keeps it from that, which is said below already."""
        if self._is_refused or self._draft.absence:
            self._insist()
        else:
            self._train(download=False)

    def action_download(self) -> None:
        """Train with leave to download the data set first."""
        if self._is_refused:
            self._insist()
        elif self._draft.absence:
            self._train(download=True)

    def action_preflight(self) -> None:
        """Check the recipe before it is trained, unless it cannot be."""
        if self._is_refused or self._draft.absence:
            self._insist()
        else:
            self.post_message(PreflightRequested(self._draft.recipe, self._take_rate))

    async def _take_rate(self, rate: float | None) -> None:
        """Set the learning rate that a pre-flight proposed."""
        if rate is not None:
            await self._choose(self._draft.choices.with_setting("optimizer.lr", f"{rate:g}"))

    def action_code(self) -> None:
        """Show the recipe as a script, unless it makes none: then point to why."""
        from tui_trainer.tui.screens.code import CodeScreen

        if self._is_refused:
            self._insist()
        else:
            self.app.push_screen(CodeScreen(self._draft.recipe))

    def action_copy(self) -> None:
        """Copy the command line that trains the recipe."""
        from tui_trainer.core.sharing import command_line

        copy(self.app, command_line(self._draft.recipe))

    def action_descent(self) -> None:
        """Show the recipe's optimizer and others on simple functions."""
        self.post_message(DescentRequested(self._draft.recipe))

    def action_add(self) -> None:
        """Add the recipe as it is to the comparison, or take it out again."""
        choices = self._draft.choices
        if choices in self._compared:
            self._compared.remove(choices)
        elif self._is_refused:
            self._insist()
            return
        else:
            self._compared.append(choices)
        self._foretell()

    def action_compare(self) -> None:
        """Ask what to compare: what was added, or what is varied of this recipe."""
        from tui_trainer.tui.screens.versus import VersusScreen

        if not self._compared and self._is_refused:
            self._insist()
            return
        bases = [Base(choices) for choices in self._compared or [self._draft.choices]]
        self.app.push_screen(VersusScreen(self._library, bases), self._race)

    def _race(self, request: RaceRequested | None) -> None:
        if request is not None:
            self._compared.clear()
            self._foretell()
            self.post_message(request)

    @property
    def _is_refused(self) -> bool:
        return bool(self._wrong or self._draft.refused)

    def _insist(self) -> None:
        """Point to what keeps the recipe from being trained."""
        self.app.bell()
        self.query_one(Outlook).insist()

    def _train(self, *, download: bool) -> None:
        if plan := self._draft.plan:
            self.post_message(TrainRequested(self._draft.recipe, plan, download=download))

    async def action_part(self, number: int) -> None:
        """Open a part by its number."""
        await self._open(SECTIONS[number])

    async def action_step(self, by: int) -> None:
        """Open the part above or below."""
        at = SECTIONS.index(self._section) + by
        if 0 <= at < len(SECTIONS):
            await self._open(SECTIONS[at])

    def action_look(self, by: int) -> None:
        """Go up or down: in the list, or from field to field."""
        if isinstance(self.focused, PresetList):
            self.focused.action_cursor_down() if by > 0 else self.focused.action_cursor_up()
        elif isinstance(self.focused, Field | SettingsForm):
            self.query_one(SettingsForm).step(by)
        else:
            self.set_focus(self.query_one(PresetList))

    async def action_choose(self) -> None:
        """Choose what is looked at; in a field, its next choice."""
        if isinstance(self.focused, Field):
            self.focused.next_choice()
        elif self._section not in ("recipe", "training") and (preset := self.query_one(PresetList).looked_at):
            await self._choose(self._draft.choosing(self._library, self._section, preset))

    def action_settings(self, by: int) -> None:
        """Go to the settings, from one to the next, and from the last back to the list."""
        form = self.query_one(SettingsForm)
        self.query_one(PresetList).look_at_chosen()
        self.add_class("-editing")
        if not form.step(by):
            self.remove_class("-editing")
            self.set_focus(form if self._section == "training" else self.query_one(PresetList))

    def action_find(self) -> None:
        """Look for presets by name."""
        if self._section != "training":
            self.add_class("-finding")
            self.set_focus(self.query_one("#find", Input))

    def action_scroll(self, pages: int) -> None:
        """Scroll the explanation."""
        explanation = self.query_one("#explanation")
        explanation.scroll_page_down(animate=False) if pages > 0 else explanation.scroll_page_up(
            animate=False
        )

    async def action_back(self) -> None:
        """Leave a field as it was last right, or a search; else go back to the recipe."""
        is_inside = self.has_class("-finding") or isinstance(self.focused, Field)
        await self._open(self._section if is_inside else "recipe")

    def action_problems(self) -> None:
        """List the mistakes in the user's preset files."""
        from tui_trainer.tui.screens.reader import problems_page

        if self._problems:
            self.app.push_screen(problems_page(self._problems))
