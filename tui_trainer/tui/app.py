"""The app: which screen is shown, which worker runs what, and how one leaves."""

import os
import sys
import time
from collections.abc import Awaitable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from subprocess import Popen
from typing import TYPE_CHECKING, ClassVar

from textual import constants, events, on
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.driver import Driver
from textual.filter import LineFilter, NoColor
from textual.screen import Screen
from textual.widgets import Input

from tui_trainer.core import control, rundir
from tui_trainer.core.detaching import end_of_runs
from tui_trainer.core.presets import Library, user_folder
from tui_trainer.core.resuming import next_attempt
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain
from tui_trainer.core.validation import Problem
from tui_trainer.tui import keys, launcher, terminal
from tui_trainer.tui.ascii import AsciiFilter, only_ascii, wording
from tui_trainer.tui.driver import LOST, TerminalDriver
from tui_trainer.tui.garbage import LOOK_S, Collector
from tui_trainer.tui.link import link_for
from tui_trainer.tui.live_run import LiveRun
from tui_trainer.tui.messages import (
    CompareRequested,
    DescentRequested,
    PreflightRequested,
    RaceContinued,
    RaceRequested,
    ResumeRequested,
    RunOpened,
    TrainRequested,
    WorkerRequested,
)
from tui_trainer.tui.options import AppOptions
from tui_trainer.tui.pacing import FIRST_ATTEMPT, pace
from tui_trainer.tui.picture import Area
from tui_trainer.tui.screens.new import NewScreen
from tui_trainer.tui.screens.too_small import TooSmall
from tui_trainer.tui.spoken import FRENCH
from tui_trainer.tui.theme import THEMES, theme_for
from tui_trainer.tui.widgets.title_bar import TABS, Tab

if TYPE_CHECKING:
    from tui_trainer.core.comparison import Comparison
    from tui_trainer.tui.plot.raster import GlyphName
    from tui_trainer.tui.screens.run import RunScreen

__all__ = ["AppOptions", "TrainerApp", "run_app"]

_STAYS_S = 0.1
_RUN_SCREEN = "tui_trainer.tui.screens.run"


