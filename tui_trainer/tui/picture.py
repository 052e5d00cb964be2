"""What the terminal shows and what it should show, cell by cell, and the fewest bytes from one to the other.

Textual's partial update writes a row from the left edge of a widget to the right end of what changed, with
every style spelled out and reset: one cell at column 110 costs 380 bytes. Here a frame is only read, and what
is written are the cells that differ from what the terminal shows by now. So a frame can also be left out: the
next one written holds its changes too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from math import inf
from operator import ne
from typing import NamedTuple

from rich.cells import get_character_cell_size

from tui_trainer.tui.pen import WIDE_REST, Cell, Run, blank_sgr, runs_of, write

FRAME_START = re.compile(r"\x1b\[\d+;\d+H")
_TOKEN = re.compile(
    r"\x1b\[(?P<style>[1-9][\d;]*)m(?P<styled>[^\x00-\x1f\x7f]+)\x1b\[0m"
    r"|\x1b\[(?P<row>\d+);(?P<column>\d+)H"
    r"|\x1b\[(?P<sgr>[\d;]*)m"
    r"|(?P<text>[^\x00-\x1f\x7f]+)"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[\d;?]*[ -/]*[@-~]|[\x00-\x1f\x7f]",
)


_NARROW = re.compile("[ -\u02ff\u2500-\u28ff]*")
"""Each of one cell, as far as it takes no look into a table."""


class Area(NamedTuple):
    """A rectangle of cells."""

    x: int
    y: int
    width: int
    height: int


_BLANK = Cell(" ", "")
_A_MOVE = 8
"""Bytes, about."""


class Picture:
    """Reads frames as Textual renders them, and writes what of them the terminal does not show yet."""

    def __init__(self) -> None:
        self._wanted: list[list[Cell]] = []
        self._shown: list[list[Cell | None]] = []
        self._dirty: dict[int, None] = {}
        """Rows that may differ, those that wait longest first."""
        self._cursor = (0, 0)
        """Where Textual wants the cursor between frames."""
        self._sgr: str | None = None
        """The style the terminal is left with; None where that may be any."""

    def forget(self) -> None:
        """The terminal may show anything by now: all that is wanted will be written again."""
        self._shown = [[None] * len(row) for row in self._wanted]
        self._dirty = dict.fromkeys(range(len(self._wanted)))
        self._sgr = None

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return len(self._wanted[0]) if self._wanted else 0, len(self._wanted)

    def fit(self, width: int, height: int) -> None:
        """The terminal has this size; if that is another one, it shows nothing one could rely on."""
        if self.size != (width, height):
            self._wanted = [[_BLANK] * width for _ in range(height)]
            self.forget()

    @property
    def is_behind(self) -> bool:
        """Whether something may be left to be written."""
        return bool(self._dirty)

    def take(self, frame: str) -> None:
        """Read a frame: cursor positions, SGR and text. What else there is in it changes no cell."""
        x = y = 0
        sgr = ""
        for token in _TOKEN.finditer(frame):
            kind = token.lastgroup
            if kind == "styled":  # as nearly all is written
                x = self._put(x, y, token["styled"], token["style"])
                sgr = ""
            elif kind == "column":
                x, y = int(token["column"]) - 1, int(token["row"]) - 1
            elif kind == "sgr":
                sgr = "" if token["sgr"] in ("", "0") else token["sgr"]
            elif kind == "text":
                x = self._put(x, y, token["text"], sgr)
        self._cursor = (x, y)

    def changes(
        self,
        *,
        late: Iterable[Area] = (),
        budget: float = inf,
        has_cursor: bool = False,
        spares_bytes: bool = True,
    ) -> bytes:
        """What brings the terminal from what it shows to what is wanted, in about ``budget`` bytes at most.

        What lies in a ``late`` area comes after all else. What did not fit is left for the next call. The
        cursor goes where Textual wants it if anybody looks for one. To spare bytes takes time, which over a
        link is well spent.
        """
        areas = list(late)
        runs: list[Run] = []
        seen: set[str] = set()
        size = 0
        for is_late in (False, True):
            for y in self._dirty:
                if size >= budget:
                    break
                for run in self._bring_up_to_date(y, self._columns(y, areas, is_late)):
                    runs.append(run)
                    if budget == inf:
                        continue
                    size += _A_MOVE + sum(
                        len(cell.char.encode()) for cell in self._wanted[y][run.x : run.end]
                    )
                    size += 0 if run.sgr in seen else len(run.sgr)
                    seen.add(run.sgr)
        self._dirty = {y: None for y in self._dirty if self._shown[y] != self._wanted[y]}
        cursor = self._cursor if has_cursor and not self._dirty else None
        written = write(self._wanted, runs, self._sgr, cursor, spares_bytes=spares_bytes)
        self._sgr = "" if written else self._sgr
        return written

    def _put(self, x: int, y: int, text: str, sgr: str) -> int:
        """Want ``text`` from cell (x, y) on; the cell after it."""
        if not 0 <= y < len(self._wanted):
            return x
        row, cells = self._wanted[y], _cells_of(text, sgr)
        after = x + len(cells)
        if after > len(row):
            del cells[max(0, len(row) - x) :]
        end = x + len(cells)
        if row[x:end] != cells:
            row[x:end] = cells
            self._dirty.setdefault(y)
        return after

    def _columns(self, y: int, late: Sequence[Area], is_late: bool) -> list[range]:
        """The columns of row ``y`` that belong to this pass."""
        width = len(self._wanted[y])
        edges = sorted((area.x, area.x + area.width) for area in late if area.y <= y < area.y + area.height)
        if not edges:
            return [] if is_late else [range(width)]
        if is_late:
            return [range(max(0, start), min(width, end)) for start, end in edges]
        starts, ends = [0, *(end for _, end in edges)], [*(start for start, _ in edges), width]
        return [range(start, end) for start, end in zip(starts, ends, strict=True)]

    def _bring_up_to_date(self, y: int, columns: Iterable[range]) -> Iterator[Run]:
        """What of row ``y`` differs; it counts as shown from then on."""
        wanted, shown = self._wanted[y], self._shown[y]
        for part in columns:
            for start, end in _differences(wanted, shown, part):
                yield from runs_of(wanted, y, start, end)
                shown[start:end] = wanted[start:end]


class _Drawn(dict[str, Cell]):
    """Cells of one style by their characters."""

    def __init__(self, sgr: str) -> None:
        super().__init__({" ": Cell(" ", blank_sgr(sgr))})
        self._sgr = sgr

    def __missing__(self, char: str) -> Cell:
        cell = self[char] = Cell(char, self._sgr)
        return cell


_drawn = lru_cache(maxsize=4096)(_Drawn)
"""To look a cell up takes a third of what it takes to make one."""


def _cells_of(text: str, sgr: str) -> list[Cell]:
    """The cells that ``text`` takes."""
    cell_of = _drawn(sgr).__getitem__
    if _NARROW.fullmatch(text):
        return list(map(cell_of, text))
    cells: list[Cell] = []
    for char in text:
        size = get_character_cell_size(char)
        if size == 0 and cells:
            cells[-1] = Cell(cells[-1].char + char, sgr)
            continue
        cells.append(cell_of(char))
        if size == 2:
            cells.append(cell_of(WIDE_REST))
    return cells


def _differences(
    wanted: Sequence[Cell], shown: Sequence[Cell | None], columns: range
) -> Iterator[tuple[int, int]]:
    """From where to where they differ; a character of two cells is never cut."""
    differ = bytes(map(ne, wanted[: columns.stop], shown))
    x = columns.start
    while (x := differ.find(True, x)) >= 0:
        start, x = x, differ.find(False, x)
        if x < 0:
            x = columns.stop
        while start > 0 and wanted[start].char == WIDE_REST:
            start -= 1
        while x < len(wanted) and wanted[x].char == WIDE_REST:
            x += 1
        yield start, x
