"""The keys of the looks into a network: those of all, then each view's own."""

from tui_trainer.tui.keys.key import Key

INSIDE = (
    *(
        Key(
            f"inside.view_{number}",
            str(number),
            f"view({number})",
            "",
            f"Show view {number}.",
            in_footer=False,
        )
        for number in range(1, 9)
    ),
    Key("inside.next_view", "tab", "step_view(1)", "views", "Show the next view.", "Tab"),
    Key("inside.previous_view", "shift+tab", "step_view(-1)", "", "Show the one before.", in_footer=False),
    Key("inside.back", "escape", "back", "back", "Back to the run.", "Esc"),
)

MICROSCOPE = (
    Key("batch.hold", "space", "hold", "hold", "Hold the run at this step, or let it go on.", "Space"),
    Key("batch.step", "full_stop", "batch", "make the step", "Make this step, then hold.", "."),
    Key("batch.forward", "f", "face('forward')", "", "From x to the loss.", in_footer=False),
    Key("batch.backward", "b", "face('backward')", "", "From the loss back to x.", in_footer=False),
    Key("batch.update", "u", "face('update')", "", "What the optimizer makes of it.", in_footer=False),
    Key(
        "batch.losses", "l", "face('losses')", "", "The loss of each sample, largest first.", in_footer=False
    ),
    Key("batch.up", "up", "layer(-1)", "layer", "Scroll to the layer above.", "↑"),
    Key("batch.down", "down", "layer(1)", "layer", "Scroll to the layer below.", "↓"),
    Key("batch.previous", "left", "sample(-1)", "sample", "The sample before.", "←"),
    Key("batch.next", "right", "sample(1)", "sample", "The next sample of the batch.", "→"),
    Key("batch.page_up", "pageup", "scroll(-8)", "", "Scroll up by eight rows.", in_footer=False),
    Key("batch.page_down", "pagedown", "scroll(8)", "", "Scroll down by eight rows.", in_footer=False),
    Key("batch.again", "enter", "again", "", "Take the batch that comes next now.", "Enter", in_footer=False),
    Key("batch.earlier", "<", "checkpoint(-1)", "", "An earlier checkpoint.", "<", in_footer=False),
    Key("batch.later", ">", "checkpoint(1)", "", "A later checkpoint.", ">", in_footer=False),
)

POKE = (
    Key("poke.left", "left", "move(-1, 0)", "move", "Move image, box or point left; a value down.", "←"),
    Key("poke.right", "right", "move(1, 0)", "move", "Move image, box or point right; a value up.", "→"),
    Key("poke.up", "up", "move(0, -1)", "", "Move them up; the column above.", "↑", in_footer=False),
    Key("poke.down", "down", "move(0, 1)", "", "Move them down; the column below.", "↓", in_footer=False),
    Key("poke.noise", "n", "noise(1)", "noise", "More noise.", "n"),
    Key("poke.less_noise", "N", "noise(-1)", "noise", "Less noise.", "N"),
    Key("poke.draw", "d", "draw_again", "", "Draw the noise anew.", "d", in_footer=False),
    Key("poke.cover", "o", "cover", "cover", "Cover a part of the image, or no longer.", "o"),
    Key("poke.more", "plus", "box(1)", "", "Cover more.", "+", in_footer=False),
    Key("poke.less", "minus", "box(-1)", "", "Cover less.", "-", in_footer=False),
    Key("poke.type", "enter", "type", "value", "Type a value for the column under the cursor.", "Enter"),
    Key("poke.clean", "0", "clean", "as it is", "The sample as it is.", "0"),
    Key("poke.previous", "<", "sample(-1)", "sample", "The sample before.", "<"),
    Key("poke.next", ">", "sample(1)", "sample", "The next sample.", ">"),
    Key("poke.split", "v", "split", "split", "Samples of another split.", "v"),
)

_TIME = (
    ("previous", "left", "moment(-1)", "moment", "Show the moment before.", "←"),
    ("next", "right", "moment(1)", "moment", "Show the next moment.", "→"),
    ("first", "home", "first", "", "Show the first moment: before training.", "Home"),
    ("latest", "end", "latest", "", "Show the last moment, and follow a run that trains.", "End"),
    ("play", "p", "play", "play", "Play all moments as a film, or halt it.", "p"),
)


