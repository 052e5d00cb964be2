"""A question that is kept asked for as long as its answer is looked at."""

import time

from tui_trainer.core.inside.questions import Question
from tui_trainer.tui.inside.asking import Reply
from tui_trainer.tui.inside.screen import Sight

_FOLLOWED_S = 20.0
"""So long a run that trains answers anew; then it is asked again, if somebody still looks."""


class Followed:
    """Call ``reply`` whenever the answer is drawn."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._question: Question | None = None
        self._id = ""
        self._until = 0.0
        self._before = Reply()

    def reply(self, question: Question) -> Reply:
        """What there is to a question by now; the picture before while there is no newer one."""
        asking, is_live, now = self._sight.asking, self._sight.watch.is_live, time.monotonic()
        is_other = question != self._question
        if is_other or (is_live and now >= self._until):
            if self._id:
                asking.forget(self._id)
            self._before = Reply() if is_other else self._before
            self._id = asking.ask(question, follow_s=_FOLLOWED_S if is_live else 0.0)
            self._question, self._until = question, now + _FOLLOWED_S
        reply = asking.reply(self._id)
        if reply.picture is None and not reply.problem and self._before.picture is not None:
            return self._before
        self._before = reply
        return reply

    def state(self) -> object:
        """Another one when there is something new to draw."""
        if not self._id:
            return None
        reply = self._sight.asking.reply(self._id)
        is_due = self._sight.watch.is_live and time.monotonic() >= self._until
        told = reply.step, reply.done, reply.problem, reply.picture is None
        return told, self._sight.asking.waits_for, is_due

    @property
    def waits_for(self) -> str:
        """Why there is no answer yet, in words."""
        done = self._before.done
        return self._sight.asking.waits_for or (f"{done:.0%}" if done else "asking…")
