"""The one table of keys: bindings, footers and help come from it, and users remap keys by their ids.

``<config>/tui-trainer/keys.toml`` holds lines such as ``"new.find" = "f"``, several keys with commas between.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

from textual.binding import ActiveBinding, Binding

from tui_trainer.core.text import plain
from tui_trainer.core.validation import Problem, did_you_mean


@dataclass(frozen=True, slots=True)
class Key:
    """One key, or several that do the same."""

    id: str
    """The place it works in and what it does: ``new.train``."""
    keys: str
    """As Textual names them, with commas between."""
    action: str
    label: str
    """One or two words, for the footer and the command palette; empty for keys that only move."""
    help: str
    """One sentence, for the help screen."""
    shown: str = ""
    """How footer and help write the key; empty: by its name."""
    in_footer: bool = True
    priority: bool = False
    """Also while a text is being typed."""

    @property
    def binding(self) -> Binding:
        """What Textual is told."""
        return Binding(
            self.keys, self.action, self.label, id=self.id, show=self.in_footer, priority=self.priority
        )


@runtime_checkable
class Explained(Protocol):
    """A screen that help can explain."""

    HOW_TO_READ: ClassVar[str]
    """What is where and what it means; paragraphs have empty lines between."""
    KEYS: ClassVar[tuple[Key, ...]]

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """What each key does at the moment."""


EVERYWHERE = (
    Key("app.previous", "[", "previous_tab", "screens", "Go to the screen on the left.", "["),
    Key("app.next", "]", "next_tab", "screens", "Go to the screen on the right.", "]"),
    Key("app.palette", ":", "command_palette", "commands", "Find any command by name.", ":"),
    Key("app.help", "?", "help", "help", "Explain this screen and how to read it.", "?"),
    Key("app.quit", "q", "quit", "quit", "Leave; asks first where a run would be lost.", "q"),
    Key(
        "app.quit_anywhere",
        "ctrl+q,ctrl+c",
        "quit_at_once",
        "",
        "The same, also while you type.",
        in_footer=False,
        priority=True,
    ),
    Key(
        "app.redraw",
        "ctrl+l",
        "redraw",
        "redraw",
        "Draw all again, after another program wrote into the terminal.",
        in_footer=False,
        priority=True,
    ),
)

NEW = (
    Key("new.train", "enter", "train", "train", "Train the recipe.", "Enter"),
    Key("new.up", "up", "look(-1)", "look", "Look at the preset above; nothing is chosen yet.", "↑"),
    Key("new.down", "down", "look(1)", "look", "Look at the preset below.", "↓"),
    Key("new.choose", "space", "choose", "choose", "Choose it; regularizations turn on and off.", "Space"),
    Key("new.settings", "tab", "settings(1)", "settings", "Go to the settings, and on to the next.", "Tab"),
    Key("new.settings_back", "shift+tab", "settings(-1)", "", "Go back one setting.", in_footer=False),
    Key("new.add", "a", "add", "compare", "Add the recipe to the comparison, or take it out again.", "a"),
    Key(
        "new.compare",
        "A",
        "compare",
        "compare",
        "Compare what was added, every optimizer, every activation, a grid: with several seeds each.",
        "A",
    ),
    Key("new.code", "c", "code", "code", "Show the recipe as a plain PyTorch script.", "c"),
    Key("new.copy", "C", "copy", "copy", "Copy the command line that trains it.", "C", in_footer=False),
    Key(
        "new.find",
        "/",
        "find",
        "find",
        "Show only presets whose name or summary holds a text.",
        "/",
        in_footer=False,
    ),
    *(
        Key(
            f"new.part_{number}",
            str(number),
            f"part({number})",
            name,
            f"Go to {'the ' * (not number)}{name}.",
            in_footer=False,
        )
        for number, name in enumerate(
            ("recipe", "data", "architecture", "loss", "optimizer", "regularization", "training")
        )
    ),
    Key("new.left", "left", "step(-1)", "", "Go to the part above.", "←", in_footer=False),
    Key("new.right", "right", "step(1)", "", "Go to the part below.", "→", in_footer=False),
    Key("new.page_up", "pageup", "scroll(-1)", "", "Scroll the explanation up.", in_footer=False),
    Key("new.page_down", "pagedown", "scroll(1)", "", "Scroll the explanation down.", in_footer=False),
    Key(
        "new.download",
        "d",
        "download",
        "download",
        "Download the data set, if it is not here, and train.",
        in_footer=False,
    ),
    Key(
        "new.problems",
        "p",
        "problems",
        "mistakes",
        "List the mistakes in your preset files.",
        in_footer=False,
    ),
    Key(
        "new.back",
        "escape",
        "back",
        "",
        "Leave a field or a search; else back to the recipe.",
        in_footer=False,
    ),
)

RUN = (
    Key("run.play", "space", "play", "pause", "Pause or go on; a run that has ended is replayed.", "Space"),
    Key("run.faster", "f", "faster", "full speed", "Full speed: no pacing; a replay goes to its end.", "f"),
    Key("run.batch", "full_stop", "batch", "batch", "Make one update, then pause.", ".", in_footer=False),
    Key("run.epoch", "n", "epoch", "epoch", "Train to the epoch's end, then pause.", "n", in_footer=False),
    Key(
        "run.change",
        "l",
        "change",
        "change",
        "Change the learning rate, momentum, a penalty, dropout or the epochs of a run that trains.",
        "l",
        in_footer=False,
    ),
    Key(
        "run.fork",
        "k",
        "fork",
        "fork",
        "Go on from a checkpoint as a new run, with what you like changed.",
        "k",
        in_footer=False,
    ),
    Key("run.stop", "x", "stop", "stop", "Stop cleanly, after asking; all that was recorded is kept.", "x"),
    Key(
        "run.resume",
        "r",
        "resume",
        "resume",
        "Let a run that was stopped or crashed go on; one that has finished, for more epochs.",
        "r",
        in_footer=False,
    ),
    Key("run.cursor_left", "left", "cursor(-1)", "values", "Read values off the charts, to the left.", "←"),
    Key("run.cursor_right", "right", "cursor(1)", "values", "Read values off the charts, to the right.", "→"),
    *(
        Key(
            f"run.view_{number}", str(number), f"view({number})", name, f"Show {what} below.", in_footer=False
        )
        for number, (name, what) in enumerate(
            (
                ("confusion", "the confusion matrix, or predicted against actual values"),
                ("scores", "the scores of each class or split"),
                ("layers", "the layers"),
                ("worker log", "what the worker printed"),
                ("recipe", "the recipe"),
            ),
            1,
        )
    ),
    Key("run.next_view", "tab", "step_view(1)", "", "Show the next of these.", "Tab", in_footer=False),
    Key("run.previous_view", "shift+tab", "step_view(-1)", "", "Show the one before.", in_footer=False),
    Key("run.full", "plus", "full", "large", "Give the lower half the whole screen, or back.", "+"),
    Key("run.up", "up", "scroll(-1)", "", "Scroll the lower half up.", "↑", in_footer=False),
    Key("run.down", "down", "scroll(1)", "", "Scroll the lower half down.", "↓", in_footer=False),
    Key("run.page_up", "pageup", "scroll(-10)", "", "Scroll it up by ten rows.", in_footer=False),
    Key("run.page_down", "pagedown", "scroll(10)", "", "Scroll it down by ten rows.", in_footer=False),
    Key(
        "run.columns_left", "<", "columns(-1)", "", "Scroll a wide matrix to the left.", "<", in_footer=False
    ),
    Key("run.columns_right", ">", "columns(1)", "", "Scroll it to the right.", ">", in_footer=False),
    Key("run.split", "v", "split", "split", "Show validation, train or, at the end, test.", "v"),
    Key("run.percent", "p", "percent", "percent", "Counts, or percent of each row.", "p", in_footer=False),
    Key("run.log", "y", "log", "log y", "A logarithmic y axis, or a linear one.", "y", in_footer=False),
    Key(
        "run.smooth",
        "m",
        "smooth",
        "smoothing",
        "Smooth the curves: off, light, strong.",
        "m",
        in_footer=False,
    ),
    Key("run.x_axis", "e", "x_axis", "x axis", "Draw over epochs, time or steps.", "e", in_footer=False),
    Key("run.window", "w", "window", "window", "The whole run, or its last quarter.", "w", in_footer=False),
    Key("run.glyphs", "g", "glyphs", "glyphs", "Draw with braille, blocks or ASCII.", "g", in_footer=False),
    Key("run.metric", "a", "metric", "metric", "Another metric in the second chart.", "a", in_footer=False),
    Key("run.code", "c", "code", "code", "Show the recipe as a plain PyTorch script.", "c"),
    Key(
        "run.copy",
        "C",
        "copy",
        "copy",
        "Copy the command line that repeats the run; with a cursor on the charts, the values there.",
        "C",
        in_footer=False,
    ),
    Key("run.back", "escape", "back", "back", "Leave cursor, full screen or replay; then the run.", "Esc"),
)

RUNS = (
    Key("runs.open", "enter", "open", "open", "Watch the run, live or finished.", "Enter"),
    Key("runs.up", "up", "look(-1)", "look", "Go to the run above.", "↑"),
    Key("runs.down", "down", "look(1)", "look", "Go to the run below.", "↓"),
    Key("runs.page_up", "pageup", "look(-10)", "", "Go ten runs up.", in_footer=False),
    Key("runs.page_down", "pagedown", "look(10)", "", "Go ten runs down.", in_footer=False),
    Key("runs.first", "home", "look(-1000000)", "", "Go to the first run.", "Home", in_footer=False),
    Key("runs.last", "end", "look(1000000)", "", "Go to the last run.", "End", in_footer=False),
    Key("runs.find", "/", "find", "find", "Show only runs whose line holds these words.", "/"),
    Key("runs.copy", "C", "copy", "copy", "Copy the run's name, for the command line.", "C", in_footer=False),
    Key("runs.sort", "s", "sort", "sort", "Sort by the next column; the arrow says by which.", "s"),
    Key("runs.reverse", "S", "reverse", "reverse", "Sort the other way round.", "S", in_footer=False),
    Key("runs.mark", "space", "mark", "mark", "Mark the run, or unmark it, and go on.", "Space"),
    Key(
        "runs.compare",
        "c",
        "compare",
        "compare",
        "Show the marked runs side by side.",
        "c",
        in_footer=False,
    ),
    Key("runs.tag", "t", "label('tags')", "tags", "Tag the run, or all that are marked.", "t"),
    Key("runs.note", "n", "label('note')", "note", "Write a line to the run.", "n", in_footer=False),
    Key("runs.delete", "d", "delete", "delete", "Delete the run, or all that are marked.", "d"),
    Key("runs.undo", "u", "undo", "undo", "Bring back what was deleted last.", "u", in_footer=False),
    Key(
        "runs.back",
        "escape",
        "back",
        "",
        "Leave a line one types in, the marks or the search; show all runs.",
        in_footer=False,
    ),
)

FORK = (
    Key("fork.up", "up", "look(-1)", "checkpoint", "Go to the checkpoint above.", "↑", priority=True),
    Key("fork.down", "down", "look(1)", "checkpoint", "Go to the checkpoint below.", "↓", priority=True),
    Key("fork.go", "enter", "go", "fork", "Train the new run.", "Enter"),
    Key("fork.back", "escape", "dismiss(None)", "back", "Fork nothing.", "Esc"),
)

COMPARE = (
    Key("compare.up", "up", "look(-1)", "choose", "Go to the recipe above.", "↑"),
    Key("compare.down", "down", "look(1)", "choose", "Go to the recipe below.", "↓"),
    Key("compare.page_up", "pageup", "page(-1)", "", "Go ten recipes up; scroll matrices.", in_footer=False),
    Key("compare.page_down", "pagedown", "page(1)", "", "Go ten down; scroll matrices.", in_footer=False),
    Key("compare.hide", "space", "hide", "hide", "Show its curves, or hide them.", "Space"),
    Key("compare.sort", "s", "sort", "sort", "Sort by the next column.", "s"),
    Key("compare.reverse", "S", "reverse", "", "Sort the other way round.", "S", in_footer=False),
    Key(
        "compare.rival", "b", "rival", "against", "Compare others with this recipe, or with the leader.", "b"
    ),
    Key(
        "compare.confusion", "c", "view('confusion')", "confusion", "Confusion matrices, and A minus B.", "c"
    ),
    Key(
        "compare.differs",
        "d",
        "view('differences')",
        "differs",
        "All settings that differ between them.",
        "d",
        in_footer=False,
    ),
    Key("compare.metric", "a", "metric", "metric", "Another metric in the chart.", "a", in_footer=False),
    Key(
        "compare.x_axis",
        "e",
        "x_axis",
        "x axis",
        "Draw over epochs, steps, samples or active seconds.",
        "e",
        in_footer=False,
    ),
    Key("compare.smooth", "m", "smooth", "", "Smooth the means: off, light, strong.", "m", in_footer=False),
    Key("compare.log", "y", "log", "", "A logarithmic y axis, or a linear one.", "y", in_footer=False),
    Key(
        "compare.seeds",
        "plus",
        "seeds",
        "5 seeds",
        "Train five more seeds of each recipe.",
        "+",
        in_footer=False,
    ),
    Key(
        "compare.pause",
        "p",
        "pause",
        "pause",
        "Pause all that trains, or let all go on.",
        "p",
        in_footer=False,
    ),
    Key(
        "compare.stop",
        "x",
        "stop(False)",
        "stop",
        "Stop the runs of this recipe, after asking.",
        "x",
        in_footer=False,
    ),
    Key("compare.stop_all", "X", "stop(True)", "", "Stop all runs, after asking.", "X", in_footer=False),
    Key(
        "compare.resume",
        "r",
        "resume",
        "resume",
        "Let all that was stopped or crashed go on.",
        "r",
        in_footer=False,
    ),
    Key("compare.open", "enter", "open", "open", "Watch the chosen run of this recipe.", "Enter"),
    Key("compare.seed_before", "left", "seed(-1)", "", "Choose the run before.", "←", in_footer=False),
    Key(
        "compare.seed_after",
        "right",
        "seed(1)",
        "",
        "Choose the next run of this recipe.",
        "→",
        in_footer=False,
    ),
    Key("compare.newer", "comma", "step(-1)", "", "Show a newer comparison.", ",", in_footer=False),
    Key("compare.older", "full_stop", "step(1)", "", "Show an older one.", ".", in_footer=False),
    Key("compare.back", "escape", "back", "", "Back to the curves.", "Esc", in_footer=False),
)

VERSUS = (
    *(
        Key(f"versus.choice_{number}", str(number), f"vary({number})", "vary", f"Vary {what}, or not.")
        for number, what in enumerate(
            ("the optimizer", "the activation", "the regularizations", "any setting: type a grid"), 1
        )
    ),
    Key("versus.fewer", "left", "seeds(-1)", "seeds", "One seed less.", "←"),
    Key("versus.more", "right", "seeds(1)", "seeds", "One seed more.", "→"),
    Key("versus.start", "enter", "start", "compare", "Train them all, side by side.", "Enter"),
    Key("versus.back", "escape", "dismiss(None)", "back", "Compare nothing; what was added stays.", "Esc"),
)

CHANGE = (Key("change.back", "escape", "dismiss(None)", "back", "Change nothing.", "Esc"),)

QUIT = (
    Key("quit.up", "up", "look(-1)", "look", "Go to the answer above.", "↑"),
    Key("quit.down", "down", "look(1)", "look", "Go to the answer below.", "↓"),
    Key("quit.answer", "enter", "answer", "answer", "Give the marked answer.", "Enter"),
    Key("quit.stop", "s", "stop", "stop", "Stop cleanly, and leave.", "s", in_footer=False),
    Key("quit.cancel", "escape", "dismiss(False)", "stay", "Stay here.", "Esc"),
)

READER = (
    Key("reader.back", "escape", "app.pop_screen", "back", "Go back.", "Esc"),
    Key("reader.up", "up", "scroll(-1)", "scroll", "Scroll up.", "↑"),
    Key("reader.down", "down", "scroll(1)", "scroll", "Scroll down.", "↓"),
    Key("reader.page_up", "pageup", "page(-1)", "page", "Scroll up by a page.", "PgUp"),
    Key("reader.page_down", "pagedown,space", "page(1)", "page", "Scroll down by a page.", "PgDn"),
    Key("reader.home", "home", "edge(-1)", "", "Go to the beginning.", "Home", in_footer=False),
    Key("reader.end", "end", "edge(1)", "", "Go to the end.", "End", in_footer=False),
)

CODE = (
    Key("code.save", "s", "save", "save", "Save it to a new file in the folder you started from.", "s"),
    Key("code.up", "up", "scroll(-1)", "scroll", "Scroll up.", "↑"),
    Key("code.down", "down", "scroll(1)", "scroll", "Scroll down.", "↓"),
    Key("code.page_up", "pageup", "scroll_pages(-1)", "", "Scroll a page up.", in_footer=False),
    Key("code.page_down", "pagedown,space", "scroll_pages(1)", "", "Scroll a page down.", in_footer=False),
    Key("code.back", "escape", "app.pop_screen", "back", "Go back.", "Esc"),
)


def bindings(keys: Iterable[Key]) -> list[Binding]:
    """Bindings of a part of the table."""
    return [key.binding for key in keys]


def remapped(active: Mapping[str, ActiveBinding]) -> dict[str, str]:
    """The keys of a screen that are not the table's, with commas between, by id."""
    found: dict[str, list[str]] = {}
    for name, (_, binding, *_) in active.items():
        if binding.id:
            found.setdefault(binding.id, []).append(name)
    given = {key.id: {binding.key for binding in Binding.make_bindings([key.binding])} for key in TABLE}
    return {id_: ",".join(names) for id_, names in found.items() if set(names) - given.get(id_, set())}


