"""The keys of questions and readers, which lie over a screen."""

from tui_trainer.tui.keys.key import Key

FORK = (
    Key("fork.up", "up", "look(-1)", "checkpoint", "Go to the checkpoint above.", "↑", priority=True),
    Key("fork.down", "down", "look(1)", "checkpoint", "Go to the checkpoint below.", "↓", priority=True),
    Key("fork.go", "enter", "go", "fork", "Train the new run.", "Enter"),
    Key("fork.back", "escape", "dismiss(None)", "back", "Fork nothing.", "Esc"),
)

VERSUS = (
    *(
        Key(f"versus.choice_{number}", str(number), f"vary({number})", "vary", f"Vary {what}, or not.")
        for number, what in enumerate(
            ("the optimizer", "the activation", "the regularizations", "any setting: type a grid"), 1
        )
    ),
    Key("versus.budget", "5", "type('budget')", "budget", "Type a time for all, or epochs for each.", "5"),
    Key("versus.target", "6", "type('target')", "target", "Type a value of which to tell when.", "6"),
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
