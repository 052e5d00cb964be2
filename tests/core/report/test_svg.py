"""Charts as SVG: well-formed, whatever they are made of, and told apart without colour."""

import math
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from tui_trainer.core.report import svg
from tui_trainer.core.report.blocks import Chart, Curve


def parsed(*curves: Curve, title: str = "loss", **more) -> ElementTree.Element:
    return ElementTree.fromstring(svg.draw(Chart(title, "epoch", curves, **more)))


def texts(element: ElementTree.Element) -> list[str]:
    return [found.text or "" for found in element.iter("text")]


def test_curves_differ_by_dashes_and_marks_and_have_their_names_at_the_end():
    points = [(0.0, 1.0), (1.0, 0.5)]
    element = parsed(*(Curve(f"net-{look}", look, points) for look in range(4)))
    assert len({path.get("stroke-dasharray") for path in element.iter("path")}) == 4
    assert {found.tag for found in element.iter()} >= {"circle", "rect", "polygon"}
    assert [text for text in texts(element) if text.startswith("net-")] == [f"net-{i}" for i in range(4)]


def test_names_at_the_end_do_not_lie_on_each_other():
    element = parsed(*(Curve(f"net-{look}", look, [(0, 1.0), (1, 0.5)]) for look in range(12)))
    places = [
        float(text.get("y", "0")) for text in element.iter("text") if (text.text or "").startswith("net")
    ]
    assert all(below - above >= 13.9 for above, below in pairwise(places))


def test_what_is_not_finite_breaks_the_line_and_is_named():
    element = parsed(Curve("a", 0, [(0, 1.0), (1, 0.5), (2, math.nan), (3, 0.7), (4, math.inf)]))
    (path,) = element.iter("path")
    assert (path.get("d") or "").count("M") == 2
    assert "× NaN at 2" in texts(element)


@pytest.mark.parametrize(
    "values", [[0.0], [math.nan], [], [3.0, 3.0], [1e-300, 1e300], [-1e308, 1e308], [0.1, 4e37, math.inf]]
)
def test_any_values_can_be_drawn(values):
    drawn = svg.draw(Chart("loss", "step", (Curve("a", 0, list(enumerate(values))),)))
    assert "nan" not in drawn
    assert not drawn or ElementTree.fromstring(drawn) is not None


def test_names_from_outside_are_text():
    hostile = '</text><script>alert(1)</script>"&\x1b[31m'
    element = parsed(Curve(hostile, 0, [(0, 1.0)]), title=hostile, baselines=((0.5, hostile),))
    assert not list(element.iter("script"))
    assert element.get("aria-label") == '</text><script>alert(1)</script>"&'
