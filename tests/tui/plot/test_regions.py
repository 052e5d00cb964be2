import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.tui.plot.blocks import Paint
from tui_trainer.tui.plot.frame import Frame
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.plot.regions import Regions, Samples, Style, Tints, draw, mixed
from tui_trainer.tui.plot.spans import Line, text_of, width_of

TINTS = Tints(0x000000, 0xFFFFFF, (0x0000FF, 0xFF0000, 0x00FF00))


def halved(columns: int = 40, rows: int = 20) -> Regions:
    """Class 0 at the left, surest at the edge, class 1 at the right."""
    second = np.repeat(np.linspace(0, 1, columns)[None], rows, axis=0)
    return Regions((second > 0.5).astype(np.uint8), np.maximum(second, 1 - second), 2)


def plane(paint: Paint, samples: Samples | None = None, **style: object) -> tuple[Line, ...]:
    glyphs: GlyphName = "ascii" if paint == "ascii" else "braille"
    frame = Frame(43, 11, (0.0, 1.0), (0.0, 1.0), glyphs)
    return draw(halved(), samples, frame, Style(paint, TINTS, **style), ("x1", "x2"))  # type: ignore[arg-type]


def samples_at(xs, ys, classes, is_train, is_wrong):
    return Samples(
        np.array(xs, np.float32), np.array(ys, np.float32), np.array(classes),
        np.array(is_train), np.array(is_wrong),
    )  # fmt: skip


def test_the_boundary_lies_where_the_probability_is_a_half():
    lines = [text_of(line) for line in plane("shades")]
    row = lines[5].partition("│")[2] or lines[5].partition("┤")[2]
    assert row[:19].strip() == ""
    assert row[19] in "⢸⡇"
    assert set(row[20:].strip()) == {"░"}


def test_regions_have_the_colours_of_their_classes():
    line = plane("halves")[5]
    grounds = [span.inks[1] for span in line if span.inks]
    assert grounds[0] == mixed(0x000000, 0x0000FF, 0.34)
    assert grounds[-1] == mixed(0x000000, 0xFF0000, 0.34)


def test_shaded_regions_are_palest_at_the_boundary():
    line = plane("halves", shaded=True)[5]
    blues = [span.inks[1] & 0xFF for span in line if span.inks and span.inks[1] is not None]
    assert blues[0] > 110
    left = blues[: blues.index(min(blues))]
    assert left == sorted(left, reverse=True)


@pytest.mark.parametrize(
    ("paint", "shown"),
    [("halves", ["•", "○", "×", "⊗"]), ("shades", ["a", "B", "x", "X"]), ("ascii", ["a", "B", "x", "X"])],
)
def test_samples_tell_split_and_whether_they_are_wrong(paint: Paint, shown: list[str]):
    samples = samples_at(
        [0.1, 0.9, 0.3, 0.7], [0.5] * 4, [0, 1, 1, 0], [True, False, True, False], [False, False, True, True]
    )
    text = "".join(text_of(line) for line in plane(paint, samples)[4:7])
    assert [character for character in text if character in shown] == [shown[0], shown[2], shown[3], shown[1]]


def test_samples_lie_where_they_are():
    corner = samples_at([0.0, 1.0], [1.0, 0.0], [0, 1], [True, True], [False, False])
    lines = [text_of(line) for line in plane("shades", corner)]
    assert lines[0][4] == "a"
    assert lines[9][-1] == "b"


def test_only_validation_or_no_samples_at_all():
    samples = samples_at([0.1, 0.2], [0.5, 0.5], [0, 0], [True, False], [False, False])
    only = "".join(map(text_of, plane("shades", samples, shown="validation")))
    assert "A" in only
    assert "a" not in only
    assert "A" not in "".join(map(text_of, plane("shades", samples, shown="none")))


@given(
    st.integers(1, 5),
    st.integers(1, 90),
    st.integers(1, 30),
    st.sampled_from(["halves", "shades", "ascii"]),
    st.booleans(),
)
def test_it_never_leaves_its_box(num_classes, width, height, paint, shaded):
    rng = np.random.default_rng(width)
    regions = Regions(rng.integers(0, num_classes, (6, 9)).astype(np.uint8), rng.random((6, 9)), num_classes)
    glyphs: GlyphName = "ascii" if paint == "ascii" else "braille"
    frame = Frame(max(width, 20), height, (-3.0, 1e-3), (1e6, 1.1e6), glyphs)
    lines = draw(regions, None, frame, Style(paint, TINTS, shaded), ("x1", "x2"))
    assert len(lines) <= max(height, 1)
    assert all(width_of(line) <= max(width, 20) for line in lines)
