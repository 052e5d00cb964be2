"""What training will be like: sizes, updates, time; ready, refused or doubtful, and why."""

from collections.abc import Iterator, Sequence

from textual.content import Content

from tui_trainer.core.figures import duration
from tui_trainer.core.rules import Finding
from tui_trainer.core.text import plain
from tui_trainer.tui.ascii import wording
from tui_trainer.tui.draft import Draft
from tui_trainer.tui.pacing import epochs_per_s
from tui_trainer.tui.widgets.lines import Lines

READY = "ready"
OBSTACLE = "✗"

WORTH_COMPILING_S = 60.0
"""Less is not worth the word: how long anything takes is an estimate."""


class Outlook(Lines):
    """A row of figures and a row for each thing to know."""

    def __init__(self) -> None:
        super().__init__()
        self._draft: Draft | None = None
        self._wrong: tuple[str, ...] = ()
        self._remarks: tuple[str, ...] = ()
        self._insists = False

    def show(self, draft: Draft, *, wrong: Sequence[str] = (), remarks: Sequence[str] = ()) -> None:
        """Show what ``draft`` comes to, what was typed that is wrong, and ``remarks`` about neither."""
        self._draft, self._wrong, self._remarks = draft, tuple(wrong), tuple(remarks)
        self._insists = False
        self.refresh(layout=True)

    def insist(self) -> None:
        """Have what keeps one from training stand out until something changes."""
        self._insists = True
        self.refresh()

    def lines(self, width: int) -> list[Content]:
        """Figures, then a row for each thing to know."""
        draft = self._draft
        if draft is None:
            return [Content("")]
        known, say = draft.facts, wording(self)
        sizes = f"train {known.num_train:,} · validation {known.num_validation:,} · test {known.num_test:,}"
        rows = _ends(Content(sizes), Content(_effort(draft)), width)
        for lead, style, text in self._statements(draft):
            body = Content(say(text)).wrap(width - 2)
            if self._insists and lead == OBSTACLE:
                body = [line.stylize("bold reverse") for line in body]
            rows += [
                Content.styled(f"{lead} ", f"bold {style}") + body[0],
                *("  " + line for line in body[1:]),
            ]
            if text == READY:
                rows[-1:] = _ends(rows[-1], Content.styled(_pace(draft) or _gain(draft), "$muted"), width)
        return rows

    def _statements(self, draft: Draft) -> Iterator[tuple[str, str, str]]:
        """Mark, colour and text of each row: first what keeps one from training."""
        for finding in draft.refused:
            yield OBSTACLE, "$error", f"refused: {_sentence(finding)}"
        if draft.absence:
            yield OBSTACLE, "$warning", plain(draft.absence)
        for text in self._wrong:
            yield OBSTACLE, "$error", text
        if not draft.refused and not draft.absence and not self._wrong:
            yield "✓", "$success", READY
        for finding in draft.findings:
            if finding.severity == "doubtful":
                yield "!", "$warning", f"doubtful: {_sentence(finding)}"
        for text in (*draft.notes, *self._remarks):
            yield "!", "$accent", plain(text)


def _effort(draft: Draft) -> str:
    if (plan := draft.plan) is None:
        return ""
    return f"{plan.total_steps:,} updates, {plan.steps_per_epoch:,} an epoch, ~{duration(plan.seconds)}"


def _pace(draft: Draft) -> str:
    epochs = draft.plan and epochs_per_s(draft.plan)
    if not epochs:
        return ""
    return f"paced to {'an epoch' if epochs == 1 else f'{epochs} epochs'} a second, so that you can watch"


def _gain(draft: Draft) -> str:
    saved_s = draft.saved_by_compiling_s
    if saved_s < WORTH_COMPILING_S:
        return ""
    return f"training.compile would save ~{duration(saved_s)}"


def _sentence(finding: Finding) -> str:
    return f"{finding.reason.rstrip('.')}: {finding.suggestion}" if finding.suggestion else finding.reason


def _ends(left: Content, right: Content, width: int) -> list[Content]:
    """``left`` and ``right`` at the two ends of a row, or on two rows where one is too short."""
    gap = width - left.cell_length - right.cell_length
    return [Content.assemble(left, " " * gap, right)] if gap > 1 else [left, right]
