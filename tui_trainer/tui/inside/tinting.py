"""The colours of the app's theme, for pictures that name their colours themselves."""

from textual.app import App
from textual.color import Color

from tui_trainer.tui.inside.screen import Sight
from tui_trainer.tui.plot.blocks import Paint, paint_for
from tui_trainer.tui.plot.palette import palette_for
from tui_trainer.tui.plot.regions import Tints
from tui_trainer.tui.plot.spans import RGB


def paint_of(app: App[object], sight: Sight) -> Paint:
    """How images are painted on this terminal."""
    return paint_for(sight.glyphs, colour=sight.colour and not app.current_theme.ansi)


def tints_of(app: App[object]) -> Tints:
    """Ground, ink and palette of the theme; of a theme of 16 colours they are not used."""
    theme = app.current_theme
    palette = palette_for(dark=theme.dark)
    ground, ink = ("#000000", "#ffffff") if theme.dark else ("#ffffff", "#000000")
    if not theme.ansi:
        ground, ink = theme.background or ground, theme.foreground or ink
    return Tints(_rgb(ground), _rgb(ink), tuple(map(_rgb, palette)))


def _rgb(colour: str) -> RGB:
    red, green, blue = Color.parse(colour).rgb
    return red << 16 | green << 8 | blue
