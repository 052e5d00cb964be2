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
    Key("inside.layers.now", "end", "now", "now", "Follow the latest look again.", "End", in_footer=False),
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
