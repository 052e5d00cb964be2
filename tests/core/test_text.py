import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.core.text import plain

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ZERO_WIDTH = "\u00ad\u034f\u115f\u1160\u11a8\u180e\u200b\u200c\u200d\u2060\u3164\ufe0f\ufeff\uffa0\U000e0041"
nasty = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cc", "Cf", "Mn", "Mc", "Me", "Zl", "Zp", "Cs", "Co"]),
        st.sampled_from("\x1b[;0123m]\x07\\e\u0301가ᄀ" + BIDI + ZERO_WIDTH),
    )
)


@given(nasty)
def test_nothing_in_the_result_acts_on_a_terminal_or_takes_no_room(text: str) -> None:
    result = plain(text)
    assert not set(result) & set(BIDI + ZERO_WIDTH)
    for character in result:
        assert unicodedata.category(character)[0] not in "CM", ascii(result)
        assert character == " " or not character.isspace()
    result.encode("utf-8")


@given(nasty, st.none() | st.integers(0, 20))
def test_what_is_plain_stays_as_it_is(text: str, limit: int | None) -> None:
    result = plain(text, limit=limit)
    assert plain(result, limit=limit) == result
    assert plain(result) == result


@given(nasty, st.integers(0, 20))
def test_a_limit_holds_and_a_cut_shows(text: str, limit: int) -> None:
    whole, cut = plain(text), plain(text, limit=limit)
    assert len(cut) <= limit
    assert cut == whole or limit == 0 or cut == whole[: limit - 1] + "…"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_printable_ascii_is_kept(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Où l'été, à Noël, le cœur naïf",
        "學習率 0.001，數字",
        "Ελληνικά άέή",
        "русский йод",
        "한국어",
        "日本語 ガギグ",
        "tiếng Việt",
        "λ Σ|w| ± η ∂ℓ/∂w → θ",
        "🦙 ☕",
        "[bold red]markup[/] is not my business",
    ],
)
def test_what_people_write_is_kept(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("e\u0301te\u0301", "été"),
        ("Z\u0351\u036b\u0343a\u0321lgo", "Zalgo"),
        ("one\ntwo\tthree\rfour\u2028five\u00a0six", "one two three four five six"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]52;c;ZXZpbA==\x07", "]52;c;ZXZpbA=="),
        ("\x9b31mred", "31mred"),
        ("\x1b\x1b[0m[31m", "[31m"),
        ("user\u202etxt.exe", "usertxt.exe"),
        ("a\u200bb\ufeffc", "abc"),
        ("\udc80\ue000\U000fffff", "���"),
        ("👩\u200d💻", "👩💻"),
    ],
)
def test_what_is_dangerous_is_made_harmless(text: str, result: str) -> None:
    assert plain(text) == result
