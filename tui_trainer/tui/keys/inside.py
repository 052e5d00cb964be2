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