def _timed(view: str) -> tuple[Key, ...]:
    """The keys of the cursor in time, for a view."""
    return tuple(
        Key(f"{view}.{name}", keys, action, label, help, shown, in_footer=bool(label))
        for name, keys, action, label, help, shown in _TIME
    )


_UNITS = (
    ("unit_before", "up", "unit(-1)", "unit", "Choose the unit before.", "↑"),
    ("unit_after", "down", "unit(1)", "unit", "Choose the next unit.", "↓"),
    ("layer_before", "pageup", "layer(-1)", "", "Show the layer before.", "PgUp"),
    ("layer_after", "pagedown", "layer(1)", "layer", "Show the next layer.", "PgDn"),
    ("enlarge", "enter", "enlarge", "enlarge", "Enlarge the chosen unit, or show all again.", "Enter"),
)


def _units(view: str) -> tuple[Key, ...]:
    """The keys of a gallery of units, for a view."""
    return tuple(
        Key(f"{view}.{name}", keys, action, label, help, shown, in_footer=False)
        for name, keys, action, label, help, shown in _UNITS
    )


BOUNDARY = (
    *_timed("boundary"),
    Key(
        "boundary.way",
        "v",
        "way",
        "view",
        "What is predicted everywhere; of numbers also predicted against actual, and the residuals.",
        "v",
    ),
    Key("boundary.hidden", "h", "hidden", "hidden units", "Show what each hidden unit sees.", "h"),
    Key("boundary.confidence", "c", "confidence", "sure", "Shade regions by how sure the network is.", "c"),
    Key(
        "boundary.samples",
        "o",
        "samples",
        "samples",
        "Show samples of train and validation, of validation alone, or none.",
        "o",
        in_footer=False,
    ),
    *_units("boundary"),
)
WEIGHTS = (
    *_timed("weights"),
    *_units("weights"),
    Key("weights.maps", "f", "maps", "feature maps", "Show what the layers make of one sample.", "f"),
    Key("weights.sample_after", "n", "sample(1)", "sample", "The next sample of validation.", "n"),
    Key("weights.sample_before", "b", "sample(-1)", "", "The sample before.", "b", in_footer=False),
)

LAYERS = (
    Key(
        "inside.layers.face",
        "f",
        "face(1)",
        "picture",
        "The next picture: gradient flow, over time, histograms, activation.",
        "f",
    ),
    Key("inside.layers.up", "up", "layer(1)", "layer", "Choose the layer nearer to the output.", "↑"),
    Key("inside.layers.down", "down", "layer(-1)", "layer", "Choose the layer nearer to the input.", "↓"),
    Key("inside.layers.older", "left", "moment(-1)", "time", "Go back to an earlier look.", "←"),
    Key("inside.layers.newer", "right", "moment(1)", "time", "Go on to a later look.", "→"),
    Key("inside.layers.now", "end", "latest", "now", "Follow the latest look again.", "End", in_footer=False),
    Key("inside.layers.open", "enter", "open", "open", "From all layers to one, and back.", "Enter"),
    Key(
        "inside.layers.only",
        "m",
        "only",
        "enlarge",
        "Over time and histograms: all four pictures, or one of them large.",
        "m",
    ),
)


def _through_evaluations(view: str) -> tuple[Key, ...]:
    """The same for a view of what was evaluated."""
    return (
        Key(f"{view}.before", "left", "moment(-1)", "evaluation", "Go to the evaluation before.", "←"),
        Key(f"{view}.after", "right", "moment(1)", "evaluation", "Go to the next evaluation.", "→"),
        Key(f"{view}.first", "home", "first", "", "Go to the first one.", "Home", in_footer=False),
        Key(
            f"{view}.latest", "end", "latest", "", "Show the latest one, and follow.", "End", in_footer=False
        ),
        Key(f"{view}.play", "space", "play", "play", "Play all evaluations, or halt.", "Space"),
    )


