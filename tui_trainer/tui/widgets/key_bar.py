"""The last rows of a screen: its keys and what they do."""

from collections.abc import Callable, Iterable, Mapping

from textual.content import Content

from tui_trainer.tui.ascii import wording
from tui_trainer.tui.keys import EVERYWHERE, Key, remapped, shown
from tui_trainer.tui.widgets.lines import Lines

_GAP = "   "


class KeyBar(Lines):
    """The keys of a screen, then those that work everywhere: on one row, or on rows of their own."""

    def __init__(self, keys: Iterable[Key]) -> None:
        super().__init__()
        self._keys = tuple(keys)

    def lines(self, width: int) -> list[Content]:
        """The keys in rows."""
        others, say = remapped(self.screen.active_bindings), wording(self)
        own, everywhere = items(self._keys, others, say), items(EVERYWHERE, others, say)
        together = rows([*own, *everywhere], width)
        return together if len(together) == 1 else [*rows(own, width), *rows(everywhere, width)]


def items(keys: Iterable[Key], others: Mapping[str, str], say: Callable[[str], str]) -> list[tuple[str, str]]:
    """Key and label, where neighbours with one label share it: ``("↑↓", "look")``."""
    found: list[tuple[str, str]] = []
    for key in keys:
        if not key.in_footer or not key.label:
            continue
        name = say(shown(key, others))
        if found and found[-1][1] == key.label:
            before = found.pop()[0]
            name = f"{before}{'' if len(before) == len(name) == 1 and not name.isascii() else ' '}{name}"
        found.append((name, key.label))
    return found


def rows(pairs: Iterable[tuple[str, str]], width: int) -> list[Content]:
    """The keys in rows no wider than ``width``."""
    filled: list[list[Content]] = [[]]
    used = 0
    for name, label in pairs:
        item = Content.assemble((name, "bold $primary"), f" {label}")
        if filled[-1] and used + len(_GAP) + item.cell_length > width:
            filled.append([])
            used = 0
        used += item.cell_length + (len(_GAP) if filled[-1] else 0)
        filled[-1].append(item)
    return [Content(f"{_GAP}").join(row) for row in filled]
