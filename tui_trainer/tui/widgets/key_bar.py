"""The last rows of a screen: its keys and what they do."""

from collections.abc import Iterable, Mapping

from textual.content import Content

from tui_trainer.tui.ascii import only_ascii
from tui_trainer.tui.keys import EVERYWHERE, Key, remapped, shown, together
from tui_trainer.tui.widgets.lines import Lines

_GAP = "   "


class KeyBar(Lines):
    """The keys of a screen, then those that work everywhere: on rows of their own, unless that takes more."""

    def __init__(self, keys: Iterable[Key]) -> None:
        super().__init__()
        self._keys = tuple(keys)

    def lines(self, width: int) -> list[Content]:
        """The keys in rows."""
        others, ascii_only = remapped(self.screen.active_bindings), only_ascii(self)
        own, everywhere = items(self._keys, others, ascii_only), items(EVERYWHERE, others, ascii_only)
        together, apart = rows([*own, *everywhere], width), [*rows(own, width), *rows(everywhere, width)]
        return together if len(together) < len(apart) else apart


def items(keys: Iterable[Key], others: Mapping[str, str], ascii_only: bool) -> list[tuple[str, str]]:
    """Key and label, where neighbours with one label share it: ``("↑↓", "look")``."""
    found: list[tuple[str, str]] = []
    for key in keys:
        if not key.in_footer or not key.label:
            continue
        name = shown(key, others, ascii_only=ascii_only)
        if found and found[-1][1] == key.label:
            name = together(found.pop()[0], name)
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
