from tui_trainer.tui.plot.charted import lines_of, side_by_side
from tui_trainer.tui.plot.drawing import Drawing, ink
from tui_trainer.tui.plot.spans import Line, Span, text_of


def test_a_drawing_becomes_lines_with_the_roles_of_its_inks() -> None:
    drawing = Drawing.blank(6, 2)
    drawing.write(0, 0, "loss", ink("title"))
    drawing.write(0, 1, "1|", ink("axis"))
    drawing.write(2, 1, "..", ink("line", 3))
    first, second = lines_of(drawing)
    assert [(span.text, span.role) for span in first] == [("loss", "strong"), ("  ", "text")]
    assert [(span.text, span.role, span.level) for span in second] == [
        ("1|", "quiet", 0.0),
        ("..", "curve", 3.0),
        ("  ", "text", 0.0),
    ]


def test_pictures_stand_two_beside_two() -> None:
    def draw(thing: str, width: int, height: int) -> list[Line]:
        return [(Span(thing * width),)] * height

    def drawn(things: str) -> list[str]:
        return [text_of(line) for line in side_by_side(draw, things, 9, 4)]

    assert drawn("abcd") == ["aaa  bbb"] * 2 + ["ccc  ddd"] * 2
    assert drawn("ab") == ["aaa  bbb"] * 4
    assert drawn("a") == ["aaaaaaaaa"] * 4
