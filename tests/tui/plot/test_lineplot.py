"""Whole charts as text, row by row; then what must hold for any."""

import math
from dataclasses import replace
from textwrap import dedent

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_trainer.core.events import Baseline
from tui_trainer.core.series import Series
from tui_trainer.tui.plot.drawing import INKS, Ink
from tui_trainer.tui.plot.lineplot import draw
from tui_trainer.tui.plot.model import ChartModel, ChartOptions, Curve, Mark, Note, Uniform
from tui_trainer.tui.plot.raster import GLYPH_NAMES

PLAIN = ChartOptions()
LOSS = ChartModel(
    "loss",
    (
        Curve.of("train", range(6), [2.3, 1.2, 0.7, 0.4, 0.25, 0.2], label="train(eval)"),
        Curve.of("val", range(6), [2.4, 1.3, 0.8, 0.6, 0.55, 0.6], "points", 1, "val"),
    ),
    (Baseline(math.log(10), "ln 10"),),
    x_label="epoch",
    x_range=(0, 10),
)


def rows(model, width, height, options=PLAIN, cursor_x=None):
    return draw(model, options, width, height, cursor_x).text()


def picture(text):
    return dedent(text).strip("\n")


@pytest.mark.parametrize(
    ("glyphs", "expected"),
    [
        (
            "braille",
            """
            loss  0.200 train(eval) · 0.600 val
                │● ⣀ ⣀ ⣀ ⣀ ⣀ ⣀ ⣀ ⣀ ⣀ ⣀ ⣀ ⣀ ⣀  ln 10
               2┤⢱
                │ ⢣
                │  ⢣●
               1┤   ⠣⡀
                │    ⠈●⡀
                │      ⠈⠑●⣀⡀●  ● val
               0┤          ⠈⠉⠉⠉⠂ train
                └0    2     4    6     8      epoch
            """,
        ),
        (
            "blocks",
            """
            loss  0.200 train(eval) · 0.600 val
                │● ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─  ln 10
               2┤▝▖
                │ ▐
                │  ▚●
               1┤   ▀▖
                │    ▝●▄ ●     ● val
                │       ▀▚▄▄●
               0┤           ▀▀▀▘ train
                └0    2     4    6     8      epoch
            """,
        ),
        (
            "ascii",
            """
            loss  0.200 train(eval) | 0.600 val
                |o - - - - - - - - - - - - -  ln 10
               2+'.
                | '.
                |  'o
               1+   '.
                |    'o
                |      ''o..o  o val
               0+           '''' train
                +0    2     4    6     8      epoch
            """,
        ),
    ],
)
def test_a_small_chart(glyphs, expected):
    assert rows(LOSS, 39, 10, ChartOptions(glyphs=glyphs)) == picture(expected)


def test_a_chart_with_its_cursor_reads_every_curve_there():
    assert rows(LOSS, 60, 12, cursor_x=3) == picture(
        """
        loss at epoch 3  0.400 train(eval) · 0.600 val
            │● ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ⠤ ln 10
         2.0┤⠘⢄            │
            │ ⠈⢆           │
         1.5┤  ⠈⢆          │
            │    ⢣●        │
         1.0┤     ⠑⠤⡀      │
            │       ⠈⠢●    │
         0.5┤         ⠈⠑⠢⢄⡀●    ●    ● val
            │             ⠈⠑⠒⠢⠤⢄⣀⣀⣀⣀
         0.0┤              │        ⠉⠉ train
            └0    1   2    3    4    5    6    7    8   9      epoch
        """
    )


def test_a_narrow_chart_shortens_what_the_cursor_reads():
    assert rows(LOSS, 39, 10, cursor_x=3).startswith("epoch 3  0.400 train · 0.600 val\n")


def test_at_80_columns_the_cursor_reads_train_and_validation_whatever_the_epoch():
    batch = Curve.of("batch", range(6), [2.3, 1.1, 0.8, 0.5, 0.3, 0.2], "thin", label="train (batch)")
    model = replace(LOSS, curves=(batch, *LOSS.curves))
    read = {
        x: rows(replace(model, x_range=(0, 4000)), 38, 7, cursor_x=x).splitlines()[0] for x in (4, 3216.25)
    }
    assert read == {4: "epoch 4  0.250 train · 0.550 val", 3216.25: "3,216.25  0.200 train · 0.600 val"}


