"""The layers, from recordings of networks that do not learn: the pictures alone tell why."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot

from tests.core.inside.test_troubles import look
from tests.tui.recorded import NOW, caught, events_of, recorded, until
from tui_trainer.core.events import AnyEvent, LayersMeasured, PhaseChanged, RunStarted
from tui_trainer.core.rundir import RunDir
from tui_trainer.tui.app import TrainerApp
from tui_trainer.tui.inside.asking import Asking
from tui_trainer.tui.inside.layer_flow import Told, sentences
from tui_trainer.tui.inside.layers import FACES, LayersScreen
from tui_trainer.tui.inside.screen import Sight
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.plot.spans import text_of, width_of
from tui_trainer.tui.watch import Watch
from tui_trainer.tui.widgets.span_view import SpanView

LOW, WIDE = (80, 24), (160, 48)
SICK = ("vanishing-gradient", "dying-relu", "no-activation")


@asynccontextmanager
async def layers(
    run: RunDir, *keys: str, size: tuple[int, int] = LOW, glyphs: GlyphName = "braille"
) -> AsyncIterator[Pilot[None]]:
    """The layers of a run on screen, all of it read, then some keys pressed."""
    app = TrainerApp()
    async with app.run_test(size=size) as pilot:
        watch = Watch(run)
        while watch.read_new() or watch.more:
            pass
        watch.judge(NOW)
        app.push_screen(LayersScreen(Sight(watch, Asking(watch), lambda: NOW, glyphs=glyphs)))
        await until(pilot, lambda: isinstance(app.screen, LayersScreen) and picture(pilot) != "")
        await pilot.press(*keys)
        await pilot.pause()
        yield pilot


def picture(pilot: Pilot[None]) -> str:
    lines = [line for view in pilot.app.screen.query("#picture").results(SpanView) for line in view.lines]
    return "\n".join(text_of(line).rstrip() for line in lines)


def caption(pilot: Pilot[None]) -> str:
    return text_of(pilot.app.screen.query_one("#tabs", SpanView).lines[0]).rstrip()


@pytest.mark.parametrize("size", [LOW, WIDE], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SICK)
async def test_gradient_flow(name: str, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with layers(recorded(name), size=size) as pilot:
        assert picture(pilot) == snapshot


@pytest.mark.parametrize("size", [LOW, WIDE], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("presses", [1, 2, 3], ids=FACES[1:])
async def test_other_pictures(presses: int, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
    async with layers(recorded("vanishing-gradient"), *["f"] * presses, "down", size=size) as pilot:
        assert picture(pilot) == snapshot


async def test_what_ails_a_network_is_said_without_its_name() -> None:
    told = {}
    for name in SICK:
        async with layers(recorded(name)) as pilot:
            told[name] = picture(pilot)
    assert "of the gradient that one of linear6 gets" in told["vanishing-gradient"]
    assert "All units of linear2 are dead" in told["dying-relu"]
    assert "100% dead" in told["dying-relu"]
    assert "together they are one linear layer" in told["no-activation"]


@pytest.mark.parametrize("presses", range(4), ids=FACES)
async def test_in_ascii_every_picture_is_ascii(presses: int) -> None:
    async with layers(recorded("dying-relu"), *["f"] * presses, "down", glyphs="ascii") as pilot:
        assert picture(pilot).isascii()


@pytest.mark.parametrize("presses", range(4), ids=FACES)
@pytest.mark.parametrize("size", [(80, 24), (100, 30), (200, 60)])
async def test_nothing_is_wider_than_the_terminal(presses: int, size: tuple[int, int]) -> None:
    async with layers(recorded("vanishing-gradient"), *["f"] * presses, size=size) as pilot:
        view = pilot.app.screen.query_one("#picture", SpanView)
        for _ in range(5):
            assert max(map(width_of, view.lines)) <= view.content_size.width
            assert len(view.lines) <= view.content_size.height
            await pilot.press("m")


async def test_keys_choose_a_layer_a_picture_and_a_moment() -> None:
    async with layers(recorded("vanishing-gradient")) as pilot:
        assert "▸linear6" in picture(pilot)
        await pilot.press("down", "down")
        assert "▸linear4" in picture(pilot)
        await pilot.press("enter")
        assert "[histograms]" in picture(pilot)
        assert "linear4 sigmoid" in picture(pilot).split("\n")[0]
        now = caption(pilot)
        assert "epoch 20" in now
        await pilot.press(*["left"] * 99)
        assert "epoch 0" in caption(pilot)
        await pilot.press("end")
        assert caption(pilot) == now
        await pilot.press("left", "right")
        assert caption(pilot) == now
        await pilot.press("enter", *["up"] * 9)
        assert "▸linear6" in picture(pilot)


async def test_a_live_run_is_followed() -> None:
    events = events_of("vanishing-gradient")
    looks = [place for place, event in enumerate(events) if isinstance(event, LayersMeasured)]
    with caught("vanishing-gradient", events[: looks[1] + 1]) as (run, say):
        async with layers(run) as pilot:
            before = caption(pilot)
            for event in events[looks[1] + 1 : looks[-2]]:
                say(event)
            await until(pilot, lambda: caption(pilot) != before)
            await until(pilot, lambda: len(pilot.app.screen.sight.watch.history.layers) == len(looks) - 2)  # type: ignore[attr-defined]


def without_layers() -> list[AnyEvent]:
    return [event for event in events_of("digits") if isinstance(event, RunStarted | PhaseChanged)]


async def test_what_is_not_there_is_said() -> None:
    with caught("digits", without_layers()) as (run, _):
        pass
    async with layers(run) as pilot:
        assert picture(pilot) == "No layers were measured in this run: train it anew to see them."
    with caught("blobs", []) as (run, _):
        async with layers(run) as pilot:
            assert picture(pilot) == "The layers are measured before the first update."
    run = recorded("dying-relu")
    run.pictures.unlink()
    async with layers(run, "f", "f") as pilot:
        assert "pictures.log cannot be read" in picture(pilot)
        await pilot.press("f")
        assert "cannot be read" in picture(pilot)


def test_one_sentence_says_how_the_ends_compare_and_what_is_lost() -> None:
    def said(*gradients: float) -> list[str]:
        return sentences(Told.of([look(1, gradients=gradients)]), 0)

    end = "of the gradient that one of linear3 gets."
    assert said(0.01, 0.1, 10.0)[0] == f"A weight of linear1 gets 1/1,000 {end}"
    assert said(30.0, 0.1, 10.0)[0] == f"A weight of linear1 gets 3 times {end[3:]}"
    assert said(11.0, 0.1, 10.0)[0] == "A weight of linear1 gets about as large a gradient as one of linear3."
    assert said(0.0, 0.1, 10.0)[0] == "No gradient arrives at linear1: it does not learn."
    assert said(math.nan, math.inf, 10.0)[0] == "Not finite, NaN or ∞: the gradient of linear1, linear2."