_ARROWS = {"↑": "Up", "↓": "Down", "←": "Left", "→": "Right"}


def shown(key: Key, others: Mapping[str, str], *, ascii_only: bool = False) -> str:
    """How a key is written: ``Enter``, ``ctrl+q``, and ``↑`` or ``Up``; ``others`` are remapped."""
    if key.shown and key.id not in others:
        return _ARROWS.get(key.shown, key.shown) if ascii_only else key.shown
    return " ".join(name.strip() for name in others.get(key.id, key.keys).split(","))


def together(first: str, second: str) -> str:
    """Two keys that belong together: ``↑↓``, ``[ ]``, ``Up/Down``."""
    if len(first) > 1 or len(second) > 1:
        return f"{first}/{second}"
    return f"{first} {second}" if first.isascii() else first + second


def load_keymap(path: Path) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The user's own keys by binding id, and what is wrong in the file; a file that is not there is empty."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}, ()
    except (OSError, ValueError) as error:
        return {}, (Problem(plain(str(path)), "", f"cannot be read: {error}"),)
    ids = [key.id for key in TABLE]
    keymap: dict[str, str] = {}
    problems: list[Problem] = []
    for name, value in table.items():
        if name not in ids:
            problems.append(Problem(str(path), name, "no such key" + did_you_mean(name, ids)))
        elif not isinstance(value, str) or not value.strip():
            problems.append(Problem(str(path), name, 'must be a key, such as "f" or "ctrl+t"'))
        else:
            keymap[name] = value
    return keymap, tuple(problems)


TABLE = (*EVERYWHERE, *NEW, *RUN, *RUNS, *COMPARE, *VERSUS, *CHANGE, *FORK, *QUIT, *READER, *CODE)
"""All there is."""
