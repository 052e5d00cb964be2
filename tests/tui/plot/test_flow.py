import math

from tui_trainer.tui.plot.flow import ASCII, FlowRow, flow
from tui_trainer.tui.plot.scale import Log
from tui_trainer.tui.plot.spans import Line, text_of, width_of

NAN = math.nan
SCALE = Log(1e-4, 1.0, 5)
ROWS = (
    FlowRow("linear2", "identity", 0.1, 1.0, 1e-3, NAN),
    FlowRow("linear1", "relu", 1e-4, 1e-2, 1.0, 0.75, "dead", is_chosen=True),
)


def roles(line: Line, text: str) -> list[str]:
    return [span.role for span in line if text in span.text]


def test_bars_end_at_the_gradient_and_marks_stand_at_the_signal() -> None:
    lines = flow(ROWS, SCALE, 80)
    assert [text_of(line).rstrip() for line in lines] == [
        "               █ gradient  ◆ signal                    update/weights  no slope",
        "layer          0.0001 0.001  0.01    0.1    1          1e-6  1e-3  1",
        " linear2       ███████████████████████      ◆    0.100 ····──●──····",
        "▸linear1 relu  █             ◆                  0.0001 ····─────···●   75% dead",
    ]
    assert all(width_of(line) <= 80 for line in lines)


def test_what_is_unusual_has_another_role() -> None:
    _, _, good, bad = flow(ROWS, SCALE, 80)
    assert (roles(good, "●"), roles(bad, "●")) == (["good"], ["warn"])
    assert roles(bad, "dead") == ["bad"]


def test_nothing_and_what_is_not_finite_has_no_bar() -> None:
    rows = [FlowRow("a", "relu", number, number, NAN, NAN) for number in (0.0, NAN, math.inf)]
    _, _, *lines = flow(rows, SCALE, 80)
    assert not any("█" in text_of(line) or "◆" in text_of(line) for line in lines)
    assert [roles(line, said) for line, said in zip(lines, ("0.000", "NaN", "∞"), strict=True)] == [
        ["bad"]
    ] * 3


def test_in_ascii_it_is_ascii() -> None:
    assert all(text_of(line).isascii() for line in flow(ROWS, SCALE, 80, ASCII))