def test_where_not_all_notes_fit_the_least_important_goes():
    notes = (Note("recent", "recent"), Note("mean of 32 steps", "mean 32"))
    titles = [
        rows(replace(LOSS, notes=notes), width, 7, ChartOptions(log_y=True)).splitlines()[0]
        for width in (70, 54, 47, 37)
    ]
    assert titles == [
        "loss  0.200 train(eval) · 0.600 val    log · recent · mean of 32 steps",
        "loss  0.200 train · 0.600 val   log · recent · mean 32",
        "loss  0.200 train · 0.600 val      log · recent",
        "loss  0.200 train · 0.600 val     log",
    ]


def test_the_cursor_reads_what_held_there_and_nothing_from_before_the_start():
    late = replace(LOSS, curves=(Curve.of("val", [4, 6], [1.0, 2.0], "points", label="val"),))
    assert rows(late, 60, 10, cursor_x=3).startswith("loss at epoch 3\n")
    assert rows(late, 60, 10, cursor_x=5.9).startswith("loss at epoch 5.9  1.000 val\n")


def test_log_y():
    assert rows(LOSS, 39, 10, ChartOptions(log_y=True)) == picture(
        """
        loss  0.200 train · 0.600 val       log
            │
           3┤● ⣀ ⣀ ⣀ ⣀ ⣀ ⣀ ⣀ ⣀ ⣀ ⣀ ⣀ ⣀ ⣀  ln 10
            │⠑⢄
            │  ⠑●
           1┤    ⠑●
            │      ⠑⢄●  ●  ● val
         0.3┤        ⠈⠢⡀
            │          ⠈⠒⠤⢄⡀ train
            └0    2     4    6     8      epoch
        """
    )


def test_log_y_keeps_a_row_for_values_that_have_no_logarithm():
    r2 = ChartModel("r2", (Curve.of("val", range(6), [-1, 0, 0.1, 0.3, 0.5, 0.6], "points"),), x_range=(0, 5))
    assert rows(r2, 40, 9, ChartOptions(log_y=True)) == picture(
        """
        r2                                   log
           1┤
            │                        ●     ● val
            │
         0.3┤                  ●
            │
         0.1┤            ●
          ≤0┤●     ●
            └0     1     2     3     4      step
        """
    )


def test_log_y_without_any_positive_value_stays_linear_and_says_so():
    r2 = ChartModel("r2", (Curve.of("val", range(3), [-1, -2, 0], "points"),), x_range=(0, 2))
    assert rows(r2, 50, 8, ChartOptions(log_y=True)).splitlines()[0].endswith("not log: no value above 0")


def test_what_is_not_finite_is_marked_with_its_step_and_kept_out_of_the_bounds():
    loss = Curve.of("train", range(6), [2, 1, math.nan, 1.5, math.inf, 1])
    model = ChartModel("loss", (loss,), marks=(Mark(3, "lr 0.01"),), x_range=(0, 5))
    assert rows(model, 40, 9) == picture(
        """
        loss
         2.0┤⡀                ┊ lr 0.01
            │⠱⡀               ┊
            │ ⢱               ┊
         1.5┤  ⢣              ⡀
            │   ⢣             ┊
            │    ⢣        NaN at step 2, 1 more
         1.0┤    ⠈⢆     ×     ┊     ×    ⢀ train
            └0    1     2     3     4    5  step
        """
    )


def test_a_trivial_answer_far_off_is_named_but_does_not_stretch_the_axis():
    model = replace(LOSS, baselines=(Baseline(250.0, "mean predictor"),))
    text = rows(model, 60, 10)
    assert "mean predictor ↑" in text.splitlines()[1]
    assert "- -" not in text


def test_without_values_the_chart_says_why():
    assert rows(ChartModel("loss", empty="loading PyTorch… 1.2 s"), 40, 7).rstrip() == picture(
        """
        loss



                 loading PyTorch… 1.2 s
        """
    )


def test_the_last_values_stay_where_there_is_no_room_for_a_plot():
    assert rows(LOSS, 36, 3).splitlines()[0] == "loss  0.200 train(eval) · 0.600 val"
    assert rows(LOSS, 12, 1) == "loss"


def test_smoothing_draws_the_mean_over_the_faded_curve():
    noisy = Curve.of("batch", range(200), [k % 2 for k in range(200)], label="batch")
    model = ChartModel("loss", (replace(noisy, smoothing=40.0),), x_range=(0, 200))
    drawing = draw(model, PLAIN, 60, 13)
    line = drawing.inks == INKS.index(Ink("line", 0))
    faded = drawing.inks == INKS.index(Ink("thin", 0))
    assert set(np.flatnonzero(line.any(axis=1))) <= {5, 6, 7}
    assert faded[1].any()
    assert faded[11].any()


