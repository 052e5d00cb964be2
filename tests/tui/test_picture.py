"""The bytes of a frame: few, and a terminal that gets them shows what Textual meant."""

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.strip import Strip

from tui_trainer.tui.picture import Area, Picture

WIDTH, HEIGHT = 120, 3
GROUND = Style(color="#e0e0e0", bgcolor="#1e1e1e")
STYLES = ["", "1", "2", "4", "7", "1;4", "38;2;1;2;3", "1;38;5;20;48;5;30", "48;2;30;30;30", "31;42", "91"]


def row(text: str) -> str:
    """A row as Textual writes it, from the left edge."""
    return f"\x1b[1;1H\x1b[38;2;224;224;224;48;2;30;30;30m{text}\x1b[0m"


def picture_of(*frames: str, width: int = WIDTH, height: int = HEIGHT) -> tuple[Picture, bytes]:
    picture = Picture()
    picture.fit(width, height)
    written = b""
    for frame in frames:
        picture.take(frame)
        written += picture.changes()
    return picture, written


def shown(data: bytes, width: int, height: int) -> list[list[tuple[object, ...]]]:
    """Cells of a terminal that got ``data``; of a blank only what can be seen."""
    screen = pyte.Screen(width, height)
    screen.reset_mode(pyte.modes.DECAWM)
    pyte.ByteStream(screen).feed(data)
    return [
        [
            (cell.data, cell.bg, cell.underscore, cell.reverse)
            + ((cell.fg, cell.bold) if cell.data != " " or cell.underscore or cell.reverse else ())
            for cell in (screen.buffer[y][x] for x in range(width))
        ]
        for y in range(height)
    ]


def test_one_cell_at_the_right_costs_a_cell_where_textual_writes_the_row() -> None:
    """Fails when Textual crops on the left itself: then this module has less to do."""
    strip = Strip([Segment(char, GROUND) for char in "x" * WIDTH])
    update = ChopsUpdate([{0: strip}], [(0, 110, 111)], [[WIDTH]])
    theirs = update.render_segments(Console(color_system="truecolor", force_terminal=True))
    assert len(theirs) > 380
    picture, _ = picture_of(row("x" * 110 + "y" + "x" * 9))
    picture.take(theirs)
    ours = picture.changes()
    assert len(ours) <= 52
    assert b"x" in ours
    assert b"xx" not in ours


def test_a_frame_that_shows_the_same_costs_nothing() -> None:
    picture, _ = picture_of(row("loss 0.12"))
    picture.take(row("loss 0.12"))
    assert picture.changes() == b""


def test_a_frame_left_out_comes_with_the_next() -> None:
    picture, before = picture_of(row("epoch 1  loss 0.50"))
    picture.take(row("epoch 2  loss 0.50"))
    picture.take(row("epoch 2  loss 0.40"))
    after = shown(before + picture.changes(), WIDTH, HEIGHT)
    assert "".join(str(cell[0]) for cell in after[0]).rstrip() == "epoch 2  loss 0.40"


def test_a_style_stays_until_another_is_needed() -> None:
    _, written = picture_of(row("a") + "\x1b[1;9H\x1b[38;2;224;224;224;48;2;30;30;30mb\x1b[0m", width=20)
    assert written.count(b"38;2;224;224;224") == 1


def test_after_forgetting_all_is_written_again() -> None:
    picture, before = picture_of(row("loss 0.12"))
    picture.forget()
    assert shown(picture.changes(), WIDTH, HEIGHT) == shown(before, WIDTH, HEIGHT)


def test_what_is_late_comes_after_all_else_when_not_all_fits() -> None:
    picture, _ = picture_of(row("epoch 1"))
    picture.take("\x1b[1;1Hchart\x1b[2;1Hfigures")
    late = [Area(0, 0, WIDTH, 1)]
    first = picture.changes(late=late, budget=5)
    assert b"figures" in first
    assert b"chart" not in first
    assert picture.is_behind
    assert b"chart" in picture.changes(late=late, budget=5)
    assert not picture.is_behind


def test_rows_that_wait_longest_come_first() -> None:
    picture, _ = picture_of()
    picture.changes()
    picture.take("\x1b[1;1Hone 1\x1b[2;1Htwo 1")
    assert b"one 1" in picture.changes(budget=1)
    picture.take("\x1b[1;1Hone 2")
    assert b"two 1" in picture.changes(budget=1)


pieces = st.tuples(
    st.integers(0, 19),
    st.integers(0, 3),
    st.sampled_from(STYLES),
    st.text(st.sampled_from(list("ab  ⣿⠁●é")), min_size=1, max_size=20),
)
frames = st.lists(st.lists(pieces, min_size=1, max_size=6), min_size=1, max_size=6)


@given(frames, st.booleans(), st.booleans())
def test_a_terminal_shows_what_was_meant_whatever_was_left_out(
    drawn: list[list[tuple[int, int, str, str]]], is_thin: bool, spares_bytes: bool
) -> None:
    width, height = 20, 4
    picture = Picture()
    picture.fit(width, height)
    meant = ours = b""
    for frame in drawn:
        rendered = "".join(
            f"\x1b[{y + 1};{x + 1}H"
            + (f"\x1b[{sgr}m{text[: width - x]}\x1b[0m" if sgr else text[: width - x])
            for x, y, sgr, text in frame
        )
        meant += rendered.encode()
        picture.take(rendered)
        if is_thin:
            ours += picture.changes(late=[Area(3, 1, 9, 2)], budget=10)
        else:
            ours += picture.changes(spares_bytes=spares_bytes)
    while picture.is_behind:
        ours += picture.changes(budget=10)
    assert shown(ours, width, height) == shown(meant, width, height)


def test_a_wide_character_is_never_cut() -> None:
    _, written = picture_of("\x1b[1;1Ha日本b", "\x1b[1;1Ha日木b", "\x1b[1;1Hab本 c", width=20)
    cells = shown(written, 20, HEIGHT)[0]
    assert [cell[0] for cell in cells[:6]] == ["a", "b", "本", "", " ", "c"]
