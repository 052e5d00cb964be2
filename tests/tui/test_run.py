"""The run screen, from recordings of real runs."""

import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion
from textual.app import App
from textual.pilot import Pilot

from tests.tui.recorded import NOW, caught, events_of, recorded, settled, until, until_step
from tui_trainer.core import framing, queue, rundir
from tui_trainer.core.control import Continue, ControlReader, Pace, Pause, Stop, send
from tui_trainer.core.events import AnyEvent, Evaluated, Note, PhaseChanged, RunStarted
from tui_trainer.core.history import load
from tui_trainer.core.lock import WorkerLock
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, LogWriter
from tui_trainer.tui.alert import notification
from tui_trainer.tui.app import AppOptions, TrainerApp
from tui_trainer.tui.plot.spans import Span, text_of
from tui_trainer.tui.screens.run import RunScreen
from tui_trainer.tui.views import header
from tui_trainer.tui.views.facts import fold
from tui_trainer.tui.watch import Watch

Rows = Callable[[App[None]], str]
LOW, WIDE = (80, 24), (160, 48)


@asynccontextmanager
async def watching(
    run: RunDir, *keys: str, size: tuple[int, int] = LOW, now: float = NOW
) -> AsyncIterator[Pilot[None]]:
    """A run on screen, read to its end and drawn, then some keys pressed."""
    app = TrainerApp()
    async with app.run_test(size=size) as pilot:
        screen = RunScreen(run, clock=lambda: now)
        app.push_screen(screen)
        await until(pilot, lambda: screen._watch.since is not None)
        await pilot.press(*keys)
        await settled(pilot)
        yield pilot


@pytest.mark.parametrize("size", [LOW, WIDE], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", ["digits", "diabetes", "cancer", "blobs", "diverged"])
async def test_looks(name: str, size: tuple[int, int], rows: Rows, snapshot: SnapshotAssertion) -> None:
    async with watching(recorded(name), size=size) as pilot:
        assert rows(pilot.app) == snapshot


@pytest.mark.parametrize("key", ["2", "3", "4", "5"])
@pytest.mark.parametrize("name", ["digits", "diabetes"])
async def test_views(name: str, key: str, rows: Rows, snapshot: SnapshotAssertion) -> None:
    async with watching(recorded(name), key) as pilot:
        assert rows(pilot.app) == snapshot


async def test_the_recipe_is_explained_in_the_language_of_the_app(rows: Rows) -> None:
    app = TrainerApp(AppOptions(lang="fr"))
    async with app.run_test(size=(200, 60)) as pilot:
        screen = RunScreen(recorded("digits"), clock=lambda: NOW)
        app.push_screen(screen)
        await until(pilot, lambda: screen._watch.since is not None)
        await pilot.press("5")
        await pilot.pause()
        assert "  Taux d'apprentissage" in rows(app)


@pytest.mark.parametrize("keys", [["p"], ["v"], ["v", "v"], ["left", "left", "left"], ["plus"]], ids="-".join)
async def test_looks_after(keys: list[str], rows: Rows, snapshot: SnapshotAssertion) -> None:
    async with watching(recorded("digits"), *keys) as pilot:
        assert rows(pilot.app) == snapshot


async def test_without_colour_brackets_mark_what_is_right(
    rows: Rows, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with watching(recorded("digits")) as pilot:
        assert rows(pilot.app) == snapshot


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40), (200, 60)])
@pytest.mark.parametrize("name", ["digits", "diabetes", "blobs"])
async def test_nothing_is_wider_than_the_terminal(name: str, size: tuple[int, int], rows: Rows) -> None:
    async with watching(recorded(name), size=size) as pilot:
        for key in "12345+":
            await pilot.press("plus" if key == "+" else key)
            lines = rows(pilot.app).split("\n")
            assert (len(lines), max(map(len, lines)) <= size[0]) == (size[1], True)
            assert "Esc back" in lines[-1]


async def test_twenty_classes_scroll(rows: Rows) -> None:
    async with watching(recorded("blobs")) as pilot:
        assert "rows 1 to 9 of 20" in rows(pilot.app)
        await pilot.press("pagedown", "down")
        assert "rows 12 to 20 of 20" in rows(pilot.app)
        await pilot.press("pageup", "pageup")
        assert "rows 1 to 9 of 20" in rows(pilot.app)


