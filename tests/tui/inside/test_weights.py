"""Weights as images and bars, and feature maps, from recordings of real runs."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from syrupy.assertion import SnapshotAssertion
from textual.app import App

from tests.tui.inside.opened import LOW, WIDE, looking
from tui_trainer.core.inside.packed import Fields
from tui_trainer.core.inside.weights import FeatureMaps, MapsOfLayer
from tui_trainer.tui.app import AppOptions
from tui_trainer.tui.inside import maps, weights
from tui_trainer.tui.inside.units import Gallery
from tui_trainer.tui.plot.spans import Line, Span, text_of, width_of

Rows = Callable[[App[None]], str]


@pytest.mark.parametrize("size", [LOW, WIDE], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", ["templates", "lenet", "plane"])
async def test_looks_without_colour(
    name: str, size: tuple[int, int], rows: Rows, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with looking(name, "weights", size=size) as pilot:
        assert rows(pilot.app) == snapshot


async def test_looks_in_colour(rows: Rows, snapshot: SnapshotAssertion) -> None:
    async with looking("templates", "weights") as pilot:
        assert rows(pilot.app) == snapshot


async def test_looks_in_ascii(rows: Rows, snapshot: SnapshotAssertion) -> None:
    async with looking("templates", "weights", "down", "enter", options=AppOptions(ascii=True)) as pilot:
        shown = rows(pilot.app)
        assert shown == snapshot
        assert shown.isascii()


async def test_a_template_is_named_by_its_class_and_told_with_its_scale(rows: Rows) -> None:
    async with looking("templates", "weights", "down", "down", "down") as pilot:
        assert "▸3" in rows(pilot.app)
        assert "3: -0." in rows(pilot.app)


async def test_feature_maps_are_for_networks_that_have_some(rows: Rows) -> None:
    async with looking("templates", "weights", "f") as pilot:
        assert "Only a network with convolutions has feature maps" in rows(pilot.app)
        await pilot.press("escape")
        assert "weights of linear1: 10 units" in rows(pilot.app)


@pytest.mark.parametrize(
    ("name", "said"),
    [("cancer", "No picture of the weights was recorded."), ("sine", "training.probes = all")],
)
async def test_where_there_is_nothing_to_see_it_says_why(name: str, said: str, rows: Rows) -> None:
    async with looking(name, "weights") as pilot:
        assert said in rows(pilot.app)


def test_a_filter_over_red_green_and_blue_is_a_patch_in_colour() -> None:
    part = np.stack([np.ones((2, 1)), np.zeros((2, 1)), -np.ones((2, 1))])
    assert weights.drawn(part, "halves", 2, 1) == ((Span(" ", "pixel", inks=(None, 0xFF8000)),),)
    assert text_of(weights.drawn(-np.ones((3, 2, 1)), "shades", 2, 1)[0]) == "≡"


def drawn(chosen: Gallery) -> Sequence[Line]:
    """A sample of two pixels a side; a layer with a bright corner, a bright row and nothing at all."""
    corner, row = np.zeros((4, 4)), np.zeros((4, 4))
    corner[:2, :2], row[2:] = 1.0, 0.5
    picture = FeatureMaps(
        attempt=1,
        elapsed_s=0.0,
        split="validation",
        index=3,
        of=10,
        shape=(1, 2, 2),
        sample=np.array([0, 16, 0, 16], "<f4").tobytes(),
        actual=1,
        predicted=0,
        probability=0.75,
        layers=[
            MapsOfLayer("conv1", "relu", 4, 4, 8, Fields.of(np.stack([corner, row, np.zeros((4, 4))]))),
            MapsOfLayer("conv2", "tanh", 2, 2, 1, Fields.of(np.array([[[-1.0, 1.0], [-1.0, 1.0]]]))),
        ],
    )
    return maps.lines(picture, ["no", "yes"], "epoch 2", chosen, "shades", 70, 8)


def test_feature_maps_stand_beside_the_sample() -> None:
    lines = [text_of(line).rstrip() for line in drawn(Gallery())]
    assert lines[0] == "sample 3 of validation: yes, taken for no (75%)  epoch 2  n b another"
    assert lines[1].startswith("layer 1 of 2 (PgUp PgDn): conv1 relu, 3 of 8 maps  4×4  0.000")
    assert lines[2].split() == ["sample", "▸1", "2", "3", "dead"]
    assert all(width_of(line) <= 70 for line in drawn(Gallery())[2:])
    large = [text_of(line).rstrip() for line in drawn(Gallery(unit=1, is_large=True))]
    assert large[2].split() == ["sample", "map", "2"]
    assert "▒" in large[-1]
    assert "▒" not in large[3]


def test_maps_of_a_tanh_have_signs() -> None:
    lines = [text_of(line).rstrip() for line in drawn(Gallery(layer=1))]
    assert "conv2 tanh, 1 maps" in lines[1]
    assert lines[3].endswith("  " + "≡" * 5 + "█" * 5)
