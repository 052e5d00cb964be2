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

FILM = (
    Key("film.before", "left", "time(-1)", "evaluation", "Go to the evaluation before.", "←"),
    Key("film.after", "right", "time(1)", "evaluation", "Go to the next evaluation.", "→"),
    Key("film.first", "home", "time(-1000000)", "", "Go to the first one.", "Home", in_footer=False),
    Key(
        "film.latest",
        "end",
        "time(1000000)",
        "",
        "Go to the latest one, and follow what comes.",
        "End",
        in_footer=False,
    ),
    Key("film.play", "space", "play", "play", "Play all evaluations, or halt.", "Space"),
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
    Key("perclass.before", "left", "time(-1)", "evaluation", "Go to the evaluation before.", "←"),
    Key("perclass.after", "right", "time(1)", "evaluation", "Go to the next evaluation.", "→"),
    Key("perclass.first", "home", "time(-1000000)", "", "Go to the first one.", "Home", in_footer=False),
    Key(
        "perclass.latest",
        "end",
        "time(1000000)",
        "",
        "Go to the latest one, and follow what comes.",
        "End",
        in_footer=False,
    ),
    Key("perclass.play", "space", "play", "play", "Play all evaluations, or halt.", "Space"),
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