async def test_the_cursor_takes_the_matrix_back_in_time(rows: Rows) -> None:
    async with watching(recorded("digits")) as pilot:
        assert "validation, epoch 12" in rows(pilot.app)
        await pilot.press(*["left"] * 60)
        assert "validation, before training" in rows(pilot.app)
        await pilot.press("escape")
        assert "validation, epoch 12" in rows(pilot.app)
        assert isinstance(pilot.app.screen, RunScreen)


async def test_escape_leaves_one_thing_at_a_time() -> None:
    async with watching(recorded("digits"), "left", "plus", "space") as pilot:
        screen = pilot.app.screen
        await pilot.press("escape", "escape", "escape")
        assert pilot.app.screen is screen
        await pilot.press("escape")
        assert pilot.app.screen is not screen


# Live runs


async def test_a_worker_that_has_not_spoken_yet(rows: Rows) -> None:
    with caught("digits", []) as (run, _):
        async with watching(run, now=run.created_at + 2) as pilot:
            assert "loading PyTorch… 2 s" in rows(pilot.app)


async def test_the_matrix_is_there_before_the_first_update(rows: Rows, snapshot: SnapshotAssertion) -> None:
    with caught("digits", until_step(events_of("digits"), 0)) as (run, _):
        async with watching(run) as pilot:
            shown = rows(pilot.app)
            assert "first batch…" in shown
            assert "validation, before training" in shown
            assert shown == snapshot


async def test_a_live_run_grows_on_screen(rows: Rows) -> None:
    events = events_of("digits")
    early = until_step(events, 100)
    with caught("digits", early) as (run, say):
        async with watching(run) as pilot:
            assert "epoch 3/12" in rows(pilot.app)
            assert "ETA" in rows(pilot.app)
            for event in events[len(early) :]:
                say(event)
            await until(pilot, lambda: "✓ finished" in rows(pilot.app))
            assert "validation, epoch 12" in rows(pilot.app)


async def test_figures_stand_still_for_a_second_while_matrix_best_and_remarks_move(rows: Rows) -> None:
    events = events_of("digits")
    early = until_step(events, 20)
    with caught("digits", early) as (run, say):
        async with watching(run) as pilot:
            before = rows(pilot.app).split("\n")
            assert "· too early to tell after 20 updates" in before[-2]
            for event in until_step(events, 300)[len(early) :]:
                say(event)
            await until(pilot, lambda: "validation, epoch 7" in rows(pilot.app))
            after = rows(pilot.app).split("\n")
            assert after[0] == before[0]
            assert after[1].split("  best")[0].rstrip() == before[1].split("  best")[0].rstrip()
            assert "best at epoch 7: " in after[1]
            assert "✓ learning: validation loss fell" in after[-2]


def test_a_long_log_says_how_much_of_it_was_read() -> None:
    watch = Watch(recorded("digits"))
    shares = []
    while watch.more:
        watch.read_new(max_seconds=0)
        shares.append(text_of(header.status(watch, NOW)))
    assert shares[0] == "○ reading… 1 %"
    assert len(set(shares)) > 10
    watch.judge(NOW)
    assert text_of(header.status(watch, NOW)) == "✓ finished"


