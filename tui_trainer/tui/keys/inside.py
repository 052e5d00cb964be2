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
