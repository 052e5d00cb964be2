"""Pre-flight: three checks of a recipe before it is trained, measured while one looks."""

import math
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from tui_trainer.core.recipe import Recipe
from tui_trainer.core.text import plain
from tui_trainer.core.titles import title
from tui_trainer.core.verdicts import MARKS, Severity
from tui_trainer.tui import keys, terminal
from tui_trainer.tui.ascii import wording
from tui_trainer.tui.flight import Flight, Start
from tui_trainer.tui.link import LOCAL, Link
from tui_trainer.tui.plot.model import ChartOptions
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.views import preflight as views
from tui_trainer.tui.widgets.chart import LineChart
from tui_trainer.tui.widgets.key_bar import KeyBar
from tui_trainer.tui.widgets.prose import Paragraph, Prose
from tui_trainer.tui.widgets.title_bar import TitleBar

_STYLES: dict[Severity, str] = {"good": "$success", "note": "$muted", "alarm": "$warning"}


class PreflightScreen(Screen[float | None]):
    """Two charts, three findings. Dismissed with a learning rate to take over, or None."""

    KEYS: ClassVar[tuple[keys.Key, ...]] = keys.PREFLIGHT
    HOW_TO_READ: ClassVar[str] = (
        "Three checks of the recipe as it stands in New, on copies that are thrown away: nothing is trained "
        "for good, and training will begin as if they had not been.\n\n"
        "Initial loss: before it has learned anything a net should be as wrong as a blind guess, ln C for C "
        "classes (dashed), or the error of always answering the mean. Much more: its first outputs are too "
        "large. Much less: it is told the answer.\n\n"
        "One batch: a copy without regularization trains on one batch alone, at the recipe's learning rate. "
        "It should learn it by heart, to 2 % of the loss of a blind guess. If it does not, more data will "
        "not help: the learning rate is wrong, units are dead, the net is too small, or loss and "
        "architecture do not fit together.\n\n"
        "Learning rate (range test, Smith 2015): from step to step the rate rises by the same factor, from "
        "1e-6 to 10, each on another batch. Dots are the loss of each batch, cut off at twice the first; "
        "the line is smoothed by a Gaussian a tenth of a decade wide. At first nothing happens, then the "
        "loss falls, at last it explodes and the test ends. Proposed is a tenth of the rate up to which the "
        "loss was lowest: a start, to be tried with a third and three times that.\n\n"
        "✓ is as it should be, ! an alarm, · worth knowing; after the semicolon stands what to try."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.PREFLIGHT)]
    DEFAULT_CSS = """
    PreflightScreen {
        #about { width: 100%; height: 2; padding: 0 1; }
        #charts { height: 1fr; }
        #batch { padding: 0 1; }
        #rate { padding: 0 1 0 0; border-left: solid $panel; }
        #findings { padding: 0 1; border-top: solid $panel; min-height: 6; }
        &.-wide #findings { min-height: 4; }
    }
    """

    def __init__(
        self, recipe: Recipe, start: Start, *, glyphs: GlyphName = "braille", link: Link = LOCAL
    ) -> None:
        """Raises OSError where the checks cannot begin."""
        super().__init__()
        self._recipe = recipe
        self._link = link
        self._options = ChartOptions(glyphs=glyphs)
        self._flight = Flight(recipe, start)

    def compose(self) -> ComposeResult:
        """What is checked, the charts, what was found."""
        yield TitleBar()
        yield Static(markup=False, id="about")
        with Horizontal(id="charts"):
            yield LineChart(id="batch")
            yield LineChart(id="rate")
        yield Prose(id="findings")
        yield KeyBar(self.KEYS)

    def on_mount(self) -> None:
        """Look at what is measured as often as the link allows."""
        self.set_interval(self._link.tick_s, self._tick)
        self._draw()

    def on_unmount(self) -> None:
        """Nothing of it goes on or stays."""
        self._flight.close()

    def on_resize(self) -> None:
        """Texts fold anew."""
        self._draw_texts()

    def _tick(self) -> None:
        if self._flight.is_over:
            return
        if self._flight.read_new():
            self._draw()
        else:
            self._draw_texts()

    # Drawing

    def _draw(self) -> None:
        measured, proposal = self._flight.measured, self._flight.proposal()
        log_y = ChartOptions(glyphs=self._options.glyphs, log_y=True)
        self.query_one("#batch", LineChart).show(views.one_batch(measured), log_y)
        model = views.rate_range(measured, proposal, self._recipe.optimizer.lr)
        self.query_one("#rate", LineChart).show(model, self._options)
        self._draw_texts()

    def _draw_texts(self) -> None:
        say = wording(self)
        parts = title(self._recipe)
        shown = parts if self.size.width >= terminal.WIDE else (*parts[:2], parts[3])
        recipe = Content.assemble(
            ("pre-flight ", "bold $primary"),
            (f" {plain(self._recipe.name, limit=30)}  ", "bold"),
            (say(plain(" · ".join(shown))), "$muted"),
        )
        width = max(self.query_one("#about").content_size.width, 1)
        about = Content("\n").join([recipe.truncate(width, ellipsis=True), Content(say(self._progress()))])
        self.query_one("#about", Static).update(about)
        self.query_one("#findings", Prose).show(self._found())

    def _progress(self) -> str:
        """Where it is, in a line, and what to do at its end."""
        rate = "; t takes the learning rate into the recipe" * (self._flight.proposal() is not None)
        return f"{self._flight.progress()}{rate}"

    def _found(self) -> list[Paragraph]:
        say = wording(self)
        if problem := self._flight.problem:
            return [Paragraph(Content(say(problem)), Content.styled("✗ ", "$error"))]
        return [
            Paragraph(
                Content.assemble((f"{found.check}  ", "bold"), say(found.told)),
                Content.styled(f"{MARKS[found.severity]} ", _STYLES[found.severity]),
            )
            for found in self._flight.findings()
        ] or [Paragraph(Content.styled("each check says here what it found", "$muted"))]

    # Keys

    def action_take(self) -> None:
        """Leave with the proposed rate, or the one under the cursor."""
        cursor_x, proposal = self.query_one("#rate", LineChart).cursor_x, self._flight.proposal()
        if cursor_x is not None:
            self.dismiss(float(f"{math.pow(10, cursor_x):.2g}"))
        elif proposal is not None:
            self.dismiss(proposal.rate)
        else:
            waits = "There is no learning rate to take yet." if not self._flight.is_over else ""
            self.notify(waits or "No learning rate is proposed.", severity="warning", markup=False)

    def action_cursor(self, cells: int) -> None:
        """Move the cursor of the learning rates."""
        self.query_one("#rate", LineChart).move_cursor(cells)

    def action_glyphs(self) -> None:
        """Other characters to draw with."""
        self._options = self._options.next_glyphs()
        self._draw()

    def action_back(self) -> None:
        """Stop at once."""
        self.dismiss(None)
