import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from tui_trainer.tui.app import TrainerApp
from tui_trainer.tui.plot.spans import Span
from tui_trainer.tui.widgets.span_view import SpanView


class _Told(SpanView):
    """Remembers what it was asked to paint again."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[Region] = []

    def refresh(self, *regions: Region, **more: bool) -> "_Told":
        self.painted += regions
        super().refresh(*regions, **more)
        return self


class _Stage(App[None]):
    def compose(self) -> ComposeResult:
        yield _Told()


async def test_only_what_changed_is_painted_again():
    async with _Stage().run_test(size=(40, 5)) as pilot:
        view = pilot.app.query_one(_Told)
        row = (Span("loss ", "quiet"), Span("0.12"), Span(" at epoch 3"))
        view.show([row, row])
        view.painted.clear()
        view.show([row, row])
        assert view.painted == []
        view.show([row, (row[0], Span("0.11"), row[2])])
        assert view.painted == [Region(5, 1, 4, 1)]
        view.painted.clear()
        view.show([row])
        assert view.painted == [Region(0, 1, 20, 1)]


async def test_a_chosen_row_moves_with_two_rows_painted():
    async with _Stage().run_test(size=(40, 5)) as pilot:
        view = pilot.app.query_one(_Told)
        rows = [(Span("one"),), (Span("two"),), (Span("three"),)]
        view.show(rows, chosen=0)
        view.painted.clear()
        view.show(rows, chosen=1)
        assert [region.y for region in view.painted] == [1, 0]


async def test_a_pixel_has_its_own_colours_and_keeps_the_ground_where_it_names_none():
    async with _Stage().run_test(size=(40, 5)) as pilot:
        view = pilot.app.query_one(_Told)
        view.show(
            [(Span("▀", "pixel", inks=(0xFF0000, 0x0000FF)), Span("▄", "pixel", inks=(0x00FF00, None)))]
        )
        both, one = (segment.style for segment in list(view.render_line(0))[:2])
        assert both is not None
        assert both.color is not None
        assert both.bgcolor is not None
        assert (both.color.name, both.bgcolor.name) == ("#ff0000", "#0000ff")
        assert one is not None
        assert one.bgcolor == view.rich_style.bgcolor


@pytest.mark.parametrize(
    ("settings", "red", "shown"),  # a style remembers how it was written: each has a red of its own
    [
        ({"COLORTERM": "truecolor"}, 0xFF0000, "\x1b[38;2;255;0;0;48;2;0;0;255m▀"),
        ({}, 0xFE0000, "\x1b[38;5;196;48;5;21m▀"),
        ({"TERM": "xterm"}, 0xFD0000, "\x1b[31;44m▀"),
        ({"NO_COLOR": "1"}, 0xFC0000, "\x1b[39;49m▀"),
    ],
    ids=["truecolor", "256", "16", "none"],
)
async def test_a_pixel_takes_the_nearest_colours_that_the_terminal_has(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], red: int, shown: str
):
    monkeypatch.delenv("COLORTERM")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    app = TrainerApp()
    async with app.run_test(size=(80, 24)) as pilot:
        view = SpanView()
        await app.screen.mount(view)
        view.styles.dock, view.styles.height = "top", 1
        view.show([(Span("▀", "pixel", inks=(red, 0x0000FF)),)])
        await pilot.pause()
        strip = view.render_lines(view.region.reset_offset)[0]
        assert strip.render(app.console).startswith(shown)