def test_crossing_lines_keep_the_dots_of_both_in_the_colour_of_the_top_one():
    up = Curve.of("one", [0, 1], [0.0, 1.0], color=0)
    down = Curve.of("two", [0, 1], [1.0, 0.0], color=1)
    size = (31, 10)
    both = draw(ChartModel("", (up, down), x_range=(0, 1)), PLAIN, *size)
    alone = [draw(ChartModel("", (curve,), x_range=(0, 1)), PLAIN, *size) for curve in (up, down)]

    def codes(drawing):
        points = np.vectorize(ord)(drawing.chars)
        return np.where((points >= 0x2800) & (points < 0x2900), points - 0x2800, 0)

    plot = (slice(1, -1), slice(5, 27))
    assert (codes(both)[plot] == (codes(alone[0]) | codes(alone[1]))[plot]).all()
    shared = (codes(alone[0]) > 0) & (codes(alone[1]) > 0)
    assert shared.any()
    assert (both.inks[shared] == INKS.index(Ink("line", 1))).all()


def test_lines_points_and_dashes_differ_without_colour():
    text = rows(LOSS, 39, 10)
    assert "●" in text
    assert "⣀ ⣀ ⣀" in text
    assert "⠉⠉⠉" in text


@settings(max_examples=30)
@given(
    st.integers(1, 999_998),
    st.sampled_from(["line", "thin", "points"]),
    st.sampled_from(GLYPH_NAMES),
    st.sampled_from([(24, 6), (80, 10), (200, 58)]),
    st.booleans(),
)
def test_a_spike_of_one_step_in_a_million_is_seen(step, style, glyphs, size, smooth):
    values = np.full(1_000_000, 0.1, np.float32)
    values[step] = 1.0
    series = Series()
    series.append_block(0, values)
    curve = Curve("", series, style, smoothing=50_000.0 * smooth)
    drawing = draw(ChartModel("", (curve,), x_range=(0, 1e6)), ChartOptions(glyphs=glyphs), *size)
    # At the top of the plot is nothing but the spike, and it is where it happened.
    inks = (drawing.inks == INKS.index(Ink(style, 0))) | (drawing.inks == INKS.index(Ink("thin", 0)))
    highest = np.flatnonzero(inks.any(axis=1))[0]
    assert highest <= 1 + size[1] // 3
    xs = np.flatnonzero(inks[highest])
    assert len(xs) == 1
    plot_width = size[0] - 5
    assert abs(xs[0] - 5 - step / 1e6 * (plot_width - 1)) <= 1


values = st.floats(width=32)
curves = st.builds(
    lambda values, style, color, smoothing: replace(
        Curve.of("name", range(len(values)), values, style, color, "label"), smoothing=smoothing
    ),
    st.lists(values, min_size=1, max_size=40),
    st.sampled_from(["line", "thin", "points"]),
    st.integers(0, 9),
    st.sampled_from([0.0, 3.0]),
)
models = st.builds(
    ChartModel,
    title=st.text(max_size=5),
    curves=st.lists(curves, max_size=3).map(tuple),
    baselines=st.lists(st.builds(Baseline, values.filter(math.isfinite), st.just("chance")), max_size=1).map(
        tuple
    ),
    marks=st.lists(st.builds(Mark, st.floats(-5, 50), st.just("best")), max_size=2).map(tuple),
    x_range=st.sampled_from([(0.0, 40.0), (10.0, 20.0), (0.0, 0.0), (5.0, 6.5)]),
    x_whole=st.booleans(),
)
options = st.builds(
    ChartOptions, log_y=st.booleans(), glyphs=st.sampled_from(GLYPH_NAMES), title=st.booleans()
)


@given(models, options, st.integers(0, 90), st.integers(0, 25), st.none() | st.floats(0, 40))
def test_any_values_are_drawn_on_any_size_without_complaint(model, options, width, height, cursor_x):
    with np.errstate(all="raise", under="ignore"):
        drawing = draw(model, options, width, height, cursor_x)
    assert drawing.chars.shape == (height, width)
    if options.glyphs == "ascii":
        assert drawing.text().isascii()


def test_an_append_changes_few_cells():
    series = Series()
    series.append_block(0, np.linspace(1, 0.5, 500))
    model = ChartModel("loss", (Curve("train", series, axis=Uniform()),), x_range=(0, 1000))
    before = draw(model, PLAIN, 80, 12)
    series.append_block(500, np.full(10, 0.5))
    spans = draw(model, PLAIN, 80, 12).changes(before)
    assert 0 < sum(span.width for span in spans) < 20
