"""The keys of New."""

from tui_trainer.tui.keys.key import Key

NEW = (
    Key("new.train", "enter", "train", "train", "Train the recipe.", "Enter"),
    Key("new.up", "up", "look(-1)", "look", "Look at the preset above; nothing is chosen yet.", "↑"),
    Key("new.down", "down", "look(1)", "look", "Look at the preset below.", "↓"),
    Key("new.choose", "space", "choose", "choose", "Choose it; regularizations turn on and off.", "Space"),
    Key("new.settings", "tab", "settings(1)", "settings", "Go to the settings, and on to the next.", "Tab"),
    Key("new.settings_back", "shift+tab", "settings(-1)", "", "Go back one setting.", in_footer=False),
    Key("new.add", "a", "add", "compare", "Add the recipe to the comparison, or take it out again.", "a"),
    Key(
        "new.compare",
        "A",
        "compare",
        "compare",
        "Compare what was added, every optimizer, every activation, a grid: with several seeds each.",
        "A",
    ),
    Key(
        "new.preflight",
        "f",
        "preflight",
        "pre-flight",
        "Check the recipe before it is trained: initial loss, one batch, learning rate.",
        "f",
    ),
    Key("new.code", "c", "code", "code", "Show the recipe as a plain PyTorch script.", "c"),
    Key("new.copy", "C", "copy", "copy", "Copy the command line that trains it.", "C", in_footer=False),
    Key(
        "new.descent",
        "g",
        "descent",
        "descent",
        "Watch optimizers go down functions of one and two parameters.",
        "g",
        in_footer=False,
    ),
    Key(
        "new.find",
        "/",
        "find",
        "find",
        "Show only presets whose name or summary holds a text.",
        "/",
        in_footer=False,
    ),
    *(
        Key(
            f"new.part_{number}",
            str(number),
            f"part({number})",
            name,
            f"Go to {'the ' * (not number)}{name}.",
            in_footer=False,
        )
        for number, name in enumerate(
            ("recipe", "data", "architecture", "loss", "optimizer", "regularization", "training")
        )
    ),
    Key("new.left", "left", "step(-1)", "", "Go to the part above.", "←", in_footer=False),
    Key("new.right", "right", "step(1)", "", "Go to the part below.", "→", in_footer=False),
    Key("new.page_up", "pageup", "scroll(-1)", "", "Scroll the explanation up.", in_footer=False),
    Key("new.page_down", "pagedown", "scroll(1)", "", "Scroll the explanation down.", in_footer=False),
    Key(
        "new.download",
        "d",
        "download",
        "download",
        "Download the data set, if it is not here, and train.",
        in_footer=False,
    ),
    Key(
        "new.problems",
        "p",
        "problems",
        "mistakes",
        "List the mistakes in your preset files.",
        in_footer=False,
    ),
    Key(
        "new.back",
        "escape",
        "back",
        "",
        "Leave a field or a search; else back to the recipe.",
        in_footer=False,
    ),
)
