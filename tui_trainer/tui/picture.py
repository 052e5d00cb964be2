"""What the terminal shows and what it should show, cell by cell, and the fewest bytes from one to the other.

Textual's partial update writes a row from the left edge of a widget to the right end of what changed, with
every style spelled out and reset: one cell at column 110 costs 380 bytes. Here a frame is only read, and what
is written are the cells that differ from what the terminal shows by now. So a frame can also be left out: the
next one written holds its changes too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import get_character_cell_size

FRAME_START = re.compile(r"\x1b\[\d+;\d+H")
_TOKEN = re.compile(
    r"\x1b\[(?P<row>\d+);(?P<column>\d+)H"
    r"|\x1b\[(?P<sgr>[\d;]*)m"
    r"|(?P<text>[^\x00-\x1f\x7f]+)"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[\d;?]*[ -/]*[@-~]|[\x00-\x1f\x7f]",
)
_NOT_ON_BLANKS = {"1", "2", "3"}
"""SGR codes that change nothing about a blank."""
_WIDE_REST = ""
"""The second cell of a character that takes two."""


class Cell(NamedTuple):
    """A character and the SGR codes it is written with, without the reset before them."""

    char: str
    sgr: str


class Area(NamedTuple):
    """A rectangle of cells."""

    x: int
    y: int
    width: int
    height: int


_BLANK = Cell(" ", "")


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

    def fit(self, width: int, height: int) -> None:
        """The terminal has this size; if that is another one, it shows nothing one could rely on."""
        if (len(self._wanted), len(self._wanted[0]) if self._wanted else 0) != (height, width):
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
            if kind == "column":
                x, y = int(token["column"]) - 1, int(token["row"]) - 1
            elif kind == "sgr":
                sgr = "" if token["sgr"] in ("", "0") else token["sgr"]
            elif kind == "text":
                x = self._put(x, y, token["text"], sgr)
        self._cursor = (x, y)

    def changes(
        self, *, late: Iterable[Area] = (), budget: float = float("inf"), has_cursor: bool = False
    ) -> bytes:
        """What brings the terminal from what it shows to what is wanted, in about ``budget`` bytes at most.

        What lies in a ``late`` area comes after all else. What did not fit is left for the next call. The
        cursor goes where Textual wants it if anybody looks for one.
        """
        pen = _Pen(self._sgr)
        late_areas = list(late)
        passes: tuple[bool, ...] = (False, True) if late_areas else (False,)
        for is_late in passes:
            for y in list(self._dirty):
                if pen.size >= budget:
                    break
                columns = self._columns(y, late_areas, is_late)
                self._write_row(pen, y, columns)
        for y in list(self._dirty):
            if self._shown[y] == self._wanted[y]:
                del self._dirty[y]
        written = pen.finish(self._cursor if has_cursor and not self._dirty else None)
        self._sgr = "" if written else self._sgr
        return written

    def _put(self, x: int, y: int, text: str, sgr: str) -> int:
        """Want ``text`` from cell (x, y) on; the cell after it."""
        if not 0 <= y < len(self._wanted):
            return x
        row = self._wanted[y]
        blank = Cell(" ", _blank_sgr(sgr))
        cells: list[Cell] = []
        for char in text:
            size = 1 if char < "\u0300" or "\u2500" <= char < "\u2900" else get_character_cell_size(char)
            if size == 0 and cells:
                cells[-1] = Cell(cells[-1].char + char, sgr)
                continue
            cells.append(blank if char == " " else Cell(char, sgr))
            if size == 2:
                cells.append(Cell(_WIDE_REST, sgr))
        end = min(x + len(cells), len(row))
        if x < end and row[x:end] != (new := cells[: end - x]):
            row[x:end] = new
            self._dirty.setdefault(y)
        return x + len(cells)

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

    def _write_row(self, pen: "_Pen", y: int, columns: Iterable[range]) -> None:
        wanted, shown = self._wanted[y], self._shown[y]
        for part in columns:
            for start, end in _differences(wanted, shown, part):
                pen.write(start, y, wanted, end)
                shown[start:end] = wanted[start:end]


def _differences(
    wanted: Sequence[Cell], shown: Sequence[Cell | None], columns: range
) -> Iterator[tuple[int, int]]:
    """From where to where they differ; a character of two cells is never cut."""
    x, stop = columns.start, columns.stop
    while x < stop:
        if wanted[x] == shown[x]:
            x += 1
            continue
        start = x
        while x < stop and wanted[x] != shown[x]:
            x += 1
        while start > 0 and wanted[start].char == _WIDE_REST:
            start -= 1
        while x < len(wanted) and wanted[x].char == _WIDE_REST:
            x += 1
        yield start, x


class _Pen:
    """Writes cells with as few bytes as it can."""

    def __init__(self, sgr: str | None) -> None:
        self._pieces: list[str] = []
        self._place: tuple[int, int] | None = None
        self._sgr = sgr
        self.size = 0

    def write(self, x: int, y: int, row: Sequence[Cell], end: int) -> None:
        """Write the cells ``x`` to ``end`` of a row."""
        self._go(x, y, row)
        for cell in row[x:end]:
            self._draw(cell)
        # At the right edge terminals disagree on where the cursor is; after wide characters as well.
        plain = end < len(row) and all(len(cell.char) == 1 for cell in row[x:end])
        self._place = (end, y) if plain else None

    def finish(self, cursor: tuple[int, int] | None) -> bytes:
        """All that was written; in the end the cursor is at ``cursor`` and the style is reset."""
        if not self._pieces:
            return b""
        if self._sgr:
            self._add("\x1b[m")
        if cursor is not None:
            self._add(f"\x1b[{cursor[1] + 1};{cursor[0] + 1}H")
        return "".join(self._pieces).encode()

    def _go(self, x: int, y: int, row: Sequence[Cell]) -> None:
        if self._place == (x, y):
            return
        move = _shortest_move(self._place, (x, y))
        if self._place is not None and self._place[1] == y and self._place[0] < x:
            between = row[self._place[0] : x]
            if all(self._fits(cell) for cell in between):
                text = "".join(cell.char for cell in between)
                if len(text.encode()) <= len(move):
                    move = text
        self._add(move)

    def _fits(self, cell: Cell) -> bool:
        """Whether the cell can be written in the present style."""
        if len(cell.char) != 1 or self._sgr is None:
            return False
        return cell.sgr == (_blank_sgr(self._sgr) if cell.char == " " else self._sgr)

    def _draw(self, cell: Cell) -> None:
        if not self._fits(cell):
            sgr = cell.sgr
            if cell.char == " " and self._sgr is not None:
                sgr = _on_blanks(self._sgr, sgr)
            self._add(_change(self._sgr, sgr))
            self._sgr = sgr
        self._add(cell.char)

    def _add(self, text: str) -> None:
        self._pieces.append(text)
        self.size += len(text) if text.isascii() else len(text.encode())


def _shortest_move(start: tuple[int, int] | None, end: tuple[int, int]) -> str:
    """Moves the cursor; ``start`` is None where it may be anywhere."""
    x, y = end
    ways = [f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"]
    if start is not None:
        right, down = x - start[0], y - start[1]
        if down == 0:
            ways.append(f"\x1b[{_count(right)}C" if right > 0 else f"\x1b[{_count(-right)}D")
            ways.append("\b" * max(0, -right) or ways[0])
        elif right == 0 and down > 0:
            ways.append(f"\x1b[{_count(down)}B")
        elif down == 1 and -3 <= right < 0:
            ways.append("\x1b[B" + "\b" * -right)
    return min(ways, key=len)


def _count(number: int) -> str:
    return "" if number == 1 else str(number)


class _Style(NamedTuple):
    """SGR codes by what they set."""

    attributes: frozenset[str]
    foreground: str
    background: str


@lru_cache(maxsize=1024)
def _style(sgr: str) -> _Style:
    codes = iter(sgr.split(";")) if sgr else iter(())
    attributes: set[str] = set()
    foreground = background = ""
    for code in codes:
        if code in ("38", "48"):
            kind = next(codes, "")
            color = ";".join([code, kind, *(next(codes, "") for _ in range(3 if kind == "2" else 1))])
            foreground, background = (color, background) if code == "38" else (foreground, color)
        elif len(code) == 2 and code[0] in "39":
            foreground = "" if code == "39" else code
        elif (len(code) == 2 and code[0] == "4") or len(code) == 3:
            background = "" if code == "49" else code
        else:
            attributes.add(code)
    return _Style(frozenset(attributes), foreground, background)


@lru_cache(maxsize=1024)
def _blank_sgr(sgr: str) -> str:
    """What of a style can be seen on a blank."""
    style = _style(sgr)
    attributes = style.attributes - _NOT_ON_BLANKS
    if attributes:  # underlined, reversed: there the foreground shows
        return sgr
    return style.background


@lru_cache(maxsize=1024)
def _on_blanks(before: str, after: str) -> str:
    """A style that shows blanks as ``after`` does and keeps of the one before what cannot be seen on them."""
    old, new = _style(before), _style(after)
    if new.attributes or old.attributes - _NOT_ON_BLANKS:
        return after
    return ";".join(filter(None, [*sorted(old.attributes), old.foreground, new.background]))


@lru_cache(maxsize=4096)
def _change(before: str | None, after: str) -> str:
    """The shortest SGR sequence from one style to another; ``before`` is None where it may be any."""
    whole = f"\x1b[0;{after}m" if after else "\x1b[m"
    if before is None:
        return whole
    old, new = _style(before), _style(after)
    if old.attributes - new.attributes:
        return whole
    codes = sorted(new.attributes - old.attributes)
    if new.foreground != old.foreground:
        codes.append(new.foreground or "39")
    if new.background != old.background:
        codes.append(new.background or "49")
    return min(whole, f"\x1b[{';'.join(codes)}m", key=len) if codes else ""