FILM = (
    *_through_evaluations("film"),
    Key(
        "film.cell_left",
        "h,shift+left",
        "move(0, -1)",
        "cell",
        "Go to the cell at the left, below, above or at the right.",
        "hjkl",
    ),
    Key(
        "film.cell_down",
        "j,down",
        "move(1, 0)",
        "",
        "Go a cell or samples down.",
        "↓",
        in_footer=False,
    ),
    Key("film.cell_up", "k,up", "move(-1, 0)", "", "Go a cell or samples up.", "↑", in_footer=False),
    Key(
        "film.cell_right",
        "l,shift+right",
        "move(0, 1)",
        "",
        "Go to the cell at the right.",
        "l",
        in_footer=False,
    ),
    Key("film.page_down", "pagedown", "page(1)", "", "Go ten rows or a page down.", in_footer=False),
    Key("film.page_up", "pageup", "page(-1)", "", "Go ten rows or a page up.", in_footer=False),
    Key("film.open", "enter", "open", "samples", "Show the samples of the cell; then one of them.", "Enter"),
    Key("film.changes", "d", "changes", "changes", "Show what has changed since the evaluation before.", "d"),
    Key("film.sort", "s", "sort", "sort", "Put the most confused classes first, beside each other.", "s"),
    Key("film.percent", "p", "percent", "percent", "Counts, or percent of each row.", "p", in_footer=False),
    Key("film.worst", "w", "ranked('worst')", "worst", "Show the samples with the largest loss.", "w"),
    Key("film.best", "b", "ranked('best')", "best", "Show the samples with the least loss.", "b"),
    Key(
        "film.uncertain",
        "u",
        "ranked('uncertain')",
        "uncertain",
        "Show samples whose two likeliest classes are about equally likely.",
        "u",
    ),
    Key(
        "film.entropy",
        "e",
        "ranked('entropy')",
        "",
        "Show the samples with the largest entropy.",
        "e",
        in_footer=False,
    ),
)

PERCLASS = (
    *_through_evaluations("perclass"),
    Key("perclass.higher", "up", "threshold(0.01)", "threshold", "A higher threshold.", "↑"),
    Key("perclass.lower", "down", "threshold(-0.01)", "threshold", "A lower threshold.", "↓"),
    Key("perclass.much_higher", "pageup", "threshold(0.1)", "", "A much higher one.", in_footer=False),
    Key("perclass.much_lower", "pagedown", "threshold(-0.1)", "", "A much lower one.", in_footer=False),
    Key(
        "perclass.score_below",
        "comma",
        "to_score(-1)",
        "point",
        "Lower it to the next sample's probability: the next point of the curves.",
        ",",
    ),
    Key(
        "perclass.score_above",
        "full_stop",
        "to_score(1)",
        "point",
        "Raise it to the next sample's probability.",
        ".",
    ),
    Key("perclass.half", "t", "half", "one half", "Back to a threshold of one half.", "t"),
    Key("perclass.class", "c", "class(1)", "class", "Look at the next class.", "c"),
    Key("perclass.class_before", "C", "class(-1)", "", "Look at the class before.", "C", in_footer=False),
)

SURFACE = (
    Key("surface.dimensions", "d", "dimensions", "1-D/2-D", "A slice along one direction, or two.", "d"),
    Key("surface.along", "a", "along", "along", "Random directions, or along the checkpoints.", "a"),
    Key("surface.other", "n", "other", "other", "Draw other random directions.", "n"),
    Key("surface.wider", "plus,equals_sign", "widen(1)", "wider", "Look farther around.", "+"),
    Key("surface.narrower", "minus", "widen(-1)", "narrower", "Look nearer.", "-"),
    Key("surface.log", "l", "log", "log", "The loss of a curve logarithmic, or linear.", "l"),
    Key("surface.before", "left", "checkpoint(-1)", "checkpoint", "Go to the checkpoint before.", "←"),
    Key("surface.after", "right", "checkpoint(1)", "checkpoint", "Go to the next checkpoint.", "→"),
    Key("surface.latest", "end", "latest", "", "Go to the weights as they are now.", "End", in_footer=False),
    Key("surface.again", "r", "again", "again", "Ask again, about the weights as they are now.", "r"),
)
