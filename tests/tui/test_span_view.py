from textual.app import App, ComposeResult
from textual.geometry import Region

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