async def test_the_bell_rings_when_a_watched_run_ends(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(App, "bell", lambda self: rung.append("bell"))
    with caught("digits", until_step(events_of("digits"), 100)) as (run, say):
        async with watching(run) as pilot:
            assert not rung
            say(PhaseChanged(attempt=1, elapsed_s=9.0, phase="failed", step=100, reason="loss is nan"))
            await until(pilot, lambda: bool(rung))
            await until(pilot, lambda: "loss is nan" in rows(pilot.app))
            assert "✗ failed in epoch 3/12, step 100" in rows(pilot.app)


async def test_no_bell_for_a_run_that_had_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[str] = []
    monkeypatch.setattr(App, "bell", lambda self: rung.append("bell"))
    async with watching(recorded("digits")) as pilot:
        await pilot.pause(0.3)
        assert not rung


async def test_keys_ask_the_worker() -> None:
    with caught("digits", until_step(events_of("digits"), 100)) as (run, say):
        requests = ControlReader(run.control, attempt=1)
        async with watching(run) as pilot:
            await pilot.press("space", "f")
            assert requests.poll() == [Pause(attempt=1), Pace(attempt=1, updates_per_s=None)]
            say(PhaseChanged(attempt=1, elapsed_s=9.0, phase="paused", step=100))
            await until(pilot, lambda: pilot.app.screen._watch.state == "paused")
            await pilot.press("space")
            assert requests.poll() == [Continue(attempt=1)]


async def test_stopping_is_asked_twice(rows: Rows) -> None:
    with caught("digits", until_step(events_of("digits"), 100)) as (run, _):
        requests = ControlReader(run.control, attempt=1)
        async with watching(run, "x") as pilot:
            assert "x again stops the run; tui-trainer resume goes on from there" in rows(pilot.app)
            assert requests.poll() == []
            await pilot.press("x")
            assert requests.poll() == [Stop(attempt=1)]


async def test_a_run_that_waits_for_a_worker_is_taken_out_of_its_queue() -> None:
    run = rundir.create(Recipe())
    queue.put(run)
    async with watching(run, "x", "x", now=run.created_at) as pilot:
        await until(pilot, lambda: pilot.app.screen._watch.state == "stopped")
    assert load(run).reason == "taken out of the queue"


async def test_a_run_that_was_asked_to_stop_says_so_until_it_has_ended(rows: Rows) -> None:
    with caught("digits", until_step(events_of("digits"), 100)) as (run, say):
        async with watching(run) as pilot:
            assert "● epoch 3/12" in rows(pilot.app)
            send(run, Stop(attempt=1))  # another viewer, say
            await until(pilot, lambda: "■ stopping in epoch 3/12…" in rows(pilot.app))
            assert "Space pause" not in rows(pilot.app)
            say(PhaseChanged(attempt=1, elapsed_s=9.0, phase="stopping", step=100))
            say(PhaseChanged(attempt=1, elapsed_s=9.0, phase="stopped", step=100))
            await until(pilot, lambda: "■ stopped in epoch 3/12" in rows(pilot.app))


async def test_a_run_that_makes_no_progress_is_said_to_be_stalled(rows: Rows) -> None:
    with caught("digits", until_step(events_of("digits"), 100)) as (run, say):
        async with watching(run, now=NOW + 120) as pilot:
            assert "! stalled: no step for 2 min; it makes" in rows(pilot.app)
            assert "its process lives but does not get on" in rows(pilot.app)
            say(PhaseChanged(attempt=1, elapsed_s=9.0, phase="training", step=101))
            await until(pilot, lambda: "● epoch 3/12" in rows(pilot.app))


async def test_a_resumed_run_loads_until_its_worker_speaks(rows: Rows) -> None:
    run = recorded("digits")
    with WorkerLock(run.lock):
        async with watching(run) as pilot:
            assert "loading PyTorch… 0 s" in rows(pilot.app)
            await pilot.press("space")
            assert ControlReader(run.control, attempt=2).poll() == [Pause(attempt=2)]


async def test_a_paced_run_says_so_and_how_to_be_quicker(rows: Rows) -> None:
    with caught("digits", until_step(events_of("digits"), 100)) as (run, _):
        send(run, Pace(attempt=1, updates_per_s=40))
        async with watching(run) as pilot:
            assert "paced to 40" in rows(pilot.app)
            assert "f full speed" in rows(pilot.app)


async def test_a_download_is_told_while_it_loads(rows: Rows) -> None:
    loading = [
        PhaseChanged(attempt=1, elapsed_s=0.0, phase="loading"),
        Note(attempt=1, elapsed_s=0.0, step=0, text="mnist: 4.2 of 9.9 MB"),
    ]
    with caught("digits", loading) as (run, _):
        async with watching(run) as pilot:
            assert "loading data…" in rows(pilot.app)
            assert "mnist: 4.2 of 9.9 MB" in rows(pilot.app)


# Ended runs


async def test_a_failed_run_shows_its_last_lines_and_why(rows: Rows) -> None:
    run = recorded("diverged")
    run.worker_log.write_text("\n".join(f"line {i}" for i in range(40)) + "\nValueError: \x1b[31mno\x1b[0m\n")
    async with watching(run) as pilot:
        shown = rows(pilot.app)
        assert "ValueError: no" in shown
        assert "line 39" in shown
        assert "line 3\n" not in shown
        assert "became inf" in shown
        await pilot.press(*["pageup"] * 5)
        assert "line 0" in rows(pilot.app)


async def test_a_long_reason_keeps_what_to_do_about_it(rows: Rows) -> None:
    reason = f"the data of {'a long way to the folder ' * 12} cannot be read: set TUI_TRAINER_DATA"
    failed = PhaseChanged(attempt=1, elapsed_s=9.0, phase="failed", step=100, reason=reason)
    with caught("digits", [*until_step(events_of("digits"), 100), failed]) as (run, _):
        async with watching(run) as pilot:
            shown = rows(pilot.app).split("\n")
    assert shown[-2].rstrip().endswith("cannot be read: set TUI_TRAINER_DATA")
    assert shown[-6].startswith(" ✗ the data of a long way")


@pytest.mark.parametrize("length", [10, 18, 40])
def test_what_is_cut_is_cut_in_its_middle(length: int) -> None:
    text = " ".join(f"word{number}" for number in range(length))
    lines = [text_of(line) for line in fold((Span("✗ "), Span(text)), 30, 3)]
    assert len(lines) <= 3
    assert max(map(len, lines)) <= 30
    assert lines[0].startswith("✗ word0 word1")
    assert lines[-1].endswith(f"word{length - 1}")
    assert any(line.startswith("  … ") for line in lines) == (len(text) > 75)


async def test_help_stands_beside_every_setting_of_the_recipe(rows: Rows) -> None:
    async with watching(recorded("digits"), "5", "plus") as pilot:
        shown = rows(pilot.app)
    assert "20270115-080000-digits-000" in shown
    assert "Share of the training" in shown


async def test_a_worker_that_vanished_has_crashed(rows: Rows) -> None:
    with caught("digits", until_step(events_of("digits"), 100)) as (run, _):
        pass
    os.utime(run.events, (NOW - 60, NOW - 60))
    async with watching(run) as pilot:
        assert "✗ crashed in epoch 3/12" in rows(pilot.app)
        assert "the worker ended without a word" in rows(pilot.app)


async def test_a_run_of_another_machine_is_not_called_crashed(rows: Rows) -> None:
    run = recorded("digits")
    events = LogReader(run.events).read_new(max_seconds=60).events
    run.events.unlink()
    with LogWriter(run.events) as log:
        for event in until_step(events, 100):
            log.append(event)
    os.utime(run.events, (NOW - 12, NOW - 12))
    async with watching(run) as pilot:
        assert "last heard 12 s ago from elsewhere" in rows(pilot.app)


async def test_a_replay_tells_the_run_from_its_start(rows: Rows) -> None:
    async with watching(recorded("digits"), "space") as pilot:
        await until(pilot, lambda: "▸ replay  epoch 1/12" in rows(pilot.app))
        assert "before training" in rows(pilot.app)
        await until(pilot, lambda: re.search(r"▸ replay  epoch ([2-9]|1\d)/12", rows(pilot.app)) is not None)
        await pilot.press("space")
        assert "replay, held" in rows(pilot.app)
        await pilot.press("f")
        assert "✓ finished" in rows(pilot.app)


# What is going on


def spoiled(train: float, validation: float, until: int = 480) -> list[AnyEvent]:
    """The recorded run, with losses that from epoch 4 on change by these factors an epoch."""
    events = []
    for event in until_step(events_of("digits"), until):
        if isinstance(event, Evaluated) and event.weights == "last":
            factor = (train if event.split == "train" else validation) ** max(0, event.step / 40 - 4)
            metrics = dict(event.metrics) | {"loss": event.metrics["loss"] * factor}
            event = msgspec.structs.replace(event, metrics=metrics)
        events.append(event)
    return events


def without_early_stopping(run: RunDir) -> None:
    recipe = run.recipe_toml.read_text("utf-8")
    run.recipe_toml.write_text(recipe.replace("early_stopping.patience = 8\n", ""), "utf-8")


async def test_an_alarm_comes_with_what_to_try_however_low_the_screen(rows: Rows) -> None:
    with caught("digits", spoiled(0.7, 1.5)) as (run, _):
        without_early_stopping(run)
        async with watching(run) as pilot:
            alarm, cures = rows(pilot.app).split("\n")[-3:-1]
    assert alarm.startswith(" ! overfitting since epoch 4: validation loss up from ")
    advice = f"{alarm} {cures.strip()}".partition("; ")[2]
    assert advice.startswith("try dropout")
    assert "early stopping" in advice
    assert "l2" not in advice


async def test_the_cursor_takes_the_diagnosis_back_in_time(rows: Rows) -> None:
    with caught("digits", spoiled(0.7, 1.5)) as (run, _):
        without_early_stopping(run)
        async with watching(run, *["left"] * 45, size=WIDE) as pilot:
            assert "overfitting" not in rows(pilot.app)
            assert "✓ learning: validation loss fell" in rows(pilot.app)


@pytest.mark.parametrize("size", [LOW, WIDE])
async def test_a_live_run_is_said_to_learn(size: tuple[int, int], rows: Rows) -> None:
    with caught("digits", until_step(events_of("digits"), 200)) as (run, _):
        async with watching(run, size=size) as pilot:
            assert "✓ learning: validation loss fell in " in rows(pilot.app)


async def test_why_a_run_failed_is_said_once(rows: Rows) -> None:
    async with watching(recorded("diverged"), "5", size=WIDE) as pilot:
        assert rows(pilot.app).count("became inf") == 1
        assert "diverged: " not in rows(pilot.app)


# What may be wrong with files


async def test_a_damaged_log_is_shown_as_far_as_it_goes(rows: Rows) -> None:
    run = recorded("digits")
    data = bytearray(run.events.read_bytes())
    data[len(data) // 2] ^= 0xFF
    run.events.write_bytes(data)
    async with watching(run) as pilot:
        assert "the log is damaged in one place" in rows(pilot.app)
        assert "✓ finished" in rows(pilot.app)


@pytest.mark.parametrize(
    "spoil",
    [
        "recipe.toml",
        "events.log",
        "worker.log",
        "pictures.log",
        "control.jsonl",
        "worker.lock",
        "checkpoints",
    ],
)
@pytest.mark.parametrize("how", ["gone", "junk"])
async def test_no_file_can_break_the_screen(spoil: str, how: str, rows: Rows) -> None:
    run = recorded("diabetes")
    path: Path = run.path / spoil
    path.unlink(missing_ok=True) if how == "gone" else path.write_bytes(b"\x00\xff[junk\n" * 200)
    async with watching(run) as pilot:
        for key in "12345":
            await pilot.press(key)
            assert "Esc back" in rows(pilot.app)


def from_a_newer_version(run: RunDir, count: int) -> None:
    event = msgspec.msgpack.encode({"event": "hologram", "attempt": 1, "elapsed_s": 9.0})
    with run.events.open("ab") as file:
        file.write(framing.encode(event) * count)


async def test_events_of_a_newer_version_are_told_of(rows: Rows) -> None:
    run = recorded("digits")
    from_a_newer_version(run, 3)
    async with watching(run) as pilot:
        assert "! 3 events come from a newer tui-trainer and are not shown" in rows(pilot.app)
        assert "✓ finished" in rows(pilot.app)


async def test_hostile_text_stays_text(rows: Rows) -> None:
    hostile = "[@click=app.quit]\x1b]52;c;ZXZpbA==\x07\u202e[red]x[/]"
    events = [
        msgspec.structs.replace(event, name=hostile, classes=[f"{hostile}{i}" for i in range(10)])
        if isinstance(event, RunStarted)
        else event
        for event in until_step(events_of("digits"), 100)
    ]
    with caught("digits", events) as (run, say):
        run.worker_log.write_text(hostile)
        async with watching(run, size=WIDE) as pilot:
            say(PhaseChanged(attempt=1, elapsed_s=9.0, phase="failed", step=100, reason=hostile))
            await until(pilot, lambda: "failed" in rows(pilot.app))
            for key in "12345":
                await pilot.press(key)
                shown = rows(pilot.app)
                assert "[@click=app.quit]" in shown
                assert shown.replace("\n", "").isprintable()


def test_a_notification_holds_nothing_but_text() -> None:
    hostile = "run\x07\x1b]52;c;ZXZpbA==\x07\u202e"
    sequence = notification(hostile)
    assert sequence.startswith("\x1b]9;tui-trainer: run")
    assert sequence.count("\x1b") == sequence.count("\x07") == 1
