import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color

from tests.end_to_end.terminal import Terminal
from tui_trainer.tui.ascii import AsciiFilter, spelled
from tui_trainer.tui.terminal import color_system, inherited_environment, is_light, needs_ascii


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"LANG": "en_US.UTF-8", "TERM": "xterm"}, False),
        ({"LANG": "en_US.utf8"}, False),
        ({"LANG": "fr_FR.UTF-8@euro"}, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8", "LC_CTYPE": "en_US.UTF-8"}, True),
        ({"LC_ALL": "", "LANG": "en_US.UTF-8"}, False),
        ({"LANG": "en_US.ISO-8859-1"}, True),
        ({"LANG": "en_US"}, True),
        ({}, True),
        ({"LANG": "en_US.UTF-8", "TERM": "linux"}, True),
        ({"LANG": "en_US.UTF-8", "TERM": "dumb"}, True),
    ],
)
def test_ascii_is_for_locales_and_terminals_that_have_nothing_else(
    environ: dict[str, str], expected: bool
) -> None:
    assert needs_ascii(environ) is expected


@pytest.mark.parametrize(
    ("environ", "expected"), [({}, "True"), ({"LC_ALL": "C"}, "True"), ({"LC_CTYPE": "C.UTF-8"}, "False")]
)
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux keeps the first environment")
def test_python_s_own_coercion_does_not_hide_the_locale(environ: dict[str, str], expected: str) -> None:
    code = (
        "from tui_trainer.tui.terminal import inherited_environment, needs_ascii\n"
        "print(needs_ascii(inherited_environment()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == expected


def test_without_a_record_lc_ctype_alone_is_taken_for_coercion(tmp_path: Path) -> None:
    nowhere = tmp_path / "environ"
    assert needs_ascii(inherited_environment({"LC_CTYPE": "C.UTF-8"}, recorded=nowhere))
    assert needs_ascii(inherited_environment({"LC_CTYPE": "UTF-8", "LANG": "C"}, recorded=nowhere))
    assert not needs_ascii(
        inherited_environment({"LC_CTYPE": "UTF-8", "LANG": "en_US.UTF-8"}, recorded=nowhere)
    )


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "screen-256color"}, "256"),
        ({"TERM": "xterm"}, "16"),
        ({"TERM": "linux"}, "16"),
        ({"TERM": "dumb"}, "none"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "none"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "256"),
    ],
)
def test_colours_are_those_the_terminal_says_it_has(environ: dict[str, str], expected: str) -> None:
    assert color_system(environ) == expected


def test_a_terminal_may_say_that_it_is_light() -> None:
    assert is_light({"COLORFGBG": "0;15"})
    assert not is_light({"COLORFGBG": "15;default;0"})
    assert not is_light({})


@given(st.text())
def test_spelled_text_is_ascii_and_ascii_stays(text: str) -> None:
    assert spelled(text).isascii()
    assert spelled(spelled(text)) == spelled(text)


def test_what_a_course_writes_can_be_read_in_ascii() -> None:
    assert spelled("θ ← θ - η m^/(√v^ + ε)") == "theta <- theta - eta m^/(sqrtv^ + epsilon)"
    assert spelled("réseau entraîné, 8×8 → 10") == "reseau entraine, 8x8 -> 10"


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_the_last_filter_changes_characters_but_not_their_cells(text: str) -> None:
    (segment,) = AsciiFilter().apply([Segment(text)], Color(0, 0, 0))
    assert segment.text.isascii()
    assert cell_len(segment.text) == cell_len(text)


def test_in_ascii_mode_no_other_byte_reaches_the_terminal_wherever_one_goes() -> None:
    with Terminal(environment={"LC_ALL": "C", "TERM": "xterm"}) as terminal:
        terminal.until_shows("0 Recipe")
        for keys, shows in [
            ("2", "linear1"),
            ("4", "b1*m"),
            ("\t", "Learning rate"),
            ("\x1b", "b1*m"),
            ("5", "lambda"),
            ("6", "evaluate every"),
            ("?", "How to read"),
            ("\x1b", "evaluate every"),
            (":", "Dark colours"),
        ]:
            terminal.press(keys)
            terminal.until_shows(shows)
        terminal.press("\x03")
        assert terminal.until_ended() == 0
    assert terminal.written.isascii()


def test_not_a_byte_is_written_while_nothing_happens_though_a_field_has_the_cursor() -> None:
    with Terminal() as terminal:
        terminal.until_shows("0 Recipe")
        terminal.press("4\t")
        terminal.until_shows("Learning rate")
        seen = len(terminal.written)
        quiet = 0
        while quiet < 5:  # reads of 0.2 s each: longer than a cursor takes to blink
            terminal._read()
            quiet = quiet + 1 if len(terminal.written) == seen else 0
            seen = len(terminal.written)
            assert seen < 100_000
