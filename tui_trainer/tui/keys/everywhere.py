"""The keys that do the same on every screen."""

from tui_trainer.tui.keys.key import Key

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
