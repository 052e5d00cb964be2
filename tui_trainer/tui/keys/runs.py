"""The keys of Runs."""

from tui_trainer.tui.keys.key import Key

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
