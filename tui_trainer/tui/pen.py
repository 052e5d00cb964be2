"""Cells to bytes: the shortest way to move the cursor, to change the style, and to order what is written."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

NOT_ON_BLANKS = frozenset("123")
"""SGR codes that change nothing about a blank: bold, dim, italic."""
WIDE_REST = ""
"""What the second cell of a character that takes two holds."""


class Cell(NamedTuple):
    """A character and the SGR codes it is written with, without the reset before them."""

    char: str
    sgr: str


class Run(NamedTuple):
    """Cells x to ``end`` of row y, all in one style."""

    y: int
    x: int
    end: int
    sgr: str


Rows = Sequence[Sequence[Cell]]


def runs_of(row: Sequence[Cell], y: int, start: int, end: int) -> Iterator[Run]:
    """Cells ``start`` to ``end`` of a row, split where the style must change; blanks take one beside them."""
    sgr: str | None = None
    only_blanks = True
    x = start
    for at, (char, look) in enumerate(row[start:end], start):
        is_blank = char == " "
        if look == sgr and (is_blank or not only_blanks):
            continue
        if sgr is None:
            fits = True
        elif is_blank:
            fits = blank_sgr(sgr) == look
        else:
            fits = sgr == look or (only_blanks and blank_sgr(look) == sgr)
        if not fits and sgr is not None:
            yield Run(y, x, at, sgr)
            x, only_blanks = at, True
        if not fits or sgr is None or (only_blanks and not is_blank):
            sgr = look
        only_blanks = only_blanks and is_blank
    if sgr is not None:
        yield Run(y, x, end, sgr)


def write(
    rows: Rows,
    runs: Sequence[Run],
    sgr: str | None,
    cursor: tuple[int, int] | None = None,
    *,
    spares_bytes: bool = True,
) -> bytes:
    """Write runs of ``rows`` to a terminal that was left with style ``sgr`` (None where that may be any).

    In the end the style is reset, and the cursor at ``cursor`` unless None. To spare bytes two orders are
    tried: by rows, and by styles, since in colour a style costs more than a move.
    """
    if not runs:
        return b""
    by_rows = _written(rows, runs, sgr, cursor)
    if not spares_bytes:
        return by_rows
    return min(by_rows, _written(rows, sorted(runs, key=_by_style), sgr, cursor), key=len)


def _by_style(run: Run) -> tuple[object, ...]:
    style = _style(run.sgr)
    return style.background, style.foreground, sorted(style.attributes), run.y, run.x


def _written(rows: Rows, runs: Iterable[Run], sgr: str | None, cursor: tuple[int, int] | None) -> bytes:
    pen = _Pen(sgr)
    for run in runs:
        pen.write(run, rows[run.y])
    return pen.finish(cursor)


class _Pen:
    """Writes cells with as few bytes as it can."""

    def __init__(self, sgr: str | None) -> None:
        self._pieces: list[str] = []
        self._place: tuple[int, int] | None = None
        self._sgr = sgr

    def write(self, run: Run, row: Sequence[Cell]) -> None:
        """Write a run of ``row``."""
        chars = [char for char, _ in row[run.x : run.end]]
        text = "".join(chars)
        self._go(run.x, run.y, row)
        sgr = run.sgr
        if self._sgr is not None and chars.count(" ") == len(chars):
            sgr = _on_blanks(self._sgr, sgr)
        self._pieces += (_change(self._sgr, sgr), text)
        self._sgr = sgr
        # At the right edge terminals disagree on where the cursor is; after wide characters as well.
        is_known = run.end < len(row) and len(text) == len(chars) and WIDE_REST not in chars
        self._place = (run.end, run.y) if is_known else None

    def finish(self, cursor: tuple[int, int] | None) -> bytes:
        """All that was written; in the end the cursor is at ``cursor`` and the style is reset."""
        if self._sgr:
            self._pieces.append("\x1b[m")
        if cursor is not None:
            self._pieces.append(f"\x1b[{cursor[1] + 1};{cursor[0] + 1}H")
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
        self._pieces.append(move)

    def _fits(self, cell: Cell) -> bool:
        """Whether the cell can be written in the present style."""
        if len(cell.char) != 1 or self._sgr is None:
            return False
        return cell.sgr == (blank_sgr(self._sgr) if cell.char == " " else self._sgr)


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
def blank_sgr(sgr: str) -> str:
    """What of a style can be seen on a blank."""
    style = _style(sgr)
    attributes = style.attributes - NOT_ON_BLANKS
    if attributes:  # underlined, reversed: there the foreground shows
        return sgr
    return style.background


@lru_cache(maxsize=1024)
def _on_blanks(before: str, after: str) -> str:
    """A style that shows blanks as ``after`` does and keeps of the one before what cannot be seen on them."""
    old, new = _style(before), _style(after)
    if new.attributes or old.attributes - NOT_ON_BLANKS:
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
