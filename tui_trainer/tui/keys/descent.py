"""The keys of Descent."""

from tui_trainer.tui.keys.key import Key

DESCENT = (
    Key("descent.play", "space", "play", "play", "Let them roll, or pause.", "Space"),
    Key("descent.back_one", "left", "move(-1)", "step", "Go one step back.", "←"),
    Key("descent.step", "right,full_stop", "move(1)", "step", "Make one step.", "→"),
    Key("descent.ten", "n", "move(10)", "ten", "Make ten steps.", "n"),
    Key("descent.faster", "f", "faster", "faster", "Roll faster; after the fastest, slowly again.", "f"),
    Key("descent.restart", "r", "restart", "restart", "Back to the start.", "r"),
    Key("descent.up", "up", "choose(-1)", "choose", "Go to the optimizer above.", "↑"),
    Key("descent.down", "down", "choose(1)", "choose", "Go to the optimizer below.", "↓"),
    Key("descent.show", "v", "show", "show", "Show the chosen optimizer, or hide it.", "v"),
    Key("descent.more", "plus,equals_sign", "rate(1)", "rate", "Give it a larger learning rate.", "+"),
    Key("descent.less", "minus", "rate(-1)", "rate", "Give it a smaller learning rate.", "-"),
    Key("descent.next", "tab", "turn(1)", "function", "Go to the next function.", "Tab"),
    Key("descent.previous", "shift+tab", "turn(-1)", "", "Go to the function before.", in_footer=False),
    *(
        Key(
            f"descent.function_{number}",
            str(number),
            f"function({number})",
            "",
            f"Go to the function {name}.",
            in_footer=False,
        )
        for number, name in enumerate(
            (
                "parabola",
                "kink",
                "two valleys",
                "plateau",
                "bowl",
                "ravine",
                "rosenbrock",
                "four minima",
                "saddle",
            ),
            1,
        )
    ),
    Key(
        "descent.start_up",
        "w",
        "nudge(0, 1)",
        "start",
        "Move the start of all: up; with a to the left, s down, d to the right.",
        "w a s d",
    ),
    Key("descent.start_left", "a", "nudge(-1, 0)", "", "Move it to the left.", in_footer=False),
    Key("descent.start_down", "s", "nudge(0, -1)", "", "Move it down.", in_footer=False),
    Key("descent.start_right", "d", "nudge(1, 0)", "", "Move it to the right.", in_footer=False),
    Key("descent.back", "escape", "app.pop_screen", "back", "Go back.", "Esc"),
)
