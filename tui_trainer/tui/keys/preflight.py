"""The keys of the pre-flight."""

from tui_trainer.tui.keys.key import Key

PREFLIGHT = (
    Key(
        "preflight.take",
        "t",
        "take",
        "take the rate",
        "Take the proposed learning rate into the recipe in New; with a cursor, the one under it.",
        "t",
    ),
    Key(
        "preflight.left",
        "left",
        "cursor(-1)",
        "rates",
        "Read learning rates off the chart, to the left.",
        "←",
    ),
    Key("preflight.right", "right", "cursor(1)", "rates", "Read them off to the right.", "→"),
    Key(
        "preflight.glyphs",
        "g",
        "glyphs",
        "glyphs",
        "Draw with braille, blocks or ASCII.",
        "g",
        in_footer=False,
    ),
    Key("preflight.back", "escape", "back", "back", "Stop at once and go back.", "Esc"),
)
