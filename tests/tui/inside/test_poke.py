"""Poke, from recorded answers, and once with a real worker."""

from collections.abc import Callable

import numpy as np
import pytest
from syrupy.assertion import SnapshotAssertion
from textual.app import App

from tests.tui.inside.answering import looking, looking_live
from tests.tui.recorded import until
from tui_trainer.core.inside.questions import Poked
from tui_trainer.core.recipe import BundledSet, FullyConnected, Recipe, Training
from tui_trainer.tui.app import AppOptions
from tui_trainer.tui.inside.poke import PokeScreen
from tui_trainer.tui.inside.screen import Sight
from tui_trainer.tui.inside.spoiling import Spoil

Rows = Callable[[App[None]], str]
LOW, WIDE = (80, 24), (160, 48)
DIGIT = (8, 8)


SPOILS = {
    "digits": Spoil(index=3, across=1, noise=0.25, box=(3, 2, 2, 3)),
    "diabetes": Spoil(index=3, columns={2: 0.05}),
    "cancer": Spoil(index=3, columns={0: 18.0, 3: 900.0}),
    "net": Spoil(index=3, columns={0: 0.5, 1: 1.0}),
}
"""What was asked for when the answers were recorded."""


def poking(name: str) -> Callable[[Sight], PokeScreen]:
    return lambda sight: PokeScreen(sight, SPOILS[name])


@pytest.mark.parametrize("size", [LOW, WIDE], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", ["digits", "diabetes", "cancer", "net"])
async def test_looks(name: str, size: tuple[int, int], rows: Rows, snapshot: SnapshotAssertion) -> None:
    async with looking(poking(name), name, size=size) as (pilot, _):
        assert rows(pilot.app) == snapshot


async def test_without_colour_an_image_is_shades(
    rows: Rows, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with looking(poking("digits"), "digits") as (pilot, _):
        assert rows(pilot.app) == snapshot


async def test_in_ascii_nothing_is_lost(rows: Rows) -> None:
    async with looking(PokeScreen, "digits", options=AppOptions(ascii=True)) as (pilot, _):
        shown = rows(pilot.app)
        assert shown.isascii()
        assert "# now  + gained  - lost" in shown


async def test_keys_say_what_is_done_to_an_image(rows: Rows) -> None:
    keys = ("right", "up", "n", "n", "N", "d", "o", "right", "+", ">", ">", "v")
    async with looking(PokeScreen, "digits", *keys) as (_, inspection):
        asked = [ask.question for ask in inspection.asked]
        assert asked[0] == Poked(split="validation", index=0)
        assert asked[2].shift == (1, -1)
        assert [question.noise for question in asked[3:6]] == [0.25, 0.5, 0.25]
        assert [question.noise_seed for question in asked[5:7]] == [0, 1]
        assert [question.box for question in asked[7:10]] == [(3, 3, 2, 2), (4, 3, 2, 2), (3, 2, 4, 4)]
        assert [question.index for question in asked[10:12]] == [1, 2]
        assert asked[12] == Poked(split="train", index=0)


async def test_a_row_is_changed_by_arrows_and_by_typing(rows: Rows) -> None:
    async with looking(PokeScreen, "cancer", "down", "right") as (pilot, inspection):
        changed = inspection.asked[-1].question.columns
        assert list(changed) == [1]
        await pilot.press("enter", *"nonsense", "enter")
        assert "a value is a number such as 1.5, not 'nonsense'" in rows(pilot.app)
        await pilot.press(*["backspace"] * 8, *"12.5", "enter")
        await until(pilot, lambda: inspection.asked[-1].question.columns == {1: 12.5})
        await pilot.press(*["down"] * 14)
        assert "▸ compactness error" in rows(pilot.app)
        await pilot.press("0")
        await until(pilot, lambda: inspection.asked[-1].question == Poked(split="validation", index=0))


async def test_a_point_is_moved_by_arrows() -> None:
    async with looking(PokeScreen, "net", "up", "right", "right") as (_, inspection):
        columns = inspection.asked[-1].question.columns
        assert sorted(columns) == [0, 1]


def test_what_covers_stays_on_the_image_and_grows_about_its_middle() -> None:
    covered = Spoil().with_box(DIGIT)
    assert covered.box == (3, 3, 2, 2)
    for _ in range(9):
        covered = covered.larger_box(1, DIGIT).shifted(-1, 0, DIGIT)
    assert covered.box is not None
    left, top, width, height = covered.box
    assert left <= 0
    assert top <= 0
    assert left + width >= 1
    assert top + height >= 8
    assert covered.larger_box(-20, DIGIT).box[2:] == (1, 1)
    assert covered.in_words().startswith("covered 16×16")
    assert Spoil(across=2, down=-1, noise=0.5).in_words() == "shifted 2 right 1 up · noise 0.500 deviations"
    assert Spoil(seed=3).is_clean


async def test_a_real_run_is_poked_while_it_trains(rows: Rows) -> None:
    recipe = Recipe(
        data=BundledSet(kind="digits"),
        architecture=FullyConnected(hidden=(16,)),
        training=Training(epochs=100_000),
    )
    async with looking_live(recipe, "poke") as (_, pilot):
        await until(pilot, lambda: getattr(pilot.app.screen, "_picture", None) is not None)
        view = pilot.app.screen
        assert isinstance(view, PokeScreen)
        assert view._picture.output == view._picture.output_before
        await pilot.press("o", "+", "+", "+")
        await until(pilot, lambda: not np.frombuffer(view._picture.spoiled, "<f4").round(4).any())
        assert view._picture.output != view._picture.output_before
        assert "covered 8×8" in rows(pilot.app)
        first = view._reply.step
        await until(pilot, lambda: view._reply.step > first and len(view._course) > 2)