class TrainerApp(App[None]):
    """New, Runs and Compare side by side, a run on top of any."""

    TITLE = "tui-trainer"
    CSS_PATH = Path(__file__).with_name("app.tcss")
    DEFAULT_MODE = TABS[0]
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.EVERYWHERE)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (terminal.WIDE, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (terminal.TALL, "-tall")]

    def __init__(self, options: AppOptions | None = None) -> None:
        colors = terminal.color_system(os.environ)
        self._options = options or AppOptions()
        self.link = link_for(os.environ, fps=self._options.fps, low_bandwidth=self._options.low_bandwidth)
        super().__init__(ansi_color=colors in ("16", "none") or None)
        self.no_color = colors == "none"
        self._themes = {light: theme_for(colors, light=light) for light in (False, True)}
        self.set_class(self._options.lang == "fr", FRENCH)
        self._last_filters: list[LineFilter] = [NoColor()] if self.no_color else []
        self._last_filters += [AsciiFilter()] if self._options.ascii else []
        self._waiting: launcher.WaitingWorker | None = None
        self._started: dict[RunDir, LiveRun] = {}
        self._key_problems: tuple[Problem, ...] = ()
        self._collector = Collector()
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self._themes[terminal.is_light(os.environ)]
        self.add_mode("new", self._new_screen)
        self.add_mode("runs", _runs_screen)
        self.add_mode("compare", self._compare_screen)

    @property
    def started_runs(self) -> list[LiveRun]:
        """The runs started or resumed here, whether they go on or not."""
        return list(self._started.values())

    @property
    def live_runs(self) -> list[LiveRun]:
        """Those that go on."""
        return [started for started in self.started_runs if started.is_live]

    def get_driver_class(self) -> type[Driver]:
        """Our own, unless the environment asks for one (a browser's, say)."""
        return super().get_driver_class() if constants.DRIVER else TerminalDriver

    def late_areas(self) -> list[Area]:
        """The pictures: on a thin link figures come first."""
        return [Area(*picture.region) for picture in self.screen.query("LineChart, ReliefView")]

    def bytes_written(self) -> int:
        """What the terminal took so far."""
        return self._driver.bytes_written if isinstance(self._driver, TerminalDriver) else 0

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's filters; then those without which the terminal would get what it cannot show."""
        return [*super().get_line_filters(), *self._last_filters]

    def on_load(self) -> None:
        """Take the user's own keys, before any screen."""
        keymap, self._key_problems = keys.load_keymap(user_folder().parent / "keys.toml")
        self.set_keymap(keymap)

    def _new_screen(self) -> NewScreen:
        library = Library.load()
        return NewScreen(library, self._options, problems=(*library.problems, *self._key_problems))

    def on_ready(self) -> None:
        """The first screen is up."""
        self._collector.begin()
        self.set_interval(LOOK_S, self._collector.look)

    def on_unmount(self) -> None:
        """Leave Python as it was."""
        self._collector.end()

    async def on_event(self, event: events.Event) -> None:
        """A key pressed on New, and not to leave it, also makes ready what training will need."""
        if isinstance(event, events.Key):
            self._collector.key_at = time.monotonic()
        await super().on_event(event)
        if isinstance(event, events.Key) and self._waiting is None and isinstance(self.screen, NewScreen):
            self.set_timer(_STAYS_S, self._prepare_to_train)

    def on_resize(self, event: events.Resize) -> None:
        """Say so where the terminal is too small, rather than draw a screen in pieces."""
        fits = event.size.width >= terminal.MIN_WIDTH and event.size.height >= terminal.MIN_HEIGHT
        is_told = isinstance(self.screen, TooSmall)
        if not fits and not is_told:
            self.push_screen(TooSmall())
        elif fits and is_told:
            self.pop_screen()

    # Runs

    def _prepare_to_train(self) -> None:
        """Let a worker load PyTorch, and import the screen to come, while the user still chooses."""
        # The timer may come when the app has left, and there is no screen any more.
        is_on_new = bool(self.screen_stack) and isinstance(self.screen, NewScreen)
        if self._waiting is not None or not is_on_new:
            return
        with suppress(OSError):  # said when a run is to be trained: then it matters
            self._waiting = launcher.WaitingWorker()
        self.run_worker(partial(import_module, _RUN_SCREEN), thread=True)

    @on(TrainRequested)
    def _train(self, request: TrainRequested) -> None:
        if not isinstance(self.screen, NewScreen):
            return  # Enter was pressed again before the run was on screen
        try:
            run = rundir.create(request.recipe)
            if updates_per_s := pace(request.plan):
                control.send(run, control.Pace(attempt=FIRST_ATTEMPT, updates_per_s=updates_per_s))
            self._start(run, FIRST_ATTEMPT, download=request.download)
        except OSError as error:
            self._complain(error)
        else:
            self._show(run)

    @on(ResumeRequested)
    def _resume(self, request: ResumeRequested) -> None:
        """At the pace that was asked for last."""
        watch = request.watch
        attempt = next_attempt(watch.recorded)
        try:
            if watch.updates_per_s is not None:
                control.send(watch.run, control.Pace(attempt=attempt, updates_per_s=watch.updates_per_s))
            for asked in request.requests:
                control.send(watch.run, asked)
            started = self._start(watch.run, attempt)
        except OSError as error:
            self._complain(error)
        else:
            watch.expect(attempt, lambda: started.has_worker)

    @on(PreflightRequested)
    def _preflight(self, request: PreflightRequested) -> None:
        """Check a recipe in a process of its own, and hand back what is to be taken over."""
        from tui_trainer.tui.screens.preflight import PreflightScreen

        if not isinstance(self.screen, NewScreen):
            return  # the key was pressed again before the checks were on screen
        glyphs: GlyphName = "ascii" if self._options.ascii else "braille"
        try:
            screen = PreflightScreen(request.recipe, self._check, glyphs=glyphs, link=self.link)
        except OSError as error:
            self._complain(error)
        else:
            self.push_screen(screen, request.take)

    def _check(self, folder: RunDir) -> Popen[bytes]:
        """A worker that checks the recipe in ``folder``: the waiting one, where there is one."""
        waiting, self._waiting = self._waiting, None
        return waiting.check(folder) if waiting else launcher.start_preflight(folder)

    def _start(self, run: RunDir, attempt: int, *, download: bool = False) -> LiveRun:
        """Have a worker make this attempt at ``run``. Raises OSError."""
        if download:
            worker = launcher.start(run, env={"TUI_TRAINER_DOWNLOAD": "1"})
        else:
            waiting, self._waiting = self._waiting, None
            worker = waiting.assign(run) if waiting else launcher.start(run)
        self._started[run] = LiveRun(run, worker, attempt)
        return self._started[run]

    def _complain(self, error: Exception) -> None:
        self.notify(plain(str(error)), severity="error", markup=False, timeout=20)

    @on(WorkerRequested)
    def _begin(self, message: WorkerRequested) -> None:
        from tui_trainer.core.summary import summarize

        attempt = summarize(message.run).attempt + 1
        try:
            started = self._start(message.run, attempt)
        except OSError as error:
            self._complain(error)
        else:
            self._show(message.run).expect(attempt, lambda: started.has_worker)

    @on(RunOpened)
    def _open(self, message: RunOpened) -> None:
        self._show(message.run)

    def _show(self, run: RunDir) -> "RunScreen":
        from tui_trainer.tui.screens.run import RunScreen

        self.clear_notifications()
        glyphs: GlyphName = "ascii" if self._options.ascii else "braille"
        screen = RunScreen(run, glyphs=glyphs, link=self.link, bytes_written=self.bytes_written)
        self.push_screen(screen)
        return screen

    @on(DescentRequested)
    def _descend(self, request: DescentRequested) -> None:
        from tui_trainer.tui.screens.descent import DescentScreen

        self.push_screen(DescentScreen(request.recipe, link=self.link))

    # Comparisons

    @on(RaceRequested)
    def _race(self, request: RaceRequested) -> None:
        """Make the runs and start their workers; that takes longer than a key may."""
        self.run_worker(partial(self._make_race, request), thread=True)

    def _make_race(self, request: RaceRequested) -> None:
        from tui_trainer.core import comparison as comparisons
        from tui_trainer.tui import racing

        asked = request.name, request.variants, request.seeds
        try:
            made = racing.create(*asked, budget=request.budget, target=request.target)
        except (OSError, comparisons.TooManyRuns, rundir.RunHomeError) as error:
            self.call_from_thread(self._complain, error)
            return
        self.call_from_thread(self.call_later, self._compare, made)
        self._start_race(made)

    @on(RaceContinued)
    def _continue_race(self, request: RaceContinued) -> None:
        self.run_worker(partial(self._start_race, request.comparison), thread=True)

    def _start_race(self, comparison: "Comparison") -> None:
        from tui_trainer.tui import racing

        try:
            for started in racing.start(comparison):
                worker = started.worker
                self._started |= {run: LiveRun(run, worker, FIRST_ATTEMPT) for run in started.runs}
        except OSError as error:
            self.call_from_thread(self._complain, error)

    async def on_compare_requested(self, message: CompareRequested) -> None:
        """Show runs that were marked side by side."""
        from tui_trainer.core.marked import NothingToCompare, of_runs

        try:
            await self._compare(of_runs(message.runs))
        except NothingToCompare as error:
            self._complain(error)

    async def _compare(self, comparison: "Comparison") -> None:
        """Show ``comparison``."""
        from tui_trainer.tui.screens.compare import CompareScreen

        await self._go_to("compare")
        if isinstance(self.screen, CompareScreen):
            self.screen.show(comparison)

    def _compare_screen(self) -> Screen[None]:
        from tui_trainer.tui.screens.compare import CompareScreen

        glyphs: GlyphName = "ascii" if self._options.ascii else "braille"
        return CompareScreen(glyphs=glyphs, link=self.link)

    # Screens

    def action_next_tab(self) -> None:
        """Go one screen to the right."""
        self._go(1)

    def action_previous_tab(self) -> None:
        """Go one screen to the left."""
        self._go(-1)

    def _go(self, step: int) -> None:
        at = next(index for index, tab in enumerate(TABS) if tab == self.current_mode)
        self._go_to(TABS[(at + step) % len(TABS)])

    def _go_to(self, tab: Tab) -> Awaitable[object]:
        self.clear_notifications()
        while len(self.screen_stack) > 1:
            self.pop_screen()
        return self.switch_mode(tab)

    def action_help(self) -> None:
        """Explain the screen that is shown."""
        from tui_trainer.tui.screens.reader import help_for

        if isinstance(self.screen, keys.Explained):
            screen = self.screen
            self.push_screen(help_for(screen, wording(screen), ascii_only=only_ascii(screen)))

    def action_command_palette(self) -> None:
        """Find a command by name."""
        super().action_command_palette()
        self.call_after_refresh(self._hold_cursors_still)

    def _hold_cursors_still(self) -> None:
        """A cursor that blinks writes to the terminal although nothing happens."""
        for field in self.screen.query(Input):
            field.cursor_blink = False

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the command palette offers: the keys of the screen below it, and the colours."""
        by_id = {key.id: key for key in keys.TABLE}
        others = keys.remapped(screen.active_bindings)
        for active in screen.active_bindings.values():
            key = by_id.get(active.binding.id or "")
            if key and key.label:
                run = partial(self.run_action, key.action, active.node)
                name = keys.shown(key, others, ascii_only=only_ascii(screen))
                yield SystemCommand(f"{key.label} ({name})", key.help, run)
        for light, words in ((False, "Dark colours"), (True, "Light colours")):
            yield SystemCommand(
                words, "Change the colours of the app.", partial(self._use_theme, self._themes[light])
            )

    def _use_theme(self, name: str) -> None:
        self.theme = name

    def action_redraw(self) -> None:
        """Write the whole screen again: another program has written into it."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.redraw()

    # Leaving

    async def action_quit(self) -> None:
        """Leave at once, or ask first while something trains that was started here."""
        from tui_trainer.tui.screens.quit import QuitScreen

        if isinstance(self.screen, QuitScreen):
            self.screen.action_again()
        elif live := self.live_runs:
            self.push_screen(QuitScreen(live), self._leave)
        else:
            self.exit()

    async def action_quit_at_once(self) -> None:
        """The same; asked twice, what trains or is stopping goes on by itself, whatever it does."""
        from tui_trainer.tui.screens.quit import QuitScreen

        if isinstance(self.screen, QuitScreen):
            self.exit()
        else:
            await self.action_quit()

    def _leave(self, leave: bool | None) -> None:
        if leave:
            self.exit()


class AttachedApp(TrainerApp):
    """Opened on a run; from there one comes to Runs."""

    DEFAULT_MODE = TABS[1]

    def __init__(self, run: RunDir, options: AppOptions | None = None) -> None:
        super().__init__(options)
        self._attached = run

    def on_mount(self) -> None:
        """Show the run."""
        self._show(self._attached)


def _runs_screen() -> Screen[None]:
    from tui_trainer.tui.screens.runs import RunsScreen

    return RunsScreen()


def run_app(options: AppOptions, attached: RunDir | None = None) -> int:
    """Run the app until the user leaves, and return its exit code; it opens on the run ``attached``.

    Says what becomes of the runs that were started here.
    """
    app = TrainerApp(options) if attached is None else AttachedApp(attached, options)
    app.run(mouse=not app.link.is_remote)
    if app.return_code == LOST:
        return LOST
    for started in app.started_runs:
        if parting := started.parting:
            print(parting)
    if any(not started.is_stopping for started in app.live_runs) and (sentence := end_of_runs()):
        print(f"What trains on does so by itself, but {sentence}", file=sys.stderr)
    return app.return_code or 0
