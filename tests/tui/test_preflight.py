"""Pre-flight, as someone at the keyboard meets it: from recordings, and once for real."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.app import App

from tests.tui.recorded import until
from tui_trainer.core import rundir
from tui_trainer.core.compose import Choices
from tui_trainer.core.events import AnyEvent, Evaluated, PhaseChanged, Steps
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, LogWriter
from tui_trainer.tui.app import AppOptions, TrainerApp
from tui_trainer.tui.flight import Start
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.screens.new import NewScreen
from tui_trainer.tui.screens.preflight import PreflightScreen

Rows = Callable[[App[None]], str]
PREFLIGHTS = Path(__file__).parent.parent / "data" / "preflights"
NARROW, WIDE = (80, 24), (160, 48)
TOO_SLOW = AppOptions(choices=Choices(recipe="learning-rate-too-low"))


@pytest.fixture(autouse=True)
def no_waiting_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TrainerApp, "_prepare_to_train", lambda app: None)


def said_by(name: str) -> list[AnyEvent]:
    return LogReader(RunDir(PREFLIGHTS / name).events).read_new(max_seconds=60).events


def amid_one_batch(events: list[AnyEvent]) -> list[AnyEvent]:
    """What had been said when the second check had begun."""
    first = next(place for place, event in enumerate(events) if isinstance(event, Steps))
    return events[: first + 2]


def amid_the_sweep(events: list[AnyEvent]) -> list[AnyEvent]:
    """What had been said when the third one had."""
    ends = [place for place, event in enumerate(events) if isinstance(event, Evaluated)]
    return events[: ends[-1] + 2]


def saying(events: list[AnyEvent], *command: str) -> Start:
    """A worker that says just these, and then is what ``command`` is; by default it ends."""

    def start(folder: RunDir) -> subprocess.Popen[bytes]:
        with LogWriter(folder.events) as log:
            for event in events:
                log.append(event)
        worker = subprocess.Popen(command or ["true"], start_new_session=True)
        if not command:
            worker.wait()
        return worker

    return start


LIVES = ("sleep", "600")


async def drawn(
    rows: Rows,
    name: str,
    start: Start,
    *keys: str,
    size: tuple[int, int] = NARROW,
    glyphs: GlyphName = "braille",
) -> str:
    app = TrainerApp(AppOptions(ascii=glyphs == "ascii"))
    async with app.run_test(size=size) as pilot:
        screen = PreflightScreen(RunDir(PREFLIGHTS / name).recipe(), start, glyphs=glyphs)
        await app.push_screen(screen)
        flight = screen._flight
        whole = flight._dir.events.stat().st_size
        lives = flight._worker.poll() is None
        await until(pilot, lambda: flight.is_over or (lives and flight._reader.offset == whole))
        await pilot.press(*keys)
        await pilot.pause()
        return rows(app)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x48"])
@pytest.mark.parametrize("name", ["sound", "too-slow"])
async def test_looks(name: str, size: tuple[int, int], rows: Rows, snapshot: SnapshotAssertion) -> None:
    assert await drawn(rows, name, saying(said_by(name)), size=size) == snapshot


@pytest.mark.parametrize("moment", [amid_one_batch, amid_the_sweep], ids=["one-batch", "sweep"])
async def test_looks_while_it_is_under_way(
    moment: Callable[[list[AnyEvent]], list[AnyEvent]], rows: Rows, snapshot: SnapshotAssertion
) -> None:
    assert await drawn(rows, "too-slow", saying(moment(said_by("too-slow")), *LIVES)) == snapshot


async def test_looks_in_ascii_and_reads_rates_off(rows: Rows, snapshot: SnapshotAssertion) -> None:
    shown = await drawn(rows, "sound", saying(said_by("sound")), *["left"] * 8, glyphs="ascii")
    assert shown.isascii()
    assert shown == snapshot


async def test_explains_itself(rows: Rows, snapshot: SnapshotAssertion) -> None:
    assert await drawn(rows, "sound", saying(said_by("sound")), "question_mark", size=WIDE) == snapshot


async def test_a_refusal_is_one_clear_sentence(rows: Rows) -> None:
    refused = PhaseChanged(attempt=1, elapsed_s=0.1, phase="failed", reason="mnist is not \x1b[31mhere[/]")
    shown = await drawn(rows, "sound", saying([refused]))
    assert "✗ mnist is not here[/]" in shown
    assert "the checks came to nothing" in shown


async def test_a_worker_that_dies_is_told_with_its_last_words(rows: Rows) -> None:
    def start(folder: RunDir) -> subprocess.Popen[bytes]:
        folder.worker_log.write_text("Traceback\nMemoryError: too much\n\n")
        return saying(said_by("sound")[:3])(folder)

    shown = await drawn(rows, "sound", start)
    assert "its worker ended without a word (exit status 0): MemoryError: too much" in shown


async def test_escape_ends_the_worker_at_once_and_leaves_nothing(home: Path) -> None:
    workers: list[subprocess.Popen[bytes]] = []

    def start(folder: RunDir) -> subprocess.Popen[bytes]:
        workers.append(saying(said_by("sound")[:3], *LIVES)(folder))
        return workers[-1]

    app = TrainerApp(AppOptions())
    async with app.run_test(size=NARROW) as pilot:
        left = home / "preflight" / "20200101-000000-left-000"
        left.mkdir(parents=True)
        os.utime(left, (time.time() - 7200,) * 2)
        await app.push_screen(PreflightScreen(RunDir(PREFLIGHTS / "sound").recipe(), start))
        await pilot.pause()
        assert [each.name[-12:-4] for each in (home / "preflight").iterdir()] == ["st-steps"]
        assert workers[0].poll() is None
        await pilot.press("escape")
        await until(pilot, lambda: workers[0].poll() is not None)
        await until(pilot, lambda: not (home / "preflight").exists())
        assert isinstance(app.screen, NewScreen)


async def test_a_folder_that_cannot_be_made_is_told(home: Path) -> None:
    home.mkdir()
    (home / "preflight").write_text("in the way")
    app = TrainerApp(AppOptions())
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("f")
        await pilot.pause()
        assert [note.severity for note in app._notifications] == ["error"]
        assert isinstance(app.screen, NewScreen)


async def test_what_cannot_be_trained_is_not_checked_either(home: Path) -> None:
    app = TrainerApp(AppOptions(choices=Choices(parts={"data": "moons", "architecture": "lenet"})))
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("f")
        await pilot.pause()
        assert isinstance(app.screen, NewScreen)
        assert not (home / "preflight").exists()


async def test_from_new_a_real_worker_finds_a_rate_and_one_key_takes_it_over(rows: Rows, home: Path) -> None:
    app = TrainerApp(TOO_SLOW)
    async with app.run_test(size=WIDE) as pilot:
        assert "lr 0.0003" in rows(app)
        await pilot.press("f")
        await until(pilot, lambda: isinstance(app.screen, PreflightScreen))
        screen = app.screen
        assert isinstance(screen, PreflightScreen)
        await until(pilot, lambda: screen._flight.is_over)
        assert not screen._flight.problem
        proposal = screen._flight.proposal()
        assert proposal is not None
        assert proposal.rate > 0.003
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, NewScreen))
        await until(pilot, lambda: f"lr {proposal.rate:g}" in rows(app))
        assert app.screen._draft.choices.settings == (f"optimizer.lr={proposal.rate:g}",)  # type: ignore[attr-defined]
        await until(pilot, lambda: not (home / "preflight").exists())
        assert not rundir.list_runs()
