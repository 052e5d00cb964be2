import math

import pytest

from tui_trainer.core import figures


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0.0 s"),
        (0.84, "0.8 s"),
        (9.97, "10 s"),
        (59.6, "1 min 00 s"),
        (125, "2 min 05 s"),
        (3599.9, "1 h 00 min"),
        (4800, "1 h 20 min"),
        (86_400 * 3 + 4 * 3600, "3 d 4 h"),
        (math.inf, "–"),
    ],
)
def test_durations_round_into_the_next_unit(seconds, text):
    assert figures.duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.95612, "0.956"),
        (0.03123, "0.0312"),
        (1.0, "1.000"),
        (2.3026, "2.30"),
        (54.21, "54.2"),
        (2901.4, "2,901"),
        (999.7, "1,000"),
        (1.23e-5, "1.2e-05"),
        (0.0, "0.000"),
        (-0.5, "-0.500"),
        (math.nan, "NaN"),
        (-math.inf, "-∞"),
        (None, "–"),
    ],
)
def test_metrics_show_about_three_digits(number, text):
    assert figures.value(number) == text


def test_ages_and_rates():
    assert [figures.age(s) for s in (5, 61, 7200, 200_000)] == ["now", "1 min", "2 h", "2 d"]
    assert [figures.rate(r) for r in (0.417, 38.2, 1610.4, math.nan)] == ["0.42", "38", "1,610", "–"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (7.0, "7"),
        (200.0, "200"),
        (24980.0, "24,980"),
        (2.5, "2.5"),
        (0.473934, "0.47"),
        (0.1, "0.1"),
        (0.00125, "0.0013"),
        (1234.567, "1,234.57"),
    ],
)
def test_epochs_are_written_out(number, text):
    assert figures.epoch(number) == text
