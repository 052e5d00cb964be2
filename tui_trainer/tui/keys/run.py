"""The keys of a run."""

from tui_trainer.tui.keys.key import Key

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
    Key(
        "run.inside",
        "i",
        "inside",
        "inside",
        "Look into the network: layers, decision boundary, weights and more.",
        "i",
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
