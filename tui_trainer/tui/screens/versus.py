"""The question what to compare: in two or three keys from a recipe to a comparison of many."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, inf
from typing import Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static

from tui_trainer.core.budget import BadBudget, parse_budget
from tui_trainer.core.comparison import MAX_RUNS
from tui_trainer.core.datafiles import absence
from tui_trainer.core.estimate import plan
from tui_trainer.core.events import EPOCHS
from tui_trainer.core.facts import facts
from tui_trainer.core.figures import duration
from tui_trainer.core.planning import WORTH_A_WORKER_S, num_cores
from tui_trainer.core.presets import Library
from tui_trainer.core.standings import BadTarget, parse_target
from tui_trainer.core.text import plain
from tui_trainer.core.variation import (
    EVERY,
    Axis,
    Base,
    VariationError,
    Varied,
    parse_axes,
    seeds_in,
    vary,
)
from tui_trainer.tui import keys
from tui_trainer.tui.ascii import only_ascii, wording
from tui_trainer.tui.messages import RaceRequested
from tui_trainer.tui.widgets.key_bar import items, rows
from tui_trainer.tui.widgets.lines import Lines

_SEEDS, _MOST_SEEDS = 3, 100
_GRID = len(EVERY) + 1
"""The number of the choice that is typed."""
_WORDS = (
    "every optimizer, at its own learning rate, a third and 3 times it",
    "every activation",
    "with and without each regularization",
    "a grid over any setting:",
)
_LIMITS = ((_GRID + 1, "budget", "60s, 5epochs"), (_GRID + 2, "target", "accuracy=0.95"))
"""Fields that stay empty where nobody asks for it: number, name, examples."""
_MAX_NOTES, _MAX_NOTES_ON_LOW_SCREENS = 4, 2
_PAUSE_S = 0.1


class _Made(NamedTuple):
    """What the choices come to."""

    varied: Varied | None
    seeds: tuple[int, ...]
    seconds: float
    problem: str
    """Why it makes no comparison; empty where it does."""


@dataclass(frozen=True)
class _Asked:
    """What was chosen."""

    every: frozenset[int] = frozenset()
    """Numbers of choices."""
    num_seeds: int = _SEEDS
    grid: str = ""
    budget: str = ""
    target: str = ""


class VersusKeys(Lines):
    """What the keys of the question do."""

    def lines(self, width: int) -> list[Content]:
        """As many rows as they need."""
        return rows(items(keys.VERSUS, keys.remapped(self.screen.active_bindings), only_ascii(self)), width)


class VersusScreen(ModalScreen[RaceRequested | None]):
    """Dismissed with what is to be trained, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.VERSUS)]
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    VersusScreen {
        align: center middle;
        #versus { width: 76; height: auto; padding: 1 2; background: $surface; border: solid $primary; }
        #versus Static { height: auto; }
        #versus Input { background: $panel; padding: 0 1; }
        #grid { margin: 0 0 0 4; }
        #limits { height: 1; margin-top: 1; }
        #limits Static { width: auto; }
        #limits Input { width: 1fr; }
        &.-low #versus { padding: 0 2; }
        &.-low #limits { margin-top: 0; }
        #outcome { margin-top: 1; }
        VersusKeys { height: auto; margin-top: 1; color: $text-muted; background: $surface; }
    }
    """

    def __init__(self, library: Library, bases: Sequence[Base]) -> None:
        super().__init__()
        self._library = library
        self._bases = tuple(bases)
        self._names = list(dict.fromkeys(base.choices.recipe for base in bases))
        self._asked = _Asked()
        self._made: tuple[_Asked, _Made] | None = None
        self._to_tell: Timer | None = None

    def compose(self) -> ComposeResult:
        """Recipes, choices, the grid, budget and target, what it comes to, keys."""
        with Vertical(id="versus"):
            yield Static("", markup=False, id="choices")
            yield Input(placeholder="lr=0.1,0.01 batch-size=8,32", compact=True, id="grid")
            with Horizontal(id="limits"):
                for number, name, example in _LIMITS:
                    yield Static(Content.assemble((f"  {number} ", "bold $primary"), f"{name}: "))
                    yield Input(placeholder=f"none; {example}", compact=True, id=name)
            yield Static("", markup=False, id="outcome")
            yield VersusKeys()

    def on_mount(self) -> None:
        """Say what the recipes alone come to."""
        for field in self.query(Input):
            field.cursor_blink = False
        self._ask(self._asked)

    # What is chosen

    def action_vary(self, number: int) -> None:
        """Vary something, or not; a grid is typed."""
        self._ask(replace(self._asked, every=self._asked.every ^ {number}))
        if number == _GRID:
            self.set_focus(self.query_one("#grid") if _GRID in self._asked.every else None)

    def action_type(self, field: str) -> None:
        """Go to a field that may stay empty."""
        self.set_focus(self.query_one(f"#{field}"))

    def action_seeds(self, by: int) -> None:
        """More seeds, or fewer."""
        number = min(max(1, self._asked.num_seeds + by), _MOST_SEEDS)
        self._ask(replace(self._asked, num_seeds=number))

    @on(Input.Changed)
    def _type(self, event: Input.Changed) -> None:
        typed: dict[str, Any] = {str(event.input.id): event.value}
        self._ask(replace(self._asked, **typed))

    @on(Input.Submitted)
    def _submit(self) -> None:
        self.action_start()

    def action_start(self) -> None:
        """Have it trained, unless something keeps it from that."""
        made = self._outcome()
        if made.varied is None or made.problem:
            self.app.bell()
            self._show(made)
        else:
            asked, varied = self._asked, made.varied
            self.dismiss(
                RaceRequested(
                    self._race_name, varied.variants, made.seeds, budget=asked.budget, target=asked.target
                )
            )

    @property
    def _race_name(self) -> str:
        return " and ".join(self._names) if len(self._names) <= 3 else f"{len(self._names)} recipes"

    # What it comes to

    def _ask(self, asked: _Asked) -> None:
        self._asked = asked
        self._show_choices()
        # All the variants are made once one pauses: that takes longer than a key may.
        if self._to_tell is not None:
            self._to_tell.stop()
        self._to_tell = self.set_timer(_PAUSE_S, self._tell)

    def _tell(self) -> None:
        self._show(self._outcome())

    def _outcome(self) -> _Made:
        if self._made is None or self._made[0] != self._asked:
            self._made = self._asked, _make(self._library, self._bases, self._asked)
        return self._made[1]

    def _show_choices(self) -> None:
        asked, say = self._asked, wording(self)
        lines = [Content.assemble(("Compare ", "bold"), plain(self._race_name, limit=60)), Content("")]
        for number, words in enumerate(_WORDS, 1):
            mark = say("●") if number in asked.every else " "
            lines.append(Content.assemble((f"{mark} {number} ", "bold $primary"), say(words)))
        self.query_one("#choices", Static).update(Content("\n").join(lines))

    def _show(self, made: _Made) -> None:
        say = wording(self)
        seeds = f"{say('←→')} {len(made.seeds)} seed{'s' * (len(made.seeds) != 1)} each"
        lines = [Content.styled(seeds, "bold")]
        if made.varied is not None:
            number = len(made.varied.variants)
            told = f"{number} recipe{'s' * (number != 1)}, {number * len(made.seeds):,} runs"
            lines[0] += Content(say(f"   {told}, about {duration(made.seconds)}"))
        if made.problem:
            problem = say(made.problem)
            lines += [Content.assemble(("! ", "bold $warning"), line) for line in problem.splitlines()]
        notes = made.varied.notes if made.varied is not None else ()
        most = _MAX_NOTES_ON_LOW_SCREENS if self.has_class("-low") else _MAX_NOTES
        told_notes = [plain(note, limit=160) for note in notes[:most]]
        told_notes += [f"{len(notes) - most} more such notes"] if len(notes) > most else []
        lines += [Content.styled(f"- {say(note)}", "$text-muted") for note in told_notes]
        self.query_one("#outcome", Static).update(Content("\n").join(lines))


def _make(library: Library, bases: Sequence[Base], asked: _Asked) -> _Made:
    """The variants, what they cost, and what is wrong."""
    every = [EVERY[number - 1] for number in sorted(asked.every) if number != _GRID]
    seeds = tuple(range(asked.num_seeds))
    try:
        budget = parse_budget(asked.budget)
        parse_target(asked.target)
        named, axes = seeds_in(_axes(asked, budget.epochs))
        varied = vary(library, bases, axes, every)
    except BadBudget as error:
        return _Made(None, seeds, 0.0, f"budget {plain(str(error), limit=190)}")
    except (BadTarget, VariationError) as error:
        return _Made(None, seeds, 0.0, plain(str(error).splitlines()[0], limit=200))
    seeds = named or _seeds_from(varied, asked.num_seeds)
    seconds = min(_seconds(varied, len(seeds)), budget.seconds or inf)
    return _Made(varied, seeds, seconds, _problem(varied, len(seeds)))


def _axes(asked: _Asked, epochs: int | None) -> list[Axis]:
    """What is typed, and the epochs of a budget. Raises VariationError."""
    axes = parse_axes(asked.grid.split()) if _GRID in asked.every else []
    if epochs is None:
        return axes
    if any(axis.path == EPOCHS for axis in axes):
        raise VariationError("The budget and the grid both name epochs: leave one of them out.")
    return [*axes, Axis("epochs", (str(epochs),))]


def _seeds_from(varied: Varied, number: int) -> tuple[int, ...]:
    first = varied.variants[0].recipe.training.seed
    return tuple(range(first, first + number))


def _problem(varied: Varied, num_seeds: int) -> str:
    missing = dict.fromkeys(absence(variant.recipe.data) for variant in varied.variants)
    if told := next(filter(None, missing), ""):
        return plain(told)
    if len(varied.variants) < 2:
        return "One recipe is nothing to compare: press 1, 2, 3 or 4, or add another with a on New."
    if len(varied.variants) * num_seeds > MAX_RUNS:
        return f"More than {MAX_RUNS:,} runs: vary less, or take fewer seeds."
    return ""


def _seconds(varied: Varied, num_seeds: int) -> float:
    """About how long all of it takes here."""
    total = sum(plan(variant.recipe, facts(variant.recipe.data)).seconds for variant in varied.variants)
    total *= num_seeds
    return total / max(1, min(num_cores(), ceil(total / WORTH_A_WORKER_S)))
