"""The last row of a run: the keys that do something just now."""

from textual.content import Content

from tui_trainer.tui import keys
from tui_trainer.tui.ascii import only_ascii
from tui_trainer.tui.watch import Watch
from tui_trainer.tui.widgets.key_bar import rows
from tui_trainer.tui.widgets.lines import Lines

_BY_ID = {key.id: key for key in (*keys.RUN, *keys.EVERYWHERE)}


class RunKeys(Lines):
    """One row; help has all keys."""

    def __init__(self) -> None:
        super().__init__()
        self._said: tuple[tuple[str, str], ...] = ()

    def show(self, watch: Watch, *, has_cursor: bool, is_full: bool) -> None:
        """Show what fits the state of the run and the screen."""
        labels = _labels(watch, has_cursor=has_cursor, is_full=is_full)
        remapped = keys.remapped(self.screen.active_bindings)
        ascii_only = only_ascii(self)
        said: list[tuple[str, str]] = []
        for id_, label in labels.items():
            key = _BY_ID[id_]
            name = keys.shown(key, remapped, ascii_only=ascii_only)
            if said and said[-1][1] == label:
                name = keys.together(said.pop()[0], name)
            said.append((name, label))
        if tuple(said) != self._said:
            self._said = tuple(said)
            self.refresh()

    def lines(self, width: int) -> list[Content]:
        """The row; where it is too short, the way back and to help outlast what stands before them."""
        said = list(self._said)
        while len(rows(said, width)) > 1 and len(said) > 2:
            del said[-3]
        return rows(said, width)[:1]


def _labels(watch: Watch, *, has_cursor: bool, is_full: bool) -> dict[str, str]:
    """Key ids and what they do now, the most useful first."""
    labels: dict[str, str] = {}
    if watch.is_replay:
        labels |= {"run.play": "hold" if watch.is_playing else "go on", "run.faster": "to the end"}
    elif watch.is_live:
        if watch.state != "stopping":
            labels["run.play"] = "go on" if watch.state == "paused" else "pause"
        if watch.updates_per_s is not None:
            labels["run.faster"] = "full speed"
        if watch.state == "paused" and watch.own is None:
            labels |= {"run.batch": "batch", "run.epoch": "epoch", "run.change": "change"}
        labels["run.stop"] = "stop"
    else:
        labels["run.play"] = "replay"
        if watch.state in ("stopped", "crashed") and watch.recipe is not None:
            labels["run.resume"] = "resume"
    if watch.own is None:
        labels["run.inside"] = "inside"
    labels |= {"run.cursor_left": "values", "run.cursor_right": "values"}
    if not watch.is_live:
        labels["run.split"] = "split"
        if not has_cursor and watch.own is None:
            labels["run.code"] = "code"
    labels["run.full"] = "small" if is_full else "large"
    labels["run.back"] = "leave cursor" if has_cursor else "back"
    return labels | {"app.help": "help"}
