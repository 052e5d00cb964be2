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
