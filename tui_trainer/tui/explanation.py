"""What is said about presets and layers, as paragraphs and tables."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from tui_trainer.core.layers import Layer, num_parameters
from tui_trainer.core.presetfile import Preset, Texts
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.text import plain
from tui_trainer.tui.widgets.prose import Paragraph

if TYPE_CHECKING:
    from tui_trainer.tui.plot.raster import GlyphName

PICTURED = ("activations", "schedules")
"""Groups of presets that a picture explains."""
_PICTURE_WIDTH = 44
_PICTURE, _TALL_PICTURE = 6, 10
"""Rows of a picture, its axis included."""


def about(preset: Preset, texts: Texts, say: Callable[[str], str], *, ascii_only: bool) -> list[Paragraph]:
    """Name, summary, formulas, for, against, when, commentary, symptom: whatever the preset has of these.

    ``say`` makes a text fit for the terminal.
    """
    name = Content.assemble((preset.name, "bold $primary"), "  ", say(plain(texts.summary)))
    paragraphs = [Paragraph(name)]
    if formulas := [say(plain(line)) for line in texts.formulas(ascii_only=ascii_only)]:
        paragraphs.append(
            Paragraph(Content.styled("\n".join(formulas), "$accent"), Content("  "), verbatim=True)
        )
    if taught := texts.taught(ascii_only=ascii_only):
        paragraphs.append(Paragraph(Content.styled(say(plain(taught)), "$muted"), Content("  ")))
    for lead, style, points in (("+ ", "$success", texts.advantages), ("- ", "$error", texts.drawbacks)):
        paragraphs += [
            Paragraph(Content(say(plain(point))), Content.styled(lead, f"bold {style}")) for point in points
        ]
    for rest in (texts.when, texts.commentary):
        if rest.strip():
            paragraphs.append(Paragraph(Content.styled(say(plain(rest.strip())), "$muted"), Content("  ")))
    if preset.symptom is not None:
        paragraphs.append(Paragraph(Content(say(f"shows: {preset.symptom.text}")), Content("  ")))
    return paragraphs


def with_picture(
    paragraphs: Sequence[Paragraph], recipe: Recipe, preset: Preset, *, is_tall: bool, glyphs: "GlyphName"
) -> list[Paragraph]:
    """``paragraphs`` with a picture of ``preset``, of a group in ``PICTURED``, below the formula."""
    # It brings numpy, for which the first frame need not wait.
    from tui_trainer.tui.plot.functions import picture

    drawn = picture(preset, recipe, _PICTURE_WIDTH, _TALL_PICTURE if is_tall else _PICTURE, glyphs)
    below = 1 + max((at for at, paragraph in enumerate(paragraphs) if paragraph.verbatim), default=0)
    shown = Paragraph(Content.styled(drawn, "$primary"), Content("  "), verbatim=True)
    return [*paragraphs[:below], shown, *paragraphs[below:]]


def layer_lines(layers: Sequence[Layer]) -> list[Content]:
    """The layer table: a row for each layer, its activation and dropout beside it; parameters in the end."""
    rows = [("layer", "shape", "", "parameters")]
    for layer in layers:
        if layer.kind in ("activation", "dropout"):
            name, shape, then, parameters = rows[-1]
            word = layer.activation if layer.kind == "activation" else f"dropout {layer.rate:g}"
            rows[-1] = (name, shape, f"{then} {word}".strip(), parameters)
        elif layer.kind == "output":
            rows.append((layer.name, layer.note, "", ""))
        else:
            count = f"{layer.parameters:,}" if layer.parameters else ""
            rows.append(
                (layer.name, f"{shape_text(layer.input_shape)} → {shape_text(layer.output_shape)}", "", count)
            )
    rows.append(("total", "", "", f"{num_parameters(tuple(layers)):,}"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return [
        Content.styled(
            f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]:>{widths[3]}}",
            "$muted" if row is rows[0] else "",
        )
        for row in rows
    ]


def shape_text(shape: tuple[int, ...]) -> str:
    """``64``, ``1×28×28``."""
    return "×".join(map(str, shape))
